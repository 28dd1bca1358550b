"""How a Zarr store keeps its arrays: type, chunks, shards, codecs, size."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zyra.fields.field import FieldInfo
from zyra.fields.inventory import StoredAs
from zyra.fields.zarr_store import open_group, zarr_errors

_PACKING = {"scale_factor": "scale", "add_offset": "offset"}


def stored_as(path: Path, infos: Sequence[FieldInfo]) -> StoredAs:
    """What the metadata say of the store and of the arrays in `infos`.

    Raises:
        DataError: The store is damaged.
    """
    store, group = open_group(path)
    try:
        with zarr_errors(path.name):
            names = sorted({info.variable for info in infos})
            return StoredAs(
                file={
                    "kind": f"version {group.metadata.zarr_format}",
                    "attributes": dict(group.attrs),
                },
                variables={name: _facts(group[name]) for name in names},
            )
    finally:
        store.close()


def _facts(array: Any) -> dict[str, Any]:
    attributes = dict(array.attrs)
    nodata = attributes.get("_FillValue", attributes.get("missing_value"))
    return {
        "type": str(array.dtype),
        "shape": list(array.shape),
        "nodata": nodata,
        **{word: attributes[name] for name, word in _PACKING.items() if name in attributes},
        "chunks": list(array.chunks),
        "shards": None if array.shards is None else list(array.shards),
        "compression": ", ".join(map(_codec_name, array.compressors)) or None,
        "array_bytes": int(array.nbytes),
    }


def _codec_name(codec: Any) -> str:
    """Such as `blosc` of `BloscCodec`, or the identifier of a codec of version 2."""
    given = getattr(codec, "codec_id", None) or type(codec).__name__.removesuffix("Codec")
    return str(given).lower()
