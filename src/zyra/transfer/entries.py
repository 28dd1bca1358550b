"""What a listing tells of one file or folder, wherever it is."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from zyra.core.urls import Url


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
        problem: Why it cannot be asked for, where it cannot.
    """

    name: str
    url: str
    size: int | None = None
    modified: datetime | None = None
    etag: str | None = None
    sha256: str | None = None
    digest: tuple[str, str] | None = None
    is_exact: bool = False
    problem: str | None = None

    @property
    def is_folder(self) -> bool:
        """Whether it leads to other entries instead of being a file."""
        return self.name.endswith("/")


def listed_entry(
    folder: Url, name: str, *, is_folder: bool, size: int | None, modified: datetime | None
) -> Entry:
    """The entry for a name that a server lists in a folder; with its problem, if it has one.

    Such names come from strangers: one that is no name within the folder is never sent anywhere.
    """
    is_plain = name not in ("", ".", "..") and "/" not in name and name.isprintable()
    slash = "/" if is_folder else ""
    return Entry(
        f"{name}{slash}",
        f"{str(folder).rstrip('/')}/{quote(name, safe='', errors='backslashreplace')}{slash}",
        size,
        modified,
        problem=None
        if is_plain
        else f"{folder.shown}: the name {name!r} holds a slash or what is not printable UTF-8",
    )
