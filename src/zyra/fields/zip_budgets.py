"""How much the entries of a zipped Zarr store may unpack to, checked before one is."""

import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath

from zyra.fields.zarr_names import NODE_NAMES

MOST_ENTRIES = 1 << 20
LARGEST_METADATA_BYTES = 16 << 20
LARGEST_ENTRY_BYTES = 4 << 30
# A constant field is packed well by right; beyond so many bytes nobody needs to pack so well.
ANYHOW_BYTES = 256 << 20
MOST_RATIO = 200


def refuse_zip_bomb(entries: Sequence[zipfile.ZipInfo], stored_bytes: int) -> None:
    """Refuse a zip file by what it says of its entries, before one is unpacked.

    Raises:
        ValueError: There are too many, one unpacks to too much, or they lie upon each other.
    """
    if len(entries) > MOST_ENTRIES:
        raise ValueError(f"it has {len(entries)} entries, of which {MOST_ENTRIES} are read at most")
    if sum(entry.compress_size for entry in entries) > stored_bytes:
        raise ValueError("its entries lie upon each other")
    for entry in entries:
        size, packed = entry.file_size, entry.compress_size
        is_metadata = PurePosixPath(entry.filename).name in NODE_NAMES
        if size > (LARGEST_METADATA_BYTES if is_metadata else LARGEST_ENTRY_BYTES):
            raise ValueError(f"entry {entry.filename!r} has {size} bytes")
        if size > ANYHOW_BYTES and size > MOST_RATIO * packed:
            raise ValueError(
                f"entry {entry.filename!r} unpacks from {packed} to {size} bytes, which is more"
                f" than {MOST_RATIO} for one"
            )
