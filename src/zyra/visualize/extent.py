"""The part of the Earth that a picture shows."""

from collections.abc import Sequence

import numpy as np

from zyra.core.errors import UsageError
from zyra.fields.extent import WORLD, Extent, extent_of
from zyra.visualize.projection import MapView

__all__ = ["WORLD", "extent_from", "extent_of"]


def extent_from(given: Sequence[float]) -> Extent:
    """(west, east, south, north) as asked for.

    Raises:
        UsageError: It is not four different numbers, or no part of the Earth.
    """
    if len(given) != 4 or not np.isfinite(given).all() or given[0] == given[1]:
        raise UsageError(
            f"the extent cannot be {' '.join(f'{each:g}' for each in given)}",
            hint="give west east south north, in degrees",
        )
    west, east, south, north = map(float, given)
    MapView.over((west, east, south, north), 1, 1)
    return west, east, south, north
