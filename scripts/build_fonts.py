"""Rebuild the subset fonts in src/zyra/visualize/data/fonts from DejaVu Sans.

The whole fonts come with matplotlib. In a scratch environment:

    python -m venv /tmp/fonts && /tmp/fonts/bin/pip install matplotlib fonttools
    /tmp/fonts/bin/python scripts/build_fonts.py

Kept are Latin with its accents, Greek, and the signs that units and times use. Subset
fonts must not carry the original's name for its own, so they are called Zyra Sans.
"""

from pathlib import Path

import matplotlib as mpl
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

SOURCE = Path(mpl.get_data_path()) / "fonts/ttf"
TARGET = Path(__file__).parent.parent / "src/zyra/visualize/data/fonts"
FONTS = {"DejaVuSans.ttf": "ZyraSans.ttf", "DejaVuSans-Bold.ttf": "ZyraSans-Bold.ttf"}

KEPT = (
    (0x20, 0x7E),
    (0xA0, 0x17F),  # Latin-1 and Latin Extended-A
    (0x391, 0x3C9),  # Greek
    (0x2010, 0x2026),  # dashes, quotes, dots
    (0x2030, 0x2033),  # per mille, primes
    (0x2070, 0x208E),  # superscripts and subscripts
    (0x2190, 0x2193),  # arrows
    (0x2200, 0x2212),  # up to the minus sign
    (0x2248, 0x2265),  # about, not equal, at most, at least
)


def build(source: Path, target: Path) -> None:
    """Write the characters of `source` that are kept to `target`, under its own name."""
    font = TTFont(source)
    options = Options()
    options.layout_features = ["kern", "mark", "mkmk"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for low, high in KEPT for code in range(low, high + 1)])
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = str(record).replace("DejaVu", "Zyra")
    font.save(target)
    print(target.name, target.stat().st_size)


if __name__ == "__main__":
    for name, own in FONTS.items():
        build(SOURCE / name, TARGET / own)
