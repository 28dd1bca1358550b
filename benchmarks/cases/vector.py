"""Wind of the whole Earth as arrows, barbs and streamlines, against the least that it takes."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from _commands import in_process
from _timing import Case, Work
from zyra.fields.grib import read_field, read_inventory
from zyra.media.png import write_png

DATA = Path(__file__).parents[2] / "tests" / "data"
GFS = DATA / "gfs_2p5deg_f120_all_fields.grib2"


def cases(folder: Path) -> Iterator[Case]:
    """Each style, plain and over the speed; the floor reads, and encodes the same picture."""
    promises = {"arrows": 2.0, "barbs": 2.0, "streamlines": 4.0}
    for style, at_most in promises.items():
        yield _case(folder, style, at_most, {})
    yield _case(folder, "arrows over their speed", 2.0, {"background": "speed"})
    yield _case(folder, "arrows in 4096x2048", 2.0, {"width": 4096, "height": 2048})


def _case(folder: Path, name: str, at_most: float, more: dict[str, object]) -> Case:
    picture = folder / f"{name}.png"
    draw = in_process(
        "visualize",
        "vector",
        input=str(GFS),
        output=str(picture),
        level="10 m above ground",
        style=name.split()[0],
        **more,
    )
    draw()
    return Case(
        name=name,
        ours=draw,
        reference=floor_of(picture, folder / "floor.png"),
        against="reading both parts + PNG",
        at_most=at_most,
    )


def floor_of(picture: Path, target: Path) -> Work:
    """List the file, read both parts, encode the very same picture."""
    with Image.open(picture) as drawn:
        pixels = np.asarray(drawn)

    def work() -> None:
        wind = [info for info in read_inventory(GFS) if info.variable in ("u10", "v10")]
        for info in wind:
            read_field(GFS, info)
        encoded = io.BytesIO()
        write_png(encoded, pixels)
        target.write_bytes(encoded.getvalue())

    return work
