"""The grid that reproject brings its sources onto."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from zyra.core.errors import LimitExceeded, UsageError
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.fields.warp_bounds import Bounds, covered_bounds, even_grid
from zyra.process.commands.reproject import ReprojectArgs

# Half a gigabyte of float32.
MAX_PIXELS = 1 << 27

_GLOBE: Bounds = (-180.0, -90.0, 180.0, 90.0)
_AUTO, _WHOLE = "auto", ("globe", "global")


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        source: Coordinate system that a source is said to have, if any is given.
        target: Coordinate system of the result.
        bounds: Of the result; None for what the source covers.
        width, height: Of the result in cells; a height of None makes cells square.
    """

    source: Crs | None
    target: Crs
    bounds: Bounds | None
    width: int
    height: int | None

    @classmethod
    def of(cls, args: ReprojectArgs) -> Self:
        """Take the arguments.

        Raises:
            UsageError: A coordinate system is unknown, or bounds are none.
            LimitExceeded: The result would have too many cells.
        """
        target = _crs(args.t_srs, "--t-srs")
        source = None if args.s_srs is None else _crs(args.s_srs, "--s-srs")
        bounds = _bounds(args.dst_bounds, args.t_srs, target)
        made = cls(source, target, bounds, args.width, args.height)
        if bounds is not None:
            made.size_of(bounds)
        return made

    def size_of(self, bounds: Bounds) -> tuple[int, int]:
        """(width, height) of a result with these bounds.

        Raises:
            LimitExceeded: That is too much.
        """
        left, bottom, right, top = bounds
        ratio = (top - bottom) / (right - left)
        height = self.height or max(1, round(self.width * ratio))
        if self.width * height > MAX_PIXELS:
            raise LimitExceeded(
                f"a result of {self.width} x {height} cells is too large",
                hint=f"at most {MAX_PIXELS} cells are made; choose --width and --height",
            )
        return self.width, height

    def grid(self, sources: Sequence[Grid]) -> Grid:
        """The grid of the result.

        Raises:
            UsageError: The sources have nothing in the area of the target system.
            LimitExceeded: It would have too many cells.
        """
        bounds = self.bounds or _around([covered_bounds(each, self.target) for each in sources])
        return even_grid(self.target, bounds, *self.size_of(bounds))


def bounds_from(numbers: Sequence[float], flag: str) -> Bounds:
    """Left, bottom, right, top.

    Raises:
        UsageError: They are not four finite numbers that span an area.
    """
    shown = " ".join(f"{number:g}" for number in numbers)
    if len(numbers) != 4 or not np.isfinite(numbers).all():
        raise UsageError(f"{flag} cannot be {shown}", hint="give left bottom right top")
    left, bottom, right, top = map(float, numbers)
    if left >= right or bottom >= top:
        raise UsageError(
            f"{flag} {shown} spans no area",
            hint="give left bottom right top; across the date line such as 170 -20 190 0",
        )
    return left, bottom, right, top


def _bounds(given: list[str] | None, name: str, target: Crs) -> Bounds | None:
    if given is None:
        return _GLOBE if target == Crs.from_text("EPSG:4326") else None
    words = [word for text in given for word in text.replace(",", " ").split()]
    if len(words) == 1 and words[0].lower() == _AUTO:
        return None
    if len(words) == 1 and words[0].lower() in _WHOLE:
        if not target.is_geographic:
            raise UsageError(
                f"--dst-bounds {words[0]} is in degrees, and {name} is not",
                hint="give auto, or left bottom right top in units of --t-srs",
            )
        return _GLOBE
    try:
        numbers = [float(word) for word in words]
    except ValueError as exc:
        raise UsageError(
            f"--dst-bounds cannot be {' '.join(given)}",
            hint="give left bottom right top in units of --t-srs, or auto, or globe",
        ) from exc
    bounds = bounds_from(numbers, "--dst-bounds")
    if target.is_geographic and (
        bounds[2] - bounds[0] > 360.0 or not -90 <= bounds[1] < bounds[3] <= 90
    ):
        raise UsageError(
            f"--dst-bounds {' '.join(given)} do not fit on the globe",
            hint="give west south east north in degrees",
        )
    return bounds


def _crs(text: str, flag: str) -> Crs:
    try:
        crs = Crs.from_text(text)
    except UsageError as exc:
        raise UsageError(f"{flag} {exc.message}", hint=exc.hint) from exc
    system = crs.to_pyproj()
    if not (system.is_projected or system.is_geographic or system.is_derived):
        raise UsageError(
            f"{flag} {text!r} is no coordinate system of a map",
            hint="give an EPSG code such as EPSG:3857, a PROJ string or WKT",
        )
    return crs


def _around(all_bounds: Sequence[Bounds]) -> Bounds:
    left, bottom, right, top = np.array(all_bounds).T
    return float(left.min()), float(bottom.min()), float(right.max()), float(top.max())


def with_crs(grid: Grid, crs: Crs | None) -> Grid:
    """The grid in another coordinate system, its numbers unchanged."""
    return grid if crs is None else Grid(crs, grid.x, grid.y)
