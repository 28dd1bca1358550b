"""A picture of the Earth under a map."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from zyra.core.errors import DataError, LimitExceeded
from zyra.visualize.projection import MapView

MAX_PIXELS = 1 << 28


def read_basemap(path: Path) -> Image.Image:
    """Read a picture that covers -180 to 180 degrees east and 90 to -90 degrees north.

    Raises:
        DataError: It is not a picture.
        LimitExceeded: It has more than `MAX_PIXELS`.
    """
    try:
        # Our own limit stands in for Pillow's, which only warns.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise LimitExceeded(
                        f"the basemap {path.name} has {picture.width} x {picture.height} pixels",
                        hint=f"at most {MAX_PIXELS} pixels are read",
                    )
                return picture.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as exc:
        raise DataError(
            f"the basemap {path.name} is not a picture that can be read: {exc}",
            hint="give a PNG or JPEG that covers -180 to 180 and 90 to -90 degrees",
        ) from exc


def basemap_for(world: Image.Image, view: MapView) -> Image.Image:
    """The part of `world` that `view` shows, RGBA, resized to it."""
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
