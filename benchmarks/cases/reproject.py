"""reproject to 4096x2048, against GDAL's warper doing the same between bare arrays."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from PIL import Image
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject

from _commands import in_process
from _timing import Case, Work
from zyra.fields.crs import Crs
from zyra.fields.warp import Warp
from zyra.fields.warp_bounds import Bounds, even_grid
from zyra.media.png import write_png

WIDTH, HEIGHT = 4096, 2048
SIDE = 2048
PLANE, PLANE_BOUNDS = "EPSG:3413", (-5e6, -5e6, 5e6, 5e6)
GLOBE, GLOBE_BOUNDS = "EPSG:4326", (-180.0, -90.0, 180.0, 90.0)


def cases(folder: Path) -> Iterator[Case]:
    """Arrays alone, and pictures from file to file."""
    values = noise(1)[0].astype(np.float32)
    for method in ("nearest", "bilinear"):
        yield Case(
            name=f"array to {WIDTH}x{HEIGHT}, {method}",
            ours=own(values, method),
            reference=gdal(values, method),
            against="GDAL, its threads",
            at_most=1.5,
            rounds=7,
        )
    source, target = folder / "polar.png", folder / "globe.png"
    Image.fromarray(np.moveaxis(noise(3), 0, 2)).save(source, compress_level=1)
    yield Case(
        name=f"PNG to PNG, {WIDTH}x{HEIGHT}, bilinear, warm",
        ours=in_process(
            "process",
            "reproject",
            input=str(source),
            output=str(target),
            s_srs=PLANE,
            bounds=list(PLANE_BOUNDS),
        ),
        reference=picture_through_gdal(source, folder / "floor.png"),
        against="read + GDAL + write",
        at_most=1.5,
        rounds=7,
    )


def noise(bands: int) -> NDArray[np.uint8]:
    """Smooth noise, as pictures of the weather are."""
    coarse = np.random.default_rng(0).integers(0, 255, (bands, 128, 128), np.uint8)
    shape = (SIDE, SIDE)
    fine = [Image.fromarray(band).resize(shape, Image.Resampling.BICUBIC) for band in coarse]
    return np.stack([np.asarray(band) for band in fine])


def own(values: NDArray[np.float32], method: str) -> Work:
    """Plan and resample, as for each new file."""
    source = even_grid(Crs.from_text(PLANE), PLANE_BOUNDS, SIDE, SIDE)
    target = even_grid(Crs.from_text(GLOBE), GLOBE_BOUNDS, WIDTH, HEIGHT)

    def work() -> None:
        warp = Warp(source, target)
        _ = warp.nearest(values) if method == "nearest" else warp.linear(values)

    return work


def gdal(values: NDArray[np.float32], method: str) -> Work:
    """The same through rasterio, with its approximate places."""
    return lambda: warped(values[None], Resampling[method], np.nan)


def warped(values: NDArray[np.generic], method: Resampling, fill: float) -> NDArray[np.generic]:
    result = np.full((len(values), HEIGHT, WIDTH), fill, values.dtype)
    reproject(
        values,
        result,
        src_transform=place(PLANE_BOUNDS, SIDE, SIDE),
        src_crs=PLANE,
        dst_transform=place(GLOBE_BOUNDS, WIDTH, HEIGHT),
        dst_crs=GLOBE,
        resampling=method,
        num_threads=2,
    )
    return result


def place(bounds: Bounds, width: int, height: int) -> rasterio.Affine:
    return from_bounds(*bounds, width, height)


def picture_through_gdal(source: Path, target: Path) -> Work:
    """Decode, warp four bands, encode as fast as we can."""

    def work() -> None:
        with Image.open(source) as picture:
            pixels = np.moveaxis(np.asarray(picture.convert("RGBA")), 2, 0)
        made = warped(np.ascontiguousarray(pixels), Resampling.bilinear, 0)
        with target.open("wb") as stream:
            write_png(stream, np.ascontiguousarray(np.moveaxis(made, 0, 2)).astype(np.uint8))

    return work
