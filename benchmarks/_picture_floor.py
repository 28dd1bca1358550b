"""The least that any picture of a global field takes: read it, look colours up, encode."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from _timing import Work
from zyra.fields.grib import read_field, read_inventory
from zyra.media.png import write_png

DATA = Path(__file__).parents[1] / "tests" / "data"
FIELD = DATA / "gfs_0p25_tmp_pv_missing.grib2"  # 721 x 1440 points


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
