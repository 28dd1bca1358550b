"""Tell a Zarr store from other folders and zip files, without loading zarr."""

import zipfile
from pathlib import Path, PurePosixPath

# Files that make a folder a group: of version 3, and of version 2.
METADATA_NAMES = ("zarr.json", ".zgroup")
# Files that make a folder in a group an array or a group.
NODE_NAMES = (*METADATA_NAMES, ".zarray")


def is_zarr_folder(path: Path) -> bool:
    """Whether `path` is a folder that holds a Zarr group."""
    return any((path / name).is_file() for name in METADATA_NAMES)


def is_zarr_archive(path: Path) -> bool:
    """Whether `path` is a zip file that holds a Zarr group."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [PurePosixPath(name).name for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return any(name in METADATA_NAMES for name in names)
