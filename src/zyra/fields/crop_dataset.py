"""A dataset of which only a part of each grid is seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic

import numpy as np

from zyra.fields.crop import Box, Window, window_of
from zyra.fields.field import Field
from zyra.fields.formats import Dataset, Info
from zyra.fields.grid import Grid


@dataclass(frozen=True)
class CroppedDataset(Generic[Info]):
    """The fields of a dataset within a box, or thinned, or both; fulfils `formats.Dataset`.

    Attributes:
        whole: Where the fields come from; closed by whoever opened it.
        box: Part of the Earth; None is all of it.
        stride: Every how many rows and columns are kept.
        is_masked: Whether points of the cropped rectangle outside the box become missing.
            There are such points only where rows are no parallels.
    """

    whole: Dataset[Info]
    box: Box | None = None
    stride: tuple[int, int] = (1, 1)
    is_masked: bool = False
    _windows: dict[Grid, Window] = field(default_factory=dict)

    @property
    def infos(self) -> Sequence[Info]:
        """The fields, in the order of the file."""
        return self.whole.infos

    @property
    def left_out(self) -> Mapping[str, str]:
        """What else the file holds, each with the reason why that is no field."""
        return self.whole.left_out

    def grid(self, info: Info) -> Grid:
        """What is left of the grid of a field.

        Raises:
            SelectionError: No point of it lies in the box.
        """
        return self._window(self.whole.grid(info)).grid

    def expect(self, infos: Sequence[Info]) -> None:
        """Announce that these fields are read next, in this order."""
        self.whole.expect(infos)

    def read(self, info: Info) -> Field:
        """Read what is left of a field.

        Raises:
            SelectionError: No point of its grid lies in the box.
            DataError: It cannot be read.
        """
        whole = self.whole.read(info)
        window = self._window(whole.grid)
        values = whole.values[np.ix_(window.rows, window.columns)]
        if self.is_masked and window.inside is not None:
            values[~window.inside] = np.nan
        return replace(whole, values=values, grid=window.grid)

    def close(self) -> None:
        """Do nothing: what is cropped belongs to somebody else."""

    def _window(self, grid: Grid) -> Window:
        if grid not in self._windows:
            self._windows[grid] = window_of(grid, self.box, self.stride)
        return self._windows[grid]
