"""What is known of an upload, which names are safe for one, and what is said when there is none."""

import re
import uuid
from dataclasses import dataclass
from pathlib import PurePosixPath

from zyra.jobs.requests import Gone, NoSuchFile

_SUFFIX = re.compile(r"(\.[A-Za-z0-9]{1,10}){1,2}$")
_NAME_BYTES = 200  # of the 255 that file systems take; the end, which has the suffix


@dataclass(frozen=True)
class UploadInfo:
    """What is known of an upload.

    Attributes:
        stored_as: Name under which its bytes are kept.
        expired: Whether they were removed after their time.
    """

    file_id: str
    owner: str
    filename: str
    size: int
    sha256: str
    media_type: str
    created_at: str
    stored_as: str
    expired: bool = False


def stored_name(file_id: str, filename: str) -> str:
    """The id with the suffix of the file's name, by which programs tell formats."""
    match = _SUFFIX.search(filename)
    return f"{file_id}{match.group(0) if match else ''}"


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID in its usual spelling, and so safe as a file name."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def safe_filename(given: str) -> str:
    """The last part of a client's file name, without control characters, never too long."""
    last = PurePosixPath(given.replace("\\", "/")).name
    plain = "".join(c for c in last if c.isprintable()).encode("utf-8", "replace")
    name = plain[-_NAME_BYTES:].decode("utf-8", "ignore")
    return name if name.strip(".") else "upload"


def no_such_upload(file_id: str) -> NoSuchFile:
    """The refusal of an id that names no upload of the caller."""
    return NoSuchFile(
        f"no upload {file_id!r}", hint="POST /upload makes one; GET /files lists them"
    )


def expired_upload(file_id: str) -> Gone:
    """The refusal of an upload whose time is over."""
    return Gone(f"upload {file_id} was removed after its time", hint="upload it again")
