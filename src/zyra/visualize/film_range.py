"""The range of colours that all frames of a film share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zyra.core.errors import DataError
from zyra.core.job import Job
from zyra.fields.field import Array, FieldInfo
from zyra.visualize.artist import Artist
from zyra.visualize.field_series import Series
from zyra.visualize.scale import finite_range


@dataclass(frozen=True)
class SharedRange:
    """The values that all frames show together.

    Attributes:
        info: Of the quantity.
        ends: The lowest and the highest value.
    """

    info: FieldInfo
    ends: Array


def shared_range(
    series: Sequence[Series], artist: Artist, job: Job, *, with_bar: bool
) -> SharedRange:
    """The range of several series of one quantity.

    Every field is read for the lowest and highest value that is shown, unless both ends are
    known without and no bar tells whether values lie beyond them.

    Raises:
        DataError: No field has a value.
    """
    ends = _known_ends(artist, with_bar=with_bar)
    if ends is not None:
        return SharedRange(series[0].read(0), ends)
    return _range_of(series, artist, job)


def _known_ends(artist: Artist, *, with_bar: bool) -> Array | None:
    """Both ends of the range where the values have no say in it."""
    colouring = artist.colouring
    palette = colouring.palette
    if palette is not None and palette.bounds is not None:
        return np.array([palette.bounds[0], palette.bounds[-1]], np.float32)
    if with_bar or colouring.vmin is None or colouring.vmax is None:
        return None
    return np.array([colouring.vmin, colouring.vmax], np.float32)


def _range_of(series: Sequence[Series], artist: Artist, job: Job) -> SharedRange:
    """The lowest and highest value of all fields that is shown."""
    low, high = np.inf, -np.inf
    info: FieldInfo | None = None
    for one in series:
        for number in range(len(one.infos)):
            job.progress(0.0, f"range of field {number + 1} of {len(one.infos)} of {one.name}")
            field = one.read(number)
            info = info or field
            shown = artist.shown_values(field)
            if np.isfinite(shown).any():
                lowest, highest = finite_range(shown)
                low, high = min(low, lowest), max(high, highest)
    if info is None or low > high:
        raise DataError(
            f"every value of {series[0].infos[0].variable} is missing at every time",
            hint="choose another variable, level, time or file",
        )
    return SharedRange(info, np.array([low, high], np.float32))
