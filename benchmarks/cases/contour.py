"""Filled contours and contour lines, against the least that any such picture takes."""

from collections.abc import Iterator
from pathlib import Path

from _commands import in_process
from _picture_floor import FIELD, floor_of
from _timing import Case


def cases(folder: Path) -> Iterator[Case]:
    """Bands in two sizes, and lines in the smaller one, warm."""
    for width, height in ((1024, 512), (4096, 2048)):
        picture = folder / f"{width}.png"
        given = {"input": str(FIELD), "output": str(picture), "width": width, "height": height}
        draw = in_process("visualize", "contour", filled=True, **given)
        draw()
        yield Case(
            name=f"filled contours {width}x{height} with coastlines, warm",
            ours=draw,
            reference=floor_of(picture, folder / "floor.png"),
            against="read + colour lookup + PNG",
            at_most=3.0,
        )
    picture = folder / "lines.png"
    draw = in_process("visualize", "contour", input=str(FIELD), output=str(picture))
    draw()
    yield Case(
        name="contour lines 1024x512 with coastlines, warm",
        ours=draw,
        reference=floor_of(picture, folder / "floor.png"),
        against="read + colour lookup + PNG",
        at_most=15.0,
    )
