"""What every kind of map can tell: where places lie in its pixels, and places of its pixels."""

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from zyra.fields.crs import Crs
from zyra.fields.extent import Extent
from zyra.visualize.natural_earth import Lines

__all__ = ["ALL_ROWS", "RIM_PIXELS", "Extent", "Numbers", "Segments", "View", "touching"]

Numbers = NDArray[np.float64]
# Straight pieces in pixels, shape (pieces, 4): column and row of the start, then of the end.
Segments = NDArray[np.float32]
ALL_ROWS = slice(None)
# How far outside the map a line may still colour a pixel at its rim.
RIM_PIXELS = 8.0


class View(Protocol):
    """A map of `width` x `height` pixels; equal ones are equal and hash alike.

    Columns and rows are counted in pixels from the upper left corner of the map, so the first
    pixel's centre is at (0.5, 0.5).
    """

    @property
    def width(self) -> int:
        """Of the map in pixels."""

    @property
    def height(self) -> int:
        """Of the map in pixels."""

    @property
    def true_aspect(self) -> float:
        """Width / height of the map if it is to show shapes as they are."""

    @property
    def resolution(self) -> float:
        """Degrees of a great circle in a pixel, in the middle of the map."""

    def __hash__(self) -> int:
        """The same for equal views."""

    def pixels_of(self, lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
        """Columns and rows of places in degrees, any shape; NaN where the map has no such place."""

    def lonlat_of_pixels(self, rows: slice = ALL_ROWS) -> tuple[Numbers, Numbers]:
        """Longitudes and latitudes of the pixels' centres in `rows`.

        They broadcast to (rows, width); longitudes are NaN beside the globe.
        """

    def lonlat_at(self, columns: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Longitudes and latitudes of pixels, which need not be whole; NaN beside the globe.

        They have the shape that `columns` and `rows` broadcast to, or broadcast to it.
        """

    def lines_in(self, crs: Crs) -> tuple[Numbers, Numbers] | None:
        """Coordinates in `crs` of columns and of rows, where those are straight in it; or None."""

    def segments_of(self, lines: Lines) -> Segments:
        """Pieces of `lines` that touch the map, cut where the map is torn."""

    def outline(self) -> Segments:
        """The rim of the globe; empty where the map is full of it."""

    def resized(self, width: int, height: int) -> Self:
        """The same part of the Earth in another number of pixels."""


def touching(segments: Segments, width: int, height: int) -> Segments:
    """Those pieces that may colour a pixel of a map of that size; ends must be finite."""
    low = np.minimum(segments[:, :2], segments[:, 2:])
    high = np.maximum(segments[:, :2], segments[:, 2:])
    size = np.array([width, height], np.float32)
    near = ((high >= -RIM_PIXELS) & (low <= size + RIM_PIXELS)).all(axis=1)
    kept: Segments = segments[near]
    return kept
