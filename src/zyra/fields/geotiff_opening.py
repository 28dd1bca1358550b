"""Open GeoTIFF files for reading, and say in one way what is wrong with them."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from zyra.core.errors import DataError


def open_geotiff(path: Path) -> Any:
    """The file as rasterio opens it; the caller closes it.

    Raises:
        DataError: It is no TIFF file or damaged.
    """
    with geotiff_errors(path.name), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(path, driver="GTiff")


@contextmanager
def geotiff_errors(name: str) -> Iterator[None]:
    """Translate what GDAL and rasterio raise on damaged files.

    Raises:
        DataError: They did; the file is called `name`.
    """
    try:
        with _without_unreadable_warnings():
            yield
    except (RasterioError, CPLE_BaseError, UnicodeDecodeError, ValueError) as exc:
        raise DataError(
            f"{name} is not readable as GeoTIFF: {exc}", hint="the file may be damaged"
        ) from exc


@contextmanager
def _without_unreadable_warnings() -> Iterator[None]:
    """Keep off stderr that rasterio cannot pass on a warning of GDAL which is no UTF-8.

    Tags of damaged files come up in such warnings; what is wrong with them shows when they
    are read.
    """
    usual = sys.unraisablehook

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        if not isinstance(unraisable.exc_value, UnicodeDecodeError):
            usual(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = usual
