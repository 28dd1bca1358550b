"""A picture of the Earth under a map."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from zyra.core.errors import DataError
from zyra.media.picture_files import opened_picture
from zyra.visualize.projection import MapView
from zyra.visualize.view import Numbers, View

MAX_PIXELS = 1 << 28


class Basemap(Protocol):
    """What can be laid under any map."""

    def under(self, view: View) -> Image.Image:
        """The part that `view` shows, RGBA, of its size; transparent beside the globe."""


@dataclass(frozen=True)
class WorldPicture:
    """A picture of the whole Earth: -180 to 180 degrees east, 90 to -90 degrees north."""

    picture: Image.Image

    def under(self, view: View) -> Image.Image:
        """The part that `view` shows, RGBA, resized to it."""
        if isinstance(view, MapView) and view.cylinder == "PlateCarree":
            return _cut_out(self.picture, view)
        shrunk = self.picture.reduce(_shrinkage(self.picture.width / 360.0, view))
        lon, lat = np.broadcast_arrays(*view.lonlat_of_pixels())
        columns = (lon + 180.0) % 360.0 / 360.0 * shrunk.width
        return sampled_picture(shrunk, columns, (90.0 - lat) / 180.0 * shrunk.height)


def read_basemap(path: Path) -> WorldPicture:
    """Read a picture that covers -180 to 180 degrees east and 90 to -90 degrees north.

    Raises:
        DataError: It is not a picture.
        LimitExceeded: It has more than `MAX_PIXELS`.
    """
    try:
        with opened_picture(path, most_pixels=MAX_PIXELS) as picture:
            return WorldPicture(picture.convert("RGBA"))
    except DataError as exc:
        raise DataError(
            f"the basemap cannot be used: {exc.message}",
            hint="give a PNG or JPEG that covers -180 to 180 and 90 to -90 degrees",
        ) from exc


def sampled_picture(picture: Image.Image, columns: Numbers, rows: Numbers) -> Image.Image:
    """The colours of `picture` (RGBA, closed on itself from right to left) at places in it.

    Args:
        picture: Of any size.
        columns: Counted from its left edge; NaN for no place, which becomes transparent.
        rows: Counted from its upper edge, same shape.

    Returns:
        RGBA of the shape of `columns`, blended between four pixels.
    """
    pixels = np.asarray(picture)
    height, width = pixels.shape[:2]
    known = np.isfinite(columns) & np.isfinite(rows)
    x = np.where(known, columns, 0.5) - 0.5
    y = np.clip(np.where(known, rows, 0.5) - 0.5, 0.0, height - 1.0)
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    across, down = (x - left)[..., None], (y - top)[..., None]
    right, bottom = (left + 1) % width, np.minimum(top + 1, height - 1)
    left %= width
    upper = pixels[top, left] * (1 - across) + pixels[top, right] * across
    lower = pixels[bottom, left] * (1 - across) + pixels[bottom, right] * across
    blended = np.rint(upper * (1 - down) + lower * down).astype(np.uint8)
    blended[~known] = 0
    return Image.fromarray(blended)


def _shrinkage(pixels_per_degree: float, view: View) -> int:
    """How many pixels of a picture become one of the map, so that none is left out."""
    return max(1, int(pixels_per_degree * view.resolution))


def _cut_out(world: Image.Image, view: MapView) -> Image.Image:
    """The part of `world` that a map in plate carree shows: a box of it, resized."""
    columns = view.west + 180.0, view.east + 180.0
    start = int(columns[0] // 360.0 * 360.0)
    if columns[0] - start + (view.east - view.west) > 360.0:
        # The map crosses the seam of the picture: put it side by side with itself.
        pixels = np.asarray(world)
        world = Image.fromarray(np.concatenate([pixels, pixels], axis=1))
        turns = 2
    else:
        turns = 1
    across, down = world.width / (360.0 * turns), world.height / 180.0
    left = (columns[0] - start) * across
    box = (
        left,
        (90.0 - view.north) * down,
        min(left + (view.east - view.west) * across, world.width),
        (90.0 - view.south) * down,
    )
    return world.resize((view.width, view.height), Image.Resampling.BILINEAR, box=box)
