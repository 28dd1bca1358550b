"""Rebuild docs/palettes.md and its picture: every packaged palette by name.

.venv/bin/python scripts/build_palette_page.py
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from zyra.visualize.palettes import named_palette, palette_names
from zyra.visualize.text import font

DOCS = Path(__file__).parent.parent / "docs"
PICTURE = DOCS / "images/palettes.png"
PAGE = DOCS / "palettes.md"

DIVERGING = (
    *("BrBG", "PRGn", "PiYG", "PuOr", "RdBu", "RdGy", "RdYlBu", "RdYlGn", "Spectral", "balance"),
    *("bwr", "coolwarm", "curl", "delta", "diff", "seismic", "tarn", "topo"),
)
CYCLIC = ("hsv", "phase", "twilight", "twilight_shifted")
INTRODUCTION = (
    "Give a name as `--cmap`; `_r` after it reverses the colours, as in `RdBu_r`. Palettes of"
    " your own go with `--cmap-file`. Origins and licences:"
    " [data/README.md](../src/zyra/visualize/data/README.md)."
)
TITLES = {
    "low to high": "For most quantities: temperature, humidity, wind speed, rain.",
    "two sides of a middle": "For anomalies, wind components and differences, with equal"
    " distances of `--vmin` and `--vmax` from the middle.",
    "going round": "For directions and phases.",
    "classes": "Each colour stands alone: for categories.",
    "radar": "With values of its own in dBZ; no `--vmin` and `--vmax`.",
}
COLUMNS, ROW, BAR, LABEL = 3, 22, 170, 130


def group_of(name: str) -> str:
    """The heading that a palette stands under."""
    palette = named_palette(name)
    if palette.bounds is not None:
        return "radar"
    if palette.steps:
        return "classes"
    if name in CYCLIC:
        return "going round"
    return "two sides of a middle" if name in DIVERGING else "low to high"


def groups() -> dict[str, list[str]]:
    """Names under each heading, in alphabetical order."""
    names = sorted(palette_names(), key=str.lower)
    return {title: [name for name in names if group_of(name) == title] for title in TITLES}


def page() -> str:
    """The page, as Markdown."""
    parts = [
        "# Palettes for `visualize heatmap`",
        INTRODUCTION,
        "![All palettes](images/palettes.png)",
    ]
    for title, names in groups().items():
        listed = ", ".join(f"`{name}`" for name in names)
        parts += [f"## {title.capitalize()}", TITLES[title], listed]
    written = "Written by `scripts/build_palette_page.py`."
    return "\n\n".join([*parts, written]) + "\n"


def picture() -> Image.Image:
    """A strip of each palette beside its name, in columns."""
    names = [name for group in groups().values() for name in group]
    rows = -(-len(names) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (LABEL + BAR + 10) + 10, rows * ROW + 10), "white")
    ink = ImageDraw.Draw(sheet)
    for place, name in enumerate(names):
        left = 10 + place // rows * (LABEL + BAR + 10)
        top = 8 + place % rows * ROW
        colours = named_palette(name).sampled(BAR)[:, :3]
        strip = np.repeat(colours[None], ROW - 6, axis=0)
        sheet.paste(Image.fromarray(np.ascontiguousarray(strip)), (left + LABEL, top))
        ink.text((left, top + (ROW - 6) / 2), name, (34, 34, 34), font(12), anchor="lm")
    return sheet


def main() -> None:
    """Write both files."""
    PAGE.write_text(page(), encoding="utf-8")
    picture().save(PICTURE, optimize=True)
    print(f"{PAGE.stat().st_size} and {PICTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
