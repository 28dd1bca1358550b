"""Write fields as one Zarr store with the attributes of CF."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.storage import LocalStore

from zyra.core.stream_job import Report, ignore_progress
from zyra.fields.cf_file import Written
from zyra.fields.cf_write import ignore_order, write_cf
from zyra.fields.field import Field, FieldInfo
from zyra.fields.grid import Grid
from zyra.fields.storage import DEFAULT_STORAGE, Storage

Info = TypeVar("Info", bound=FieldInfo)

# The earliest date that a zip file can carry: the same fields give the same bytes.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE_BY_ALL = 0o644 << 16

_BLOSC_LEVEL = 1


def write_zarr(
    folder: Path,
    infos: Sequence[Info],
    grid_of: Callable[[Info], Grid],
    read: Callable[[Info], Field],
    *,
    expect: Callable[[Sequence[Info]], None] = ignore_order,
    title: str = "",
    storage: Storage = DEFAULT_STORAGE,
    progress: Report = ignore_progress,
) -> None:
    """Write fields as one Zarr group in a folder; see `cf_write.write_cf`.

    Dimensions have names as xarray looks for them: `dimension_names` in version 3,
    `_ARRAY_DIMENSIONS` in version 2, which also gets consolidated metadata. Chunks of missing
    values only are not stored.

    Args:
        folder: Empty, to be filled.
        infos: What to write, at least one.
        grid_of: The grid of a field, before it is read.
        read: Reads the values of a field; called once for each.
        expect: Told the order in which fields will be read.
        title: Attribute of the group.
        storage: Version, compression (`none`, `zlib`, `zstd`, `blosc`; Blosc with Zstandard
            unless asked otherwise) and chunks.
        progress: Told the fraction that is written.

    Raises:
        OSError: The store cannot be written.
        UsageError: `storage` names a dimension that no variable has.
        DataError: A field cannot be read.

    Source: https://zarr-specs.readthedocs.io; xarray, "Zarr encoding specification".
    """
    store = LocalStore(folder)
    group = zarr.create_group(store, zarr_format=storage.zarr_version)
    target = _ZarrTarget(group, storage)
    write_cf(
        target,
        infos,
        grid_of,
        read,
        expect=expect,
        title=title,
        storage=storage,
        progress=progress,
    )
    if storage.zarr_version == 2:
        zarr.consolidate_metadata(store, zarr_format=2)


def pack_store(folder: Path, archive: Path) -> None:
    """Put the files of a store into one zip file, uncompressed since its chunks are compressed.

    Raises:
        OSError: The file cannot be written.
    """
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _NO_DATE)
            entry.external_attr = _READABLE_BY_ALL
            entry.file_size = path.stat().st_size  # tells zipfile whether it needs ZIP64
            with path.open("rb") as source, packed.open(entry, "w") as part:
                while chunk := source.read(1 << 20):
                    part.write(chunk)


class _ZarrTarget:
    """A Zarr group that is written; fulfils `cf_file.CfTarget`."""

    def __init__(self, group: zarr.Group, storage: Storage) -> None:
        self._group = group
        self._version = storage.zarr_version
        self._sizes: dict[str, int] = {}
        codec = _codec_2(storage) if storage.zarr_version == 2 else _codec_3(storage)
        self._compressors = None if codec is None else (codec,)

    def describe(self, attributes: Mapping[str, Any]) -> None:
        """Set the attributes of the group."""
        self._group.update_attributes(dict(attributes))

    def dimension(self, name: str, length: int) -> None:
        """Remember the length of a dimension, which Zarr has no place for."""
        self._sizes[name] = length

    def coordinate(
        self,
        name: str,
        dimensions: Sequence[str],
        values: NDArray[Any],
        attributes: Mapping[str, Any],
    ) -> None:
        """Add an array with all its values, in one chunk."""
        array = self._create(name, dimensions, attributes, values.shape, values.dtype, None)
        array[...] = values

    def variable(
        self,
        name: str,
        dimensions: Sequence[str],
        attributes: Mapping[str, Any],
        chunks: tuple[int, ...],
    ) -> Written:
        """Add a float32 array."""
        return self._create(name, dimensions, attributes, chunks, np.dtype(np.float32), np.nan)

    def _create(
        self,
        name: str,
        dimensions: Sequence[str],
        attributes: Mapping[str, Any],
        chunks: tuple[int, ...],
        dtype: np.dtype[Any],
        fill: float | None,
    ) -> "zarr.Array[Any]":
        """Make an array; without `fill` no value stands for missing ones."""
        is_old = self._version == 2
        named = {"_ARRAY_DIMENSIONS": list(dimensions)} if is_old else {}
        no_fill = None if is_old else 0
        return self._group.create_array(
            name,
            shape=tuple(self._sizes[dimension] for dimension in dimensions),
            chunks=chunks,
            dtype=dtype,
            fill_value=no_fill if fill is None else fill,
            compressors=self._compressors,
            filters=None,
            dimension_names=None if is_old else dimensions,
            attributes={**attributes, **named},
        )


def _codec_2(storage: Storage) -> dict[str, Any] | None:
    """The codec of version 2 for a compression, None for none."""
    level = {} if storage.level is None else {"level": storage.level}
    if storage.method == "none":
        return None
    if storage.method in ("zlib", "zstd"):
        return {"id": storage.method, **level}
    return {"id": "blosc", "cname": "zstd", "clevel": storage.level or _BLOSC_LEVEL, "shuffle": 1}


def _codec_3(storage: Storage) -> dict[str, Any] | None:
    """The codec of version 3 for a compression, None for none."""
    level = {} if storage.level is None else {"level": storage.level}
    if storage.method == "none":
        return None
    if storage.method == "zlib":
        return {"name": "gzip", "configuration": level}
    if storage.method == "zstd":
        return {"name": "zstd", "configuration": level}
    blosc = {"cname": "zstd", "clevel": storage.level or _BLOSC_LEVEL, "shuffle": "shuffle"}
    return {"name": "blosc", "configuration": blosc}
