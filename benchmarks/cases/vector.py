"""Wind of the whole Earth as arrows, barbs and streamlines, against the least that it takes."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from _commands import in_process
from _timing import Case, Work
from zyra.fields.formats import open_dataset
from zyra.media.png import write_png

WIND = Path(__file__).parents[2] / "tests" / "data" / "eraint_uvz.nc"  # 241 x 480 points
PAIR = 8  # wind at 500 hPa in January


def cases(folder: Path) -> Iterator[Case]:
    """Each style, plain and over the speed; the floor reads, and encodes the same picture."""
    yield _case(folder, "arrows", 3.0, {})
    yield _case(folder, "barbs", 3.0, {})
    yield _case(folder, "streamlines", 12.0, {})
    yield _case(folder, "arrows over their speed", 3.0, {"background": "speed"})
    large = {"width": 4096, "height": 2048, "background": "speed"}
    yield _case(folder, "arrows over their speed, 4096x2048", 7.0, large)


def _case(folder: Path, name: str, at_most: float, more: dict[str, object]) -> Case:
    picture = folder / f"{name}.png"
    given = {"input": str(WIND), "output": str(picture), "message": PAIR}
    draw = in_process("visualize", "vector", style=name.partition(" ")[0], **given, **more)
    draw()
    return Case(
        name=name,
        ours=draw,
        reference=floor_of(picture, folder / "floor.png"),
        against="reading both parts + PNG",
        at_most=at_most,
    )


def floor_of(picture: Path, target: Path) -> Work:
    """Read both parts, encode the very same picture."""
    with Image.open(picture) as drawn:
        pixels = np.asarray(drawn)

    def work() -> None:
        with open_dataset(WIND) as dataset:
            for info in dataset.infos[PAIR - 1], dataset.infos[PAIR + 5]:
                dataset.read(info)
        encoded = io.BytesIO()
        write_png(encoded, pixels)
        target.write_bytes(encoded.getvalue())

    return work
