"""A heatmap of a global 0.25 degree field, against the least that any such picture takes."""

import sys
from collections.abc import Iterator
from pathlib import Path

from _commands import in_process
from _picture_floor import FIELD, floor_of
from _timing import Case, process

IMPORTS = (
    "import eccodes, numpy, PIL.Image, PIL.ImageDraw, PIL.ImageFont, isal.isal_zlib;"
    "from pydantic import BaseModel"
)
ZYRA = str(Path(sys.executable).with_name("zyra"))


def cases(folder: Path) -> Iterator[Case]:
    """Warm in this process, and cold as a process of its own."""
    for width, height in ((1024, 512), (4096, 2048)):
        picture = folder / f"{width}.png"
        given = {"input": str(FIELD), "output": str(picture), "width": width, "height": height}
        draw = in_process("visualize", "heatmap", **given)
        draw()
        yield Case(
            name=f"heatmap {width}x{height} with coastlines, warm",
            ours=draw,
            reference=floor_of(picture, folder / "floor.png"),
            against="read + colour lookup + PNG",
            at_most=2.5,
        )
    yield from projected_cases(folder)
    yield Case(
        name="heatmap 1024x512, cold",
        ours=process(
            ZYRA, "visualize", "heatmap", "--input", str(FIELD), "--output", str(folder / "c.png")
        ),
        reference=process(sys.executable, "-c", IMPORTS),
        against="interpreter + imports",
        at_most=2.0,
    )


def projected_cases(folder: Path) -> Iterator[Case]:
    """Maps whose pixels lie in no rows of the grid: each has its place worked out."""
    for projection in ("NorthPolarStereo", "Robinson"):
        picture = folder / f"{projection}.png"
        draw = in_process(
            "visualize",
            "heatmap",
            input=str(FIELD),
            output=str(picture),
            width=4096,
            height=2048,
            projection=projection,
        )
        draw()
        yield Case(
            name=f"heatmap 4096x2048 in {projection}, warm",
            ours=draw,
            reference=floor_of(picture, folder / "floor.png"),
            against="read + colour lookup + PNG",
            at_most=6.0,
        )
