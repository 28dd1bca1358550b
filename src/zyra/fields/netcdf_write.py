"""Write fields as one CF NetCDF file."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import netCDF4
import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import DataError
from zyra.core.stream_job import Report, ignore_progress
from zyra.fields.cf_file import Written
from zyra.fields.cf_write import ignore_order, write_cf
from zyra.fields.field import Field, FieldInfo
from zyra.fields.grid import Grid
from zyra.fields.storage import DEFAULT_STORAGE, Storage

Info = TypeVar("Info", bound=FieldInfo)

_MISSING = np.float32(np.nan)


def write_fields(path: Path, fields: Sequence[Field], *, title: str = "") -> None:
    """Write fields that are in memory; see `write_netcdf`."""
    write_netcdf(path, fields, lambda field: field.grid, lambda field: field, title=title)


def write_netcdf(
    path: Path,
    infos: Sequence[Info],
    grid_of: Callable[[Info], Grid],
    read: Callable[[Info], Field],
    *,
    expect: Callable[[Sequence[Info]], None] = ignore_order,
    title: str = "",
    storage: Storage = DEFAULT_STORAGE,
    progress: Report = ignore_progress,
) -> None:
    """Write fields as one CF NetCDF-4 file; see `cf_write.write_cf`.

    Unless `storage` asks for it nothing is compressed or cut into chunks, since that costs
    more time than all the rest.

    Args:
        path: File to write; replaced.
        infos: What to write, at least one.
        grid_of: The grid of a field, before it is read.
        read: Reads the values of a field; called once for each.
        expect: Told the order in which fields will be read.
        title: Attribute of the file.
        storage: Compression (`none`, `zlib`, `zstd`) and chunks.
        progress: Told the fraction that is written.

    Raises:
        OSError: The file cannot be written.
        UsageError: `storage` names a dimension that no variable has.
        DataError: A field cannot be read.
    """
    file = netCDF4.Dataset(path.absolute(), "w", format="NETCDF4")
    try:
        # Every value is written by us: filling first would write the file twice.
        file.set_fill_off()
        write_cf(
            _NetcdfTarget(file, storage),
            infos,
            grid_of,
            read,
            expect=expect,
            title=title,
            storage=storage,
            progress=progress,
        )
    finally:
        file.close()


class _NetcdfTarget:
    """A NetCDF file that is written; fulfils `cf_file.CfTarget`."""

    def __init__(self, file: netCDF4.Dataset, storage: Storage) -> None:
        self._file = file
        self._storage = storage

    def describe(self, attributes: Mapping[str, Any]) -> None:
        """Set the attributes of the file."""
        _describe(self._file, attributes)

    def dimension(self, name: str, length: int) -> None:
        """Add a dimension."""
        self._file.createDimension(name, length)

    def coordinate(
        self,
        name: str,
        dimensions: Sequence[str],
        values: NDArray[Any],
        attributes: Mapping[str, Any],
    ) -> None:
        """Add a variable with all its values."""
        packing = self._packing() if values.ndim > 1 else {}
        variable = self._file.createVariable(name, values.dtype, dimensions, **packing)
        _describe(variable, attributes)
        variable[...] = values

    def variable(
        self,
        name: str,
        dimensions: Sequence[str],
        attributes: Mapping[str, Any],
        chunks: tuple[int, ...],
    ) -> Written:
        """Add a float32 variable."""
        variable = self._file.createVariable(
            name, np.float32, dimensions, fill_value=_MISSING, **self._layout(chunks)
        )
        variable.set_auto_maskandscale(False)
        _describe(variable, attributes)
        return variable

    def _layout(self, chunks: tuple[int, ...]) -> dict[str, Any]:
        packing = self._packing()
        if packing or self._storage.chunks:
            return {"chunksizes": chunks, **packing}
        return {"contiguous": True}

    def _packing(self) -> dict[str, Any]:
        """How to compress, in the words of netCDF4; it shuffles bytes before zlib only."""
        method, level = self._storage.method, self._storage.level
        if method in (None, "none"):
            return {}
        effort = {} if level is None else {"complevel": level}
        return {"compression": method, **effort}


def _describe(written: Any, attributes: Mapping[str, Any]) -> None:
    """Give a file or variable its attributes.

    Raises:
        DataError: A name or value from a damaged input is none that NetCDF can keep.
    """
    try:
        written.setncatts(attributes)
    except AttributeError as exc:
        raise DataError(
            f"NetCDF cannot keep the attributes {', '.join(map(repr, attributes))}: {exc}",
            hint="the input's description of its data may be damaged",
        ) from exc
