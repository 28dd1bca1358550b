"""How a NetCDF file stores its variables: type, packing, chunks, compression."""

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from zyra.core.errors import DataError
from zyra.fields.field import FieldInfo
from zyra.fields.inventory import StoredAs

_PACKING = {"scale_factor": "scale", "add_offset": "offset"}
_LEVELLED = ("zlib", "zstd", "bzip2")
_FILLS = ("_FillValue", "missing_value")


def stored_as(path: Path, infos: Sequence[FieldInfo]) -> StoredAs:
    """What the file's header says of it and of the variables in `infos`.

    Raises:
        DataError: The header is damaged.
    """
    names = {info.variable for info in infos}
    try:
        with netCDF4.Dataset(path.absolute()) as file:
            return StoredAs(
                file={
                    "kind": str(file.data_model),
                    "dimensions": {name: len(each) for name, each in file.dimensions.items()},
                    "attributes": {name: plain(file.getncattr(name)) for name in file.ncattrs()},
                },
                variables={name: _facts(file.variables[name]) for name in sorted(names)},
            )
    except (OSError, RuntimeError, UnicodeDecodeError) as exc:
        raise DataError(f"{path.name} is damaged: {exc}") from exc


def _facts(variable: "netCDF4.Variable[Any]") -> dict[str, Any]:
    chunks = variable.chunking()
    attributes = {name: plain(variable.getncattr(name)) for name in variable.ncattrs()}
    fill = next((attributes[name] for name in _FILLS if name in attributes), None)
    return {
        "type": str(variable.dtype),
        "dimensions": list(variable.dimensions),
        "shape": list(variable.shape),
        "nodata": fill,
        **{word: attributes[name] for name, word in _PACKING.items() if name in attributes},
        "chunks": None if chunks in (None, "contiguous") else list(chunks),
        "compression": _compression(variable),
        "array_bytes": prod(variable.shape) * variable.dtype.itemsize,
    }


def _compression(variable: "netCDF4.Variable[Any]") -> str | None:
    """Such as `shuffle, zlib 4`; None where nothing is compressed."""
    filters = variable.filters() or {}
    level = filters.get("complevel", "")
    names = [name for name, used in filters.items() if used and name != "complevel"]
    return ", ".join(f"{name} {level}" if name in _LEVELLED else name for name in names) or None


def plain(value: Any) -> Any:
    """An attribute as JSON can have it: numbers of Python, lists, texts."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.item() if isinstance(value, np.generic) else value
