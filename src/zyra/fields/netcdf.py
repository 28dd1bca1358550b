"""Open NetCDF files for the readers of CF data."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError
from zyra.fields.budgets import refuse_bomb
from zyra.fields.cf_dataset import CfDataset
from zyra.fields.cf_source import Index, points_at
from zyra.fields.netcdf_header import check_header


class NetcdfDataset(CfDataset):
    """An open NetCDF file as a list of fields."""

    def __init__(self, path: Path) -> None:
        """Open the file and list its fields.

        Raises:
            DataError: It is no NetCDF file, is damaged, or its coordinates contradict CF.
        """
        super().__init__(_NetcdfSource(path))


class _NetcdfSource:
    """An open NetCDF file; fulfils `cf_source.CfSource`."""

    has_default_fills = True

    def __init__(self, path: Path) -> None:
        check_header(path)
        try:
            self._file = netCDF4.Dataset(path.absolute())
        except OSError as exc:  # its text has the whole path
            raise DataError(f"{path.name} is not readable as NetCDF: {exc.strerror}") from exc
        except UnicodeDecodeError as exc:
            raise DataError(f"{path.name} is not readable as NetCDF: {exc}") from exc
        except AttributeError as exc:  # of the library itself: variables of dimensions unknown
            raise DataError(f"{path.name} is not readable as NetCDF: it is damaged") from exc
        self._file.set_auto_maskandscale(False)
        self._file.set_always_mask(False)
        self.variables: Mapping[str, _NetcdfVariable] = {
            name: _NetcdfVariable(path, variable) for name, variable in self._file.variables.items()
        }
        self.groups: Collection[str] = tuple(self._file.groups)

    def close(self) -> None:
        """Close the file."""
        if self._file.isopen():
            self._file.close()


@dataclass(frozen=True)
class _NetcdfVariable:
    """One variable; fulfils `cf_source.CfVariable`."""

    path: Path
    variable: "netCDF4.Variable[Any]"

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """Names of its dimensions."""
        return tuple(self.variable.dimensions)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Lengths of its dimensions."""
        with self._translated():
            return tuple(self.variable.shape)

    @cached_property
    def dtype(self) -> np.dtype[Any] | None:
        """Type of its numbers; None for text, compound and ragged types."""
        dtype = self.variable.dtype
        return dtype if isinstance(dtype, np.dtype) and dtype.kind in "iuf" else None

    @cached_property
    def attributes(self) -> Mapping[str, Any]:
        """Its attributes, read once."""
        with self._translated():
            return {name: self.variable.getncattr(name) for name in self.variable.ncattrs()}

    def read(self, where: Index) -> NDArray[Any]:
        """The stored numbers at `where`."""
        with self._translated():
            for points in (points_at(where, self.shape), self._points_of_chunk()):
                refuse_bomb(self.variable.name, points, lambda: self.path.stat().st_size)
            return np.asarray(self.variable[where or ...])

    def _points_of_chunk(self) -> int:
        """The library makes room for a whole chunk, however little of it is read."""
        chunk = self.variable.chunking()
        return prod(chunk) if isinstance(chunk, list) else 0

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, RuntimeError, IndexError, AttributeError, UnicodeDecodeError) as exc:
            raise DataError(
                f"cannot read {self.variable.name} of {self.path.name}: {exc}",
                hint="the file may be damaged",
            ) from exc
