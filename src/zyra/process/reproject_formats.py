"""The formats that reproject writes, and the suffixes that say which."""

from pathlib import PurePath
from typing import Literal

Kind = Literal["geotiff", "netcdf", "png", "jpeg", "webp"]

PICTURE_FORMATS: tuple[Kind, ...] = ("png", "jpeg", "webp")

_BY_SUFFIX: dict[str, Kind] = {
    ".tif": "geotiff",
    ".tiff": "geotiff",
    ".nc": "netcdf",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".webp": "webp",
}
# First and last letter of the suffix, and w: so other programs look for it.
_WORLD_SUFFIXES: dict[Kind, str] = {"png": ".pgw", "jpeg": ".jgw", "webp": ".wpw"}


def format_of(name: str, given: Kind | None) -> Kind | None:
    """The format that is asked for, else the one that the suffix of `name` says, if any."""
    return given or _BY_SUFFIX.get(PurePath(name).suffix.lower())


def suffix_of(kind: Kind) -> str:
    """The usual suffix of a format."""
    return next(suffix for suffix, known in _BY_SUFFIX.items() if known == kind)


def world_file_name(picture: str, kind: Kind) -> str:
    """The name of the world file of a picture."""
    return str(PurePath(picture).with_suffix(_WORLD_SUFFIXES[kind]))
