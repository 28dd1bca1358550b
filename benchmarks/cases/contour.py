"""Filled contours and contour lines, against the least that any such picture takes."""

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
FIELD = DATA / "gfs_0p25_tmp_pv_missing.grib2"  # 721 x 1440 points


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


def floor_of(picture: Path, target: Path) -> Work:
    """Read the field, look one colour up for each pixel, encode the very same picture."""
    with Image.open(picture) as drawn:
        pixels = np.asarray(drawn)
        palette = np.array(drawn.getpalette(), np.uint8).reshape(-1, 3)
    height, width = pixels.shape
    rows = np.linspace(0, 720, height).astype(np.intp)
    columns = np.linspace(0, 1439, width).astype(np.intp)

    def work() -> None:
        field = read_field(FIELD, read_inventory(FIELD)[0])
        low, high = np.nanmin(field.values), np.nanmax(field.values)
        scaled = (field.values - low) * np.float32(254.0 / (high - low))
        levels = np.nan_to_num(scaled, nan=255.0).astype(np.uint8)
        levels.take(rows, axis=0).take(columns, axis=1)
        encoded = io.BytesIO()
        write_png(encoded, pixels, palette)
        target.write_bytes(encoded.getvalue())

    return work
