"""Reproject pictures: PNG, JPEG, WebP, and GeoTIFF in colours."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.fields.grid import Grid
from zyra.fields.warp import Strip, Warp
from zyra.fields.warp_bounds import even_grid
from zyra.process.commands.reproject import ReprojectArgs
from zyra.process.reproject_data import no_overlap, tell_override
from zyra.process.reproject_formats import PICTURE_FORMATS, Kind, world_file_name
from zyra.process.reproject_picture_files import Picture, read_picture, write_picture
from zyra.process.reproject_target import Wanted, bounds_from, with_crs

Pixels = NDArray[np.uint8]

_OPAQUE = 255


def reproject_picture(
    path: Path, target: str, kind: Kind, args: ReprojectArgs, wanted: Wanted, job: Job
) -> None:
    """Reproject a picture.

    Raises:
        UsageError: It has no place, or arguments have no effect on pictures.
        DataError: The file is damaged.
        LimitExceeded: Picture or result is too large.
    """
    fill = _fill(kind, args)
    picture = read_picture(path)
    source = _grid_of(picture, path.name, args, wanted, job)
    grid = wanted.grid([source])
    warp = Warp(source, grid)
    if warp.is_empty:
        raise no_overlap(source, grid)
    pixels = warped(warp, picture.pixels, args.resampling)
    if fill is not None:
        pixels = laid_over(pixels, fill)
    write_picture(target, kind, pixels, grid, args.dst_nodata, job)
    if args.world_file:
        with open_output(world_file_name(target, kind), job) as stream:
            stream.write(world_file(grid))


def warped(warp: Warp, pixels: Pixels, resampling: str) -> Pixels:
    """Resample a picture; what lies outside is transparent.

    Colours are blended by how opaque they are, so that the hidden colour of transparent
    pixels never shows.

    Args:
        warp: From the picture's grid to that of the result.
        pixels: Shape (rows, columns, 4): red, green, blue, alpha.
        resampling: `bilinear` or `nearest`.

    Returns:
        Shape (rows, columns, 4) of the result.
    """
    if resampling == "nearest":
        packed = np.ascontiguousarray(pixels).view(np.uint32)[:, :, 0]
        return warp.nearest(packed, 0)[:, :, None].view(np.uint8)
    result = np.zeros((*warp.shape, 4), np.uint8)
    alpha = np.ascontiguousarray(pixels[:, :, 3])
    is_opaque = bool((alpha == _OPAQUE).all())
    # Red, green and blue times alpha fit into 16 bits.
    factor = 1 if is_opaque else alpha.astype(np.uint16)
    planes = [warp.prepared(pixels[:, :, band] * factor) for band in range(3)]
    veil = warp.prepared(alpha)

    def work(strip: Strip) -> None:
        target = result[strip.target]
        opacity = None if is_opaque else strip.mix(veil)
        for band, plane in enumerate(planes):
            mixed = strip.mix(plane)
            if opacity is not None:
                mixed /= np.maximum(opacity, np.float32(1e-3))
            mixed += np.float32(0.5)
            np.copyto(target[:, :, band], mixed, where=strip.inside, casting="unsafe")
        shown = strip.inside * np.uint8(_OPAQUE) if opacity is None else opacity + np.float32(0.5)
        np.copyto(target[:, :, 3], shown, where=strip.inside, casting="unsafe")

    warp.each_strip(work)
    return result


def laid_over(pixels: Pixels, fill: int) -> Pixels:
    """The picture over a ground of one shade, opaque; shape (rows, columns, 3)."""
    alpha = pixels[:, :, 3:].astype(np.uint32)
    over = pixels[:, :, :3] * alpha + np.uint32(fill) * (_OPAQUE - alpha)
    return ((over + _OPAQUE // 2) // _OPAQUE).astype(np.uint8)


def world_file(grid: Grid) -> bytes:
    """The six lines of a world file: sizes of a cell, and the centre of the upper left one.

    Source: ESRI's description of world files for raster datasets.
    """
    left, bottom, right, top = grid.bounds
    rows, columns = grid.shape
    numbers = (
        (right - left) / columns,
        0.0,
        0.0,
        (bottom - top) / rows,
        float(grid.x[0]),
        float(grid.y[0]),
    )
    return "".join(f"{number!r}\n" for number in numbers).encode()


def _fill(kind: Kind, args: ReprojectArgs) -> int | None:
    """The shade of what lies outside; None for transparent."""
    selection = (
        args.var,
        args.pattern,
        args.level,
        args.time,
        args.forecast_hour,
        args.member,
        args.message,
    )
    if any(each is not None for each in selection):
        raise UsageError("a picture has no fields to select", hint="leave the selection out")
    if kind == "netcdf":
        raise UsageError(
            "a picture cannot be written as NetCDF", hint="write .tif, .png, .jpg or .webp"
        )
    if args.world_file and kind not in PICTURE_FORMATS:
        raise UsageError("--world-file has no effect on GeoTIFF", hint="leave it out")
    value = args.dst_nodata
    if value is None:
        return 0 if kind == "jpeg" else None
    if not (0 <= value <= _OPAQUE and value == int(value)):
        raise UsageError(f"--dst-nodata {value:g} is no shade of a picture", hint="give 0 to 255")
    return int(value)


def _grid_of(picture: Picture, name: str, args: ReprojectArgs, wanted: Wanted, job: Job) -> Grid:
    """Where the pixels are, as the file says or the arguments."""
    if picture.grid is not None:
        if args.bounds is not None:
            raise UsageError(
                f"--bounds has no effect on {name}, which knows its place",
                hint="leave it out; --s-srs replaces the coordinate system that a file names",
            )
        if wanted.source is not None:
            tell_override(picture.grid.crs, wanted.source, job)
        return with_crs(picture.grid, wanted.source)
    if args.bounds is None or wanted.source is None:
        missing = " and ".join(
            flag
            for flag, value in (("--s-srs", args.s_srs), ("--bounds", args.bounds))
            if value is None
        )
        raise UsageError(
            f"{name} is a picture without a place: it needs {missing}",
            hint="such as --s-srs EPSG:4326 --bounds -180 -90 180 90",
        )
    height, width = picture.pixels.shape[:2]
    return even_grid(wanted.source, bounds_from(args.bounds, "--bounds"), width, height)
