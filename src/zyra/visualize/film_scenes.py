"""What films show: for each frame something that can be painted on any map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from zyra.fields.field import Field, FieldInfo
from zyra.fields.grid import Grid
from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.field_series import Series
from zyra.visualize.inking import blank_map
from zyra.visualize.sheet import Paint
from zyra.visualize.style import Style


@dataclass(frozen=True)
class Moment:
    """What one frame shows, read but not drawn.

    Attributes:
        info: For its title and time.
        grid: What its map shows unless another extent is asked for.
        paint: Paints its map, in any thread.
        bar: The colour bar of its page, or None.
        is_empty: Nothing of it has a value.
    """

    info: FieldInfo
    grid: Grid
    paint: Paint
    bar: ColourBar | None = None
    is_empty: bool = False


class Scene(Protocol):
    """What a film shows, in one mode.

    Attributes:
        infos: What is known of each frame before it is read.
    """

    @property
    def infos(self) -> Sequence[FieldInfo]:
        """What is known of each frame before it is read."""

    def moment(self, number: int) -> Moment:
        """Read one frame, counted from 0; in one thread and in order.

        Raises:
            DataError: It cannot be read.
        """


@dataclass(frozen=True)
class FieldScene:
    """One field for each frame, all painted in the same way; fulfils `Scene`.

    Attributes:
        series: The fields.
        painted: Gives what paints one of them.
        bar: The colour bar that they share, or None.
        blank: Paints a map without a field.
    """

    series: Series
    painted: Callable[[Field], Paint]
    bar: ColourBar | None
    blank: Paint

    @property
    def infos(self) -> Sequence[FieldInfo]:
        """Of the fields."""
        return self.series.infos

    def moment(self, number: int) -> Moment:
        """Read one of the fields."""
        field = self.series.read(number)
        is_empty = not np.isfinite(field.values).any()
        paint = self.blank if is_empty else self.painted(field)
        return Moment(field, field.grid, paint, self.bar, is_empty)


def blank_paint(style: Style) -> Paint:
    """Paints a transparent map with nothing but its lines."""
    return lambda view: blank_map(view, style.features, style.unit)
