"""Name the format of a file by its first bytes, or by its suffix.

Source of the signatures: the formats' own specifications; of the names: the IANA
media type registry, with `x-` forms where the field uses them unregistered.
"""

import mimetypes
from pathlib import Path

HEAD_BYTES = 16
UNKNOWN = "application/octet-stream"

# (offset, signature, media type, usual suffix)
_SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (0, b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (0, b"GIF8", "image/gif", ".gif"),
    (8, b"WEBP", "image/webp", ".webp"),
    (0, b"II*\0", "image/tiff", ".tif"),
    (0, b"MM\0*", "image/tiff", ".tif"),
    (0, b"II+\0", "image/tiff", ".tif"),
    (0, b"GRIB", "application/x-grib", ".grib"),
    (0, b"CDF", "application/x-netcdf", ".nc"),
    (0, b"\x89HDF\r\n\x1a\n", "application/x-netcdf", ".nc"),
    (4, b"ftyp", "video/mp4", ".mp4"),
    (0, b"%PDF-", "application/pdf", ".pdf"),
    (0, b"PK\x03\x04", "application/zip", ".zip"),
    (0, b"\x1f\x8b", "application/gzip", ".gz"),
)

_BY_SUFFIX = {
    ".nc": "application/x-netcdf",
    ".grib": "application/x-grib",
    ".grib1": "application/x-grib",
    ".grib2": "application/x-grib",
    ".grb2": "application/x-grib",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".geojson": "application/geo+json",
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".idx": "text/plain",
}


def sniff(head: bytes) -> tuple[str, str]:
    """Media type and suffix of content that begins with `head` (16 bytes suffice)."""
    for offset, signature, media_type, suffix in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return media_type, suffix
    return UNKNOWN, ".bin"


def media_type_of(path: Path) -> str:
    """Media type of a file: by its content where it has a signature, else by its name."""
    with path.open("rb") as stream:
        return media_type_from(stream.read(HEAD_BYTES), path.name)


def media_type_from(head: bytes, name: str) -> str:
    """Media type of a file called `name` that begins with `head`."""
    found, _ = sniff(head)
    return found if found != UNKNOWN else media_type_of_name(name)


def media_type_of_name(name: str) -> str:
    """Media type that the suffix of a file's name stands for."""
    suffix = Path(name).suffix.lower()
    return _BY_SUFFIX.get(suffix) or mimetypes.guess_type(name)[0] or UNKNOWN
