"""Which two fields are the parts of one vector, and what their parts are along."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from zyra.fields.field import FieldInfo
from zyra.fields.grid import Grid

# How CF begins the names of parts along the grid's own axes, and those of true parts.
_TRUE_NAMES = {
    "grid_eastward_": "eastward_",
    "grid_northward_": "northward_",
    "x_": "eastward_",
    "y_": "northward_",
}
_FLAG = "uvRelativeToGrid"


def is_along_grid(part: FieldInfo) -> bool:
    """Whether the source says of the part of a vector that it is along the grid's own axes."""
    says_so = bool(part.attributes.get(_FLAG))
    return says_so or part.standard_name.startswith(tuple(_TRUE_NAMES))


def true_part(part: FieldInfo) -> FieldInfo:
    """The description of a part along the grid's axes, when it is turned to east or north."""
    name = part.standard_name
    begin = next((begin for begin in _TRUE_NAMES if name.startswith(begin)), "")
    true_name = _TRUE_NAMES.get(begin, "") + name.removeprefix(begin)
    return replace(part, standard_name=true_name, attributes={**part.attributes, _FLAG: False})


def partners_of(u: FieldInfo, others: Iterable[FieldInfo]) -> list[FieldInfo]:
    """Those of `others` that are the second part of a vector whose first is `u`, by their names.

    That is where a name has v for one u of the other's, or northward for eastward, y for x.
    """
    names = {name.lower() for name in u.names}
    wanted = {
        f"{name[:place]}v{name[place + 1 :]}"
        for name in names
        for place, letter in enumerate(name)
        if letter == "u" and "_" not in name
    }
    wanted |= {name.replace("eastward", "northward") for name in names if "eastward" in name}
    wanted |= {f"y{name[1:]}" for name in names if name.startswith("x_")}
    return [
        info
        for info in others
        if info.units == u.units and not wanted.isdisjoint({name.lower() for name in info.names})
    ]


def pairs_along_grid(
    infos: Iterable[FieldInfo], grid_of: Callable[[FieldInfo], Grid]
) -> list[tuple[FieldInfo, FieldInfo]]:
    """The vectors among fields whose parts are along axes that are not true east and north.

    Args:
        infos: The fields.
        grid_of: Where one lies; asked of parts of vectors only.

    Returns:
        First and second part of each; both lie on one grid, at one level and time.
    """
    at_place: dict[Any, list[FieldInfo]] = {}
    for info in filter(is_along_grid, infos):
        at_place.setdefault(_place(info), []).append(info)
    named = [(u, partners_of(u, group)) for group in at_place.values() for u in group]
    found = []
    for u, partners in named:
        on_grid = [v for v in partners if grid_of(v) == grid_of(u)]
        if len(on_grid) == 1 and not grid_of(u).crs.is_geographic:
            found.append((u, on_grid[0]))
    return found


def _place(info: FieldInfo) -> Any:
    """Where and when a field holds, and what kind of it."""
    times = (info.reference_time, info.valid_time, info.forecast_hour, info.period_hours)
    return info.level, times, info.statistic, info.member, tuple(info.dimensions.items())
