"""Paint fields on one map: palette indices, with the lines of the map over them."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zyra.fields.crs import Crs
from zyra.fields.field import Array
from zyra.fields.grid import Grid
from zyra.visualize.line_shades import LineShades, line_shades
from zyra.visualize.map_features import feature_work
from zyra.visualize.palettes import Colours
from zyra.visualize.places import Places, places_of
from zyra.visualize.resample import (
    Levels,
    linear_levels,
    linear_values,
    nearest_levels,
    nearest_values,
)
from zyra.visualize.scale import Scale
from zyra.visualize.thin import thinned
from zyra.visualize.view import View

Interpolation = Literal["auto", "linear", "nearest"]

# With fewer cells in a pixel than this, the bilinear value leaves out nearly none of them.
CELLS_WORTH_AVERAGING = 2.0
# Frames of a run nearly always share their grid; a nest that moves must not fill the memory.
GRIDS_KEPT = 3

GridKey = tuple[Crs, bytes, bytes]


@dataclass(frozen=True)
class Picture:
    """Pixels as indices of a palette.

    Attributes:
        levels: Shape (height, width).
        colours: RGBA of each index, shape (256, 4).
    """

    levels: Levels
    colours: Colours

    def rgba(self) -> NDArray[np.uint8]:
        """The same pixels as colours, shape (height, width, 4)."""
        packed = np.ascontiguousarray(self.colours).view(np.uint32).reshape(-1)
        return packed[self.levels].view(np.uint8).reshape(*self.levels.shape, 4)


@dataclass(frozen=True)
class Painter:
    """Draws fields on one map; what does not depend on the values is worked out once.

    Attributes:
        view: The map.
        features: Names of map features that are drawn over the field.
        unit: Pixels in a unit of the layout, which line widths grow with.
        interpolation: `nearest` grid point, `linear` between four, or `auto`: linear, and
            the mean of the cells in a pixel where there are several.
    """

    view: View
    features: tuple[str, ...]
    unit: float
    interpolation: Interpolation = "auto"
    _places: dict[GridKey, Places] = field(default_factory=dict, repr=False)
    _shades: dict[bytes, LineShades] = field(default_factory=dict, repr=False)

    def draw(self, values: Array, grid: Grid, scale: Scale) -> Picture:
        """Draw `values` on `grid` in the colours of `scale`, with the map features over them."""
        levels = self._levels(values, grid, scale)
        shades = self._shades_of(scale.colours)
        for work in feature_work(self.view, self.features, self.unit):
            shades.draw(levels, work)
        return Picture(levels, shades.colours)

    def values(self, values: Array, grid: Grid) -> Array:
        """Values at the pixels, float32 of shape (height, width); NaN outside and where missing.

        As `draw` finds them: for lines, arrows and particles that are to fit the colours.
        """
        if self.interpolation == "nearest":
            return nearest_values(values, self.places(grid))
        block = block_of(self.places(grid), grid) if self.interpolation == "auto" else (1, 1)
        values, grid = thinned(values, grid, *block)
        return linear_values(values, self.places(grid))

    def places(self, grid: Grid) -> Places:
        """Places of the map's pixels in `grid`."""
        key = grid.crs, grid.x.tobytes(), grid.y.tobytes()
        places = self._places.get(key)
        if places is None:
            if len(self._places) >= GRIDS_KEPT:
                self._places.clear()
            places = self._places[key] = places_of(grid, self.view)
        return places

    def _shades_of(self, colours: Colours) -> LineShades:
        """Shades for lines over the colours of a field, which frames share."""
        key = colours.tobytes()
        shades = self._shades.get(key)
        if shades is None:
            self._shades.clear()
            shades = self._shades[key] = line_shades(colours)
        return shades

    def _levels(self, values: Array, grid: Grid, scale: Scale) -> Levels:
        block = block_of(self.places(grid), grid) if self.interpolation == "auto" else (1, 1)
        is_nearest = self.interpolation == "nearest" or scale.palette.steps
        # The mean of classes, or of a flag for no echo and an echo, means nothing.
        if is_nearest or (block != (1, 1) and not scale.is_affine):
            return nearest_levels(values, self.places(grid), scale)
        values, grid = thinned(values, grid, *block)
        return linear_levels(values, self.places(grid), scale)


def block_of(places: Places, grid: Grid) -> tuple[int, int]:
    """Cells (rows, columns) that are worth averaging for one pixel."""
    rows, columns = (
        int(cells) if cells >= CELLS_WORTH_AVERAGING else 1 for cells in places.cells_per_pixel
    )
    if places.wraps:
        # Whole blocks only, so that the averaged grid still closes on itself.
        columns = next(size for size in range(columns, 0, -1) if grid.shape[1] % size == 0)
    return rows, columns
