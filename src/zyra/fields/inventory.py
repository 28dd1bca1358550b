"""What a dataset holds, one entry per variable and grid, without reading values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from zyra.core.loading import load
from zyra.fields.field import FieldInfo, Level
from zyra.fields.formats import Dataset, Format
from zyra.fields.grid import Grid

# What the file itself says of how values are stored, by format: functions of path and fields.
_STORAGE: Mapping[Format, str] = {
    "grib": "zyra.fields.inventory_grib:stored_as",
    "netcdf": "zyra.fields.inventory_netcdf:stored_as",
    "geotiff": "zyra.fields.inventory_geotiff:stored_as",
    "zarr": "zyra.fields.inventory_zarr:stored_as",
}


@dataclass(frozen=True)
class StoredAs:
    """How a file stores what it holds.

    Attributes:
        file: Facts of the whole file, such as its edition or its attributes.
        variables: Facts of each variable by name: type, packing, chunks, compression, size.
        grid_kinds: What the file calls the grid of a variable, by name; may be empty.
    """

    file: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    grid_kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class VariableInventory:
    """The fields of one variable on one grid.

    Attributes:
        infos: The fields, at least one, in the order of the file.
        grid: Number of their grid in the inventory, from 1.
    """

    infos: Sequence[FieldInfo]
    grid: int

    @property
    def first(self) -> FieldInfo:
        """The first of the fields, whose names are those of all."""
        return self.infos[0]

    @property
    def levels(self) -> list[Level]:
        """Where the fields lie, each level once, in the order of the file."""
        return self._each_once(lambda info: info.level)

    @property
    def reference_times(self) -> list[datetime]:
        """When the model runs started, in order."""
        return sorted(self._each_once(lambda info: info.reference_time))

    @property
    def valid_times(self) -> list[datetime]:
        """When the fields hold, in order."""
        return sorted(self._each_once(lambda info: info.valid_time))

    @property
    def forecast_hours(self) -> list[float]:
        """Hours from reference to valid time, in order."""
        return sorted(self._each_once(lambda info: info.forecast_hour))

    @property
    def members(self) -> list[int]:
        """Ensemble members, in order."""
        return sorted(self._each_once(lambda info: info.member))

    @property
    def dimensions(self) -> dict[str, list[float]]:
        """Values along every further dimension."""
        found: dict[str, dict[float, None]] = {}
        for info in self.infos:
            for name, value in info.dimensions.items():
                found.setdefault(name, {})[value] = None
        return {name: list(values) for name, values in found.items()}

    def _each_once(self, part: Callable[[FieldInfo], Any]) -> list[Any]:
        return list(dict.fromkeys(p for p in map(part, self.infos) if p is not None))


@dataclass(frozen=True)
class Inventory:
    """What a file holds.

    Attributes:
        form: Its format.
        variables: In the order of the file.
        grids: Where they lie.
        left_out: What else it holds, each with the reason why that is no field here.
        stored_as: How it is stored.
    """

    form: str
    variables: Sequence[VariableInventory]
    grids: Sequence[Grid]
    left_out: Mapping[str, str]
    stored_as: StoredAs


def inventory_of(path: Path, form: Format, dataset: Dataset[FieldInfo]) -> Inventory:
    """List what the open dataset of `path` holds, from its headers alone.

    Raises:
        DataError: The file is damaged.
    """
    variables, grids = group_fields(dataset.infos, dataset.grid)
    stored_as: StoredAs = load(_STORAGE[form])(path, dataset.infos)
    return Inventory(form, variables, grids, dataset.left_out, stored_as)


def group_fields(
    infos: Iterable[FieldInfo], grid_of: Callable[[Any], Grid]
) -> tuple[list[VariableInventory], list[Grid]]:
    """The fields by variable and grid, and the grids, both in the order of their first fields."""
    grids: dict[Grid, int] = {}
    groups: dict[tuple[str, str, int], list[FieldInfo]] = {}
    for info in infos:
        number = grids.setdefault(grid_of(info), len(grids) + 1)
        groups.setdefault((info.variable, info.units, number), []).append(info)
    found = [VariableInventory(group, number) for (_, _, number), group in groups.items()]
    return found, list(grids)
