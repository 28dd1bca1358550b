"""Read the points of a field with the part of the Earth that each stands for."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from zyra.core.loading import load
from zyra.fields.crop import Box, Window, window_of
from zyra.fields.field import Array, FieldInfo
from zyra.fields.formats import Dataset, Format
from zyra.fields.grid import Grid
from zyra.fields.statistics_weights import Weights, area_weights

_REDUCED = "zyra.fields.statistics_reduced"


@dataclass(frozen=True)
class PointReader:
    """Reads the fields of one dataset for statistics, one at a time.

    Attributes:
        path: The file.
        form: Its format.
        dataset: Its fields.
        box: Part of the Earth to which they are restricted; None is all of it.
    """

    path: Path
    form: Format
    dataset: Dataset[FieldInfo]
    box: Box | None = None
    _places: dict[Grid, tuple[Window, Weights]] = field(default_factory=dict)

    def read(self, info: FieldInfo) -> tuple[Array, Weights]:
        """Values (NaN is missing) and weights in steradians, of shapes that fit each other.

        Points are those of the file: rows of reduced grids are not filled.

        Raises:
            SelectionError: No point of the field lies in the box.
            DataError: It cannot be read.
        """
        if self.form == "grib" and load(f"{_REDUCED}:is_reduced")(info):
            grid = self.dataset.grid(info)
            points: tuple[Array, Weights] = load(f"{_REDUCED}:read_points")(
                self.path, info, grid, self.box
            )
            return points
        read = self.dataset.read(info)
        window, weights = self._place(read.grid)
        if self.box is None:
            return read.values, weights
        values = read.values[np.ix_(window.rows, window.columns)]
        return (values, weights) if window.inside is None else (values[window.inside], weights)

    def _place(self, grid: Grid) -> tuple[Window, Weights]:
        if grid not in self._places:
            self._places.clear()  # one at a time: weights are as large as fields
            window, weights = window_of(grid, self.box), area_weights(grid)
            if self.box is not None:
                every = np.broadcast_to(weights, grid.shape)
                weights = every[np.ix_(window.rows, window.columns)]
            if window.inside is not None:
                weights = weights[window.inside]
            self._places[grid] = window, weights
        return self._places[grid]
