"""Rebuild docs/palettes.md and its picture: every packaged palette by name.

.venv/bin/python scripts/build_palette_page.py
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from zyra.visualize.palettes import named_palette, palette_names
from zyra.visualize.quantities import CYCLE, DEFAULT, QUANTITIES, Quantity
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
    " `src/zyra/visualize/data/README.md`."
)
TITLES = {
    "low to high": "For most quantities: temperature, humidity, wind speed, rain.",
    "two sides of a middle": "For anomalies, wind components and differences, with equal"
    " distances of `--vmin` and `--vmax` from the middle.",
    "going round": "For directions and phases.",
    "classes": "Each colour stands alone: for categories.",
    "radar": "With values of its own in dBZ; no `--vmin` and `--vmax`.",
}
DEFAULTS = (
    "Without `--cmap` the colours are `YlOrBr`, as in the published command: one hue from light to"
    " dark, which everybody can read, also in grey. `--cmap auto` takes colours and range from what"
    " the field is, told by its CF standard name, its name or its short name. Ranges are converted"
    " to the unit of the data, or to `--units`; where it is unknown they are those of the picture."
    " `--vmin` and `--vmax` come first, and make classes a continuous range."
)
REST = (
    f"Directions get `{CYCLE}` from 0 to 360 degrees, all else `{DEFAULT}` over its own range."
    " All of these but the radar's can be told apart with every kind of colour vision. Values"
    " below the first class are not drawn, missing ones neither."
)
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
        "# Palettes",
        INTRODUCTION,
        "![All palettes](images/palettes.png)",
    ]
    for title, names in groups().items():
        listed = ", ".join(f"`{name}`" for name in names)
        parts += [f"## {title.capitalize()}", TITLES[title], listed]
    parts += ["## Colours by quantity", DEFAULTS, quantity_table(), REST]
    written = "Written by `scripts/build_palette_page.py`."
    return "\n\n".join([*parts, written]) + "\n"


def quantity_table() -> str:
    """The table of `--cmap auto`, as Markdown."""
    rows = [f"| {each.title} | `{each.palette}` | {range_of(each)} |" for each in QUANTITIES]
    return "\n".join(["| quantity | colours | range |", "|---|---|---|", *rows])


def range_of(quantity: Quantity) -> str:
    """Range or classes of a quantity, for people."""
    if quantity.bounds:
        return (
            f"classes from {', '.join(f'{bound:g}' for bound in quantity.bounds)} {quantity.units}"
        )
    if quantity.is_signed:
        return "as far to both sides of 0"
    if quantity.palette == "NWSReflectivity":
        return "classes of the palette"
    if quantity.span is None:
        return "that of the picture"
    return f"{quantity.span[0]:g} to {quantity.span[1]:g} {quantity.units}"


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
