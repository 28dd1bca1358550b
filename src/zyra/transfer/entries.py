"""What a listing tells of one file or folder, wherever it is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """A file or folder of a remote place.

    Attributes:
        name: Its path below the place that was listed; that of a folder ends in a slash.
        url: Its own address.
        size: Bytes, where the listing tells.
        modified: When it last changed (UTC, aware), where the listing tells exactly.
        etag: Names its version, where the listing tells.
        sha256: Checksum that its bytes have to have, in hexadecimal, where somebody knows.
        digest: The same by another hash: its name in `hashlib`, and the checksum.
        is_exact: Whether the bytes have to be as many as `size`.
    """

    name: str
    url: str
    size: int | None = None
    modified: datetime | None = None
    etag: str | None = None
    sha256: str | None = None
    digest: tuple[str, str] | None = None
    is_exact: bool = False

    @property
    def is_folder(self) -> bool:
        """Whether it leads to other entries instead of being a file."""
        return self.name.endswith("/")
