"""The scale of a picture: from values to levels, and from levels to colours."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zyra.core.errors import DataError, UsageError
from zyra.fields.field import Array
from zyra.visualize.palettes import Colours, Palette

# Levels are bytes. Those above the field's own colours are for missing values and for
# lines over them (`overlay`), so that a picture with lines is still a palette PNG.
FIELD_LEVELS = 192
MISSING = FIELD_LEVELS
# Up to so many, comparing with each bound is faster than a search for each value.
FEW_BOUNDS = 32


@dataclass(frozen=True)
class Scale:
    """Which colour a value has.

    Attributes:
        low, high: Values at the ends of the palette, low < high.
        palette: Its colours.
    """

    low: float
    high: float
    palette: Palette

    @cached_property
    def count(self) -> int:
        """How many levels, hence colours, the field is drawn with."""
        bounds = self.palette.bounds
        return FIELD_LEVELS if bounds is None else len(bounds)

    @cached_property
    def colours(self) -> Colours:
        """Colour of each level, shape (count, 4)."""
        return self.palette.sampled(self.count)

    @property
    def is_affine(self) -> bool:
        """Whether the levels are evenly spaced, so that `slope` and `offset` give them."""
        return self.palette.bounds is None

    @property
    def slope(self) -> float:
        """Levels in one unit of the value."""
        return self.count / (self.high - self.low)

    @property
    def offset(self) -> float:
        """Level at the value 0, a fraction."""
        return -self.low * self.slope

    def levels(self, values: Array) -> Colours:
        """Level of each value, same shape; `MISSING` where a value is not finite."""
        missing = ~np.isfinite(values)
        if self.palette.bounds is None:
            places = (values - np.float32(self.low)) * np.float32(self.slope)
            places[missing] = 0.0
            levels: Colours = np.clip(places, 0, self.count - 1).astype(np.uint8)
        else:
            levels = self._level_of_class.take(_bounds_passed(values, self._class_bounds))
        if missing.any():
            levels[missing] = MISSING
        return levels

    @cached_property
    def _class_bounds(self) -> Array:
        """Where classes start, and where the last one ends, if it does."""
        bounds, top = self.palette.bounds or (), self.palette.top
        starts = np.array(bounds, np.float32)
        return starts if top is None else np.append(starts, np.nextafter(np.float32(top), np.inf))

    @cached_property
    def _level_of_class(self) -> Colours:
        """Level of a value that has passed none, one, ... or all of the bounds."""
        levels = np.full(len(self._class_bounds) + 1, MISSING, np.uint8)
        levels[1 : self.count + 1] = np.arange(self.count)
        if not self.palette.hides_below:
            levels[0] = 0
        return levels


def _bounds_passed(values: Array, bounds: Array) -> Colours:
    """How many of ascending `bounds` are at or below each value, same shape; 0 for NaN."""
    if len(bounds) > FEW_BOUNDS:
        return np.where(np.isnan(values), 0, np.searchsorted(bounds, values, "right")).astype(
            np.uint8
        )
    passed: Colours = (values >= bounds[0]).view(np.uint8)
    for bound in bounds[1:]:
        passed += (values >= bound).view(np.uint8)
    return passed


def scale_of(
    values: Array, palette: Palette, vmin: float | None = None, vmax: float | None = None
) -> Scale:
    """Scale that covers `values`, unless ends are given.

    Raises:
        UsageError: The ends are not finite or not in order, do not fit a palette with
            bounds of its own, or the palette has more classes than can be drawn; or no end is
            given and all values are equal.
        DataError: There is no finite value to take an end from.
    """
    if palette.bounds is not None:
        return _scale_of_classes(palette, vmin, vmax)
    if vmin is not None and vmax is not None:
        return _checked(vmin, vmax, palette)
    if palette.span is not None:
        low, high = palette.span
    else:
        low, high = finite_range(values)
        if low == high and vmin is None and vmax is None:
            raise UsageError(
                f"every value of the field is {low:g}, from which no range of colours can be taken",
                hint="give --vmin and --vmax",
            )
    return _checked(low if vmin is None else vmin, high if vmax is None else vmax, palette)


def parted(values: Array) -> Array:
    """The values, or two around them where all are equal: for what is not told by colour alone.

    Raises:
        DataError: There is no finite value.
    """
    low, high = finite_range(values)
    margin = max(abs(low) * 0.01, 0.5)
    return values if low < high else np.array([low - margin, high + margin], np.float32)


def finite_range(values: Array) -> tuple[float, float]:
    """Lowest and highest finite value.

    Raises:
        DataError: There is none.
    """
    low, high = float(np.fmin.reduce(values, axis=None)), float(np.fmax.reduce(values, axis=None))
    if np.isfinite(low) and np.isfinite(high):
        return low, high
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        raise DataError(
            "every value of the field is missing",
            hint="choose another variable, level, time or file",
        )
    return float(finite.min()), float(finite.max())


def _checked(low: float, high: float, palette: Palette) -> Scale:
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise UsageError(
            f"the colour range from {low:g} to {high:g} is empty",
            hint="vmin must be below vmax",
        )
    return Scale(low, high, palette)


def _scale_of_classes(palette: Palette, vmin: float | None, vmax: float | None) -> Scale:
    bounds = palette.bounds or ()
    if len(bounds) > FIELD_LEVELS:
        raise UsageError(f"the palette has {len(bounds)} classes, at most {FIELD_LEVELS} are drawn")
    if vmin is not None or vmax is not None:
        raise UsageError(
            "vmin and vmax do not go with a palette that has bounds of its own",
            hint="leave them out, or use a continuous palette",
        )
    # The last class is open; the colour bar shows it as wide as the one before.
    return Scale(bounds[0], 2 * bounds[-1] - bounds[-2], palette)
