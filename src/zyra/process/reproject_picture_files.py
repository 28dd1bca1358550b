"""Read and write the pictures that reproject brings from one place to another."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zyra.core.errors import LimitExceeded, UnsupportedFormat
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.media_types import HEAD_BYTES, sniff
from zyra.core.outputs import open_output, output_path
from zyra.fields.grid import Grid
from zyra.media.picture_files import opened_picture
from zyra.media.png import write_png
from zyra.process.reproject_formats import Kind

Pixels = NDArray[np.uint8]

# Half a gigabyte of RGBA.
MAX_PIXELS = 1 << 27

_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_TIFF = "image/tiff"
# Modes with more than 8 bits a sample, which Pillow cuts off when it converts them.
_DEEP_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_JPEG_QUALITY = 95


@dataclass(frozen=True)
class Picture:
    """A picture, and where its pixels are if its file says so.

    Attributes:
        pixels: Red, green, blue, alpha, shape (rows, columns, 4).
        grid: Of the pixels' centres.
    """

    pixels: Pixels
    grid: Grid | None


def is_picture(path: Path, *, as_picture: bool) -> bool:
    """Whether a file holds colours rather than data.

    A GeoTIFF of bytes in one grey band can be both: it is what the result shall be.

    Args:
        path: Of the file.
        as_picture: Whether a picture is to be written.

    Raises:
        DataError: It is a damaged TIFF file.
    """
    with path.open("rb") as stream:
        found, _ = sniff(stream.read(HEAD_BYTES))
    if found != _TIFF:
        return found in _PICTURES
    is_coloured: bool = load("zyra.process.reproject_geotiff_pictures:is_coloured")(
        path, grey=as_picture
    )
    return is_coloured


def read_picture(path: Path) -> Picture:
    """Read a picture.

    Raises:
        DataError: It is damaged.
        UnsupportedFormat: It has more than 8 bits a sample.
        LimitExceeded: It has more than `MAX_PIXELS`.
    """
    with path.open("rb") as stream:
        found, _ = sniff(stream.read(HEAD_BYTES))
    if found == _TIFF:
        pixels, grid = load("zyra.process.reproject_geotiff_pictures:read_coloured")(path)
        return Picture(pixels, grid)
    with opened_picture(path) as picture:
        refuse_too_large(path.name, picture.width, picture.height)
        if picture.mode in _DEEP_MODES:
            raise UnsupportedFormat(
                f"{path.name} has more than 8 bits a sample",
                hint="give such data as GeoTIFF",
            )
        return Picture(np.asarray(picture.convert("RGBA")), None)


def refuse_too_large(name: str, width: int, height: int) -> None:
    """Refuse a picture that does not fit into memory.

    Raises:
        LimitExceeded: It has more than `MAX_PIXELS`.
    """
    if width * height > MAX_PIXELS:
        raise LimitExceeded(
            f"{name} has {width} x {height} pixels", hint=f"at most {MAX_PIXELS} are read"
        )


def write_picture(
    target: str, kind: Kind, pixels: Pixels, grid: Grid, nodata: float | None, job: Job
) -> None:
    """Write a picture; where all of it is opaque, without alpha.

    Args:
        target: Path, or `-`.
        kind: Format.
        pixels: Shape (rows, columns, 3 or 4).
        grid: Where they are; only GeoTIFF keeps it.
        nodata: Shade outside, for the tag of GeoTIFF.
        job: Gives stdout.

    Raises:
        OutputError: It cannot be written.
        UnsupportedFormat: The format cannot carry it.
    """
    if pixels.shape[2] == 4 and (pixels[:, :, 3] == 255).all():
        pixels = pixels[:, :, :3]
    if kind == "geotiff":
        with output_path(target, job, suffix=".tif") as path:
            write = load("zyra.process.reproject_geotiff_pictures:write_coloured")
            write(path, pixels, grid, nodata)
        return
    with open_output(target, job) as stream:
        if kind == "png":
            write_png(stream, np.ascontiguousarray(pixels))
        else:
            _write_with_pillow(stream, kind, pixels)


def _write_with_pillow(stream: Any, kind: Kind, pixels: Pixels) -> None:
    options: dict[str, Any] = (
        {"quality": _JPEG_QUALITY} if kind == "jpeg" else {"lossless": True, "method": 0}
    )
    limit = 65535 if kind == "jpeg" else 16383
    if max(pixels.shape[:2]) > limit:
        raise UnsupportedFormat(
            f"{kind} has at most {limit} pixels a side", hint="choose --width, or write .png"
        )
    Image.fromarray(pixels).save(stream, kind, **options)
