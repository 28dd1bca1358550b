"""Open Zarr stores, versions 2 and 3: a folder, or one zip file.

A store comes from anybody, and a codec is code that is run on its bytes: one of those in
numcodecs unpickles them. Only codecs known to be harmless are let through.
"""

import struct
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import zarr
from zarr.abc.store import Store
from zarr.errors import UnstableSpecificationWarning, ZarrUserWarning
from zarr.storage import LocalStore, ZipStore

from zyra.core.errors import DataError
from zyra.fields.zarr_budgets import BudgetedStore
from zyra.fields.zarr_names import METADATA_NAMES, NODE_NAMES
from zyra.fields.zip_budgets import refuse_zip_bomb

# Codecs of version 2 (numcodecs), in version 3 with the prefix `numcodecs.`.
_NUMCODECS = frozenset(
    {
        "adler32",
        "astype",
        "bitround",
        "blosc",
        "bz2",
        "crc32",
        "crc32c",
        "delta",
        "fixedscaleoffset",
        "fletcher32",
        "gzip",
        "jenkins_lookup3",
        "lz4",
        "lzma",
        "packbits",
        "quantize",
        "shuffle",
        "zlib",
        "zstd",
    }
)
# Codecs of the version 3 specification.
_CODECS = frozenset(
    {"blosc", "bytes", "crc32c", "gzip", "sharding_indexed", "transpose", "zstd"}
) | {f"numcodecs.{name}" for name in _NUMCODECS}

# What zarr and its codecs raise on damaged stores; zarr's own errors are ValueErrors.
_DAMAGE = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RuntimeError,
    SystemError,  # numcodecs, of negative sizes
    NotImplementedError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    struct.error,  # a fill value in base 64
)


@contextmanager
def zarr_errors(what: str) -> Iterator[None]:
    """Translate what zarr raises on damaged stores.

    Raises:
        DataError: It did; `what` is said to be unreadable.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ZarrUserWarning)
            warnings.simplefilter("ignore", UnstableSpecificationWarning)
            yield
    except _DAMAGE as exc:
        reason = str(exc) or type(exc).__name__
        raise DataError(
            f"{what} is not readable as Zarr: {reason}", hint="the store may be damaged"
        ) from exc


def open_group(path: Path) -> tuple[Store, zarr.Group]:
    """The store in the folder or zip file `path`, and its root group.

    Within a zip file the group may lie in a folder, as zipping a folder makes it.

    Raises:
        DataError: It is no Zarr group, or damaged.
    """
    with zarr_errors(path.name):
        if path.is_dir():
            store: Store = BudgetedStore(LocalStore(path, read_only=True))
            # What consolidated metadata say may be stale, and name any path.
            return store, zarr.open_group(store, mode="r", use_consolidated=False)
        folder = _group_in(path)
        store = BudgetedStore(ZipStore(path, mode="r"))
        return store, zarr.open_group(store, mode="r", path=folder, use_consolidated=False)


def nodes_of(path: Path, group: zarr.Group) -> dict[str, "zarr.Array[Any] | zarr.Group"]:
    """The arrays and groups in a group that `open_group` gave, by name and in its order.

    They are read one after the other: zarr would read them side by side, and of several
    damaged ones print all errors but the first.

    Raises:
        DataError: The metadata of one are damaged.
    """
    with zarr_errors(path.name):
        return {name: group[name] for name in sorted(_node_names(path, group.path))}


def stored_bytes(path: Path) -> int:
    """Bytes of all files of a store, or of its zip file."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files)


def _node_names(path: Path, folder: str) -> set[str]:
    if path.is_dir():
        found = (path.glob(f"*/{name}") for name in NODE_NAMES)
        return {metadata.parent.name for each in found for metadata in each}
    with zipfile.ZipFile(path) as archive:
        entries = [PurePosixPath(name) for name in archive.namelist()]
    return {
        entry.parent.name
        for entry in entries
        if entry.name in NODE_NAMES
        and entry.parent.parent == PurePosixPath(folder)
        # The metadata of the group itself lie in its own folder.
        and entry.parent != PurePosixPath(folder)
    }


def _group_in(path: Path) -> str:
    """The folder of the outermost group in a zip file.

    Raises:
        ValueError: It unpacks to more than it may, or an entry has no plain name.
    """
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    refuse_zip_bomb(entries, path.stat().st_size)
    for entry in entries:
        name = PurePosixPath(entry.filename)
        if name.is_absolute() or ".." in name.parts:
            raise ValueError(f"entry {entry.filename!r} points out of the store")
    groups = [
        name.parent
        for entry in entries
        if (name := PurePosixPath(entry.filename)).name in METADATA_NAMES
    ]
    outermost = min(groups, key=lambda folder: len(folder.parts))
    return "" if outermost == PurePosixPath() else str(outermost)


def refuse_unknown_codecs(name: str, metadata: Mapping[str, Any]) -> None:
    """Refuse an array that is coded in a way which is not known to be harmless.

    Args:
        name: Of the array.
        metadata: Its metadata document, of version 2 or 3.

    Raises:
        DataError: It is.
    """
    known = _NUMCODECS if metadata["zarr_format"] == 2 else _CODECS
    unknown = [codec for codec in _codecs(metadata) if codec not in known]
    if unknown:
        raise DataError(f"array {name} is coded with {unknown[0]!r}, which is not read")


def _codecs(described: Mapping[str, Any]) -> Iterator[str]:
    """The names of all codecs in a metadata document, those within shards included."""
    for part in ("compressor", "filters", "codecs", "index_codecs"):
        given = described.get(part) or ()
        for codec in (given,) if isinstance(given, Mapping) else given:
            yield str(codec.get("name") or codec.get("id"))
            yield from _codecs(codec.get("configuration") or {})
