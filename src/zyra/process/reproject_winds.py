"""Read fields to be reprojected, winds along the old grid's axes turned to east and north.

On another grid those axes mean nothing any more. Parts that go by true directions already
stay as they are, and so does a part whose other one the file lacks.
"""

import numpy as np

from zyra.fields.crs import Crs
from zyra.fields.field import Array, FieldInfo
from zyra.fields.formats import Dataset
from zyra.fields.grid import Grid
from zyra.fields.vector_parts import pairs_along_grid, true_part
from zyra.fields.vector_turning import Headings, along_east_north, axis_headings
from zyra.process.reproject_target import with_crs

Pair = tuple[FieldInfo, FieldInfo]


class TurnedWinds:
    """The fields of a dataset; parts of vectors are along true east and north."""

    def __init__(self, dataset: Dataset[FieldInfo], crs: Crs | None) -> None:
        """Find the vectors.

        Args:
            dataset: The fields.
            crs: Taken instead of what the file says; or None.
        """
        self._dataset = dataset
        self._crs = crs
        pairs = pairs_along_grid(dataset.infos, self.grid)
        # The writers ask by descriptions of their own; the number is the field's.
        self._pairs = {part.number: pair for pair in pairs for part in pair}
        self._headings: dict[Grid, tuple[Headings, Headings]] = {}
        self._turned: dict[int, Array] = {}

    def grid(self, info: FieldInfo) -> Grid:
        """Where a field lies in its file."""
        return with_crs(self._dataset.grid(info), self._crs)

    def described(self, info: FieldInfo) -> FieldInfo:
        """What a field is when it is read here."""
        return true_part(info) if info.number in self._pairs else info

    def values(self, info: FieldInfo) -> Array:
        """Read a field; the other part of its vector is kept until it is asked for."""
        pair = self._pairs.get(info.number)
        if pair is None:
            return self._dataset.read(info).values
        if info.number not in self._turned:
            self._turned = self._both_turned(pair)
        return self._turned.pop(info.number)

    def _both_turned(self, pair: Pair) -> dict[int, Array]:
        u, v = (self._dataset.read(part).values.astype(np.float64) for part in pair)
        grid = self.grid(pair[0])
        if grid not in self._headings:
            lon, lat = grid.crs.inverse(*np.meshgrid(grid.x, grid.y))
            self._headings = {grid: axis_headings(grid.crs, lon, lat)}
        parts = along_east_north(u, v, self._headings[grid])
        return {
            part.number: turned.astype(np.float32) for part, turned in zip(pair, parts, strict=True)
        }
