"""Values as 8-bit grey, for viewers that colour and read them themselves.

Grey 0 is `vmin` and anything below or missing, 255 is `vmax` and anything above. The scale
that gives the values back goes into a JSON file beside the picture.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import UsageError
from zyra.fields.field import Array
from zyra.fields.grid import Grid
from zyra.visualize.scale import Scale

STOPS = 256


def encoded(values: Array, low: float, high: float) -> NDArray[np.uint8]:
    """Grey of each value, same shape: the nearest of 256 even steps from `low` to `high`.

    Raises:
        UsageError: `low` is not below `high`.
    """
    if not low < high:
        raise UsageError(f"the range from {low:g} to {high:g} is empty")
    # Double precision: a step is exact to the last place for any range.
    share = (values.astype(np.float64) - low) / (high - low)
    steps = np.rint(np.clip(np.nan_to_num(share, nan=0.0), 0.0, 1.0) * 255.0)
    return steps.astype(np.uint8)


def as_on_maps(values: Array, grid: Grid) -> Array:
    """`values` with north at the top and west on the left, as pictures have them."""
    if grid.y[0] < grid.y[-1]:
        values = values[::-1]
    if grid.x[0] > grid.x[-1]:
        values = values[:, ::-1]
    return values


def colour_scale(scale: Scale, units: str) -> dict[str, Any]:
    """What the viewer needs: colour stops from 0 to 1, the range, the unit.

    `transparentRange` is the share of the range at its low end that the palette hides.
    """
    places = [step / (STOPS - 1) for step in range(STOPS)]
    values = np.array([scale.low + place * (scale.high - scale.low) for place in places])
    colours = (
        scale.palette.sampled(STOPS)
        if scale.is_affine
        else scale.colours[scale.levels(values.astype(np.float32))]
    )
    stops = [
        {"t": round(place, 6), "rgba": colour}
        for place, colour in zip(places, colours.tolist(), strict=True)
    ]
    written: dict[str, Any] = {"stops": stops, "vmin": scale.low, "vmax": scale.high}
    if units:
        written["units"] = units
    if scale.palette.transparent_share:
        written["transparentRange"] = round(scale.palette.transparent_share, 6)
    return written
