"""Uploaded files, on a local folder under random names.

An upload `ID` is `ID.upload-facts.json` (what it is) beside `ID` plus the suffix of its name (the
bytes). The description is written last, by rename: an upload exists when it is whole.
"""

import hashlib
import json
import logging
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from zyra.core.media_types import media_type_of
from zyra.jobs.requests import Caller, Gone, NoSuchFile
from zyra.jobs.results import write_whole

logger = logging.getLogger(__name__)

_SUFFIX = re.compile(r"(\.[A-Za-z0-9]{1,10}){1,2}$")
# No suffix of an upload has a hyphen: else one of data.json would be replaced by its description.
_FACTS = ".upload-facts.json"
_NAME_BYTES = 200  # of the 255 that file systems take; the end, which has the suffix


@dataclass(frozen=True)
class UploadInfo:
    """What is known of an upload."""

    file_id: str
    owner: str
    filename: str
    size: int
    sha256: str
    media_type: str
    created_at: str
    stored_as: str
    expired: bool = False


class UploadWriter:
    """Receives the bytes of one upload; `finish` makes it exist, `abandon` removes it."""

    def __init__(self, folder: Path, owner: Caller, filename: str) -> None:
        self._folder = folder
        self._owner = owner
        self._filename = safe_filename(filename)
        self.file_id = str(uuid.uuid4())
        match = _SUFFIX.search(self._filename)
        self._path = folder / f"{self.file_id}{match.group(0) if match else ''}"
        self._stream = self._path.open("xb", buffering=0)
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Append `chunk`."""
        write_whole(self._stream, chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    @property
    def sha256(self) -> str:
        """Digest of what was written so far, hexadecimal."""
        return self._hash.hexdigest()

    def finish(self) -> UploadInfo:
        """Close the file and write its description."""
        self._stream.close()
        info = UploadInfo(
            file_id=self.file_id,
            owner=self._owner.name,
            filename=self._filename,
            size=self.size,
            sha256=self.sha256,
            media_type=media_type_of(self._path),
            created_at=datetime.now(UTC).isoformat(),
            stored_as=self._path.name,
        )
        _describe(self._folder, info)
        return info

    def abandon(self) -> None:
        """Remove what was written."""
        self._stream.close()
        self._path.unlink(missing_ok=True)


class Uploads:
    """The uploads below one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder.resolve()  # so that no link is on the way to an upload

    def start(self, owner: Caller, filename: str) -> UploadWriter:
        """Begin to receive an upload."""
        return UploadWriter(self.folder, owner, filename)

    def info(self, caller: Caller, file_id: str) -> UploadInfo:
        """Describe the upload `file_id` of `caller`.

        Raises:
            NoSuchFile: It does not exist or belongs to somebody else.
            Gone: It was removed after its time.
        """
        info = self._read(f"{file_id}{_FACTS}") if is_uuid(file_id) else None
        if info is None or info.owner != caller.name:
            raise NoSuchFile(
                f"no upload {file_id!r}", hint="POST /upload makes one; GET /files lists them"
            )
        if info.expired:
            raise Gone(f"upload {file_id} was removed after its time", hint="upload it again")
        return info

    def path(self, caller: Caller, file_id: str) -> Path:
        """Where the bytes of the upload are.

        Raises:
            NoSuchFile: It does not exist or belongs to somebody else.
        """
        return self.folder / self.info(caller, file_id).stored_as

    def all(self, caller: Caller) -> list[UploadInfo]:
        """The uploads of `caller`, newest first."""
        own = [info for info in self._existing() if info.owner == caller.name]
        return sorted(own, key=lambda info: info.created_at, reverse=True)

    def made_before(self, moment: datetime) -> list[str]:
        """Ids of the uploads of all callers that were made before `moment`."""
        return [
            info.file_id
            for info in self._existing()
            if datetime.fromisoformat(info.created_at) < moment
        ]

    def all_ids(self) -> set[str]:
        """Ids of all uploads, and of those that arrive."""
        names = (entry.name.partition(".")[0] for entry in os.scandir(self.folder))
        return {name for name in names if is_uuid(name)}

    def remove_broken_off(self, moment: datetime) -> None:
        """Remove what was written of uploads whose server died: undescribed, unchanged since."""
        for entry in os.scandir(self.folder):
            file_id = entry.name.partition(".")[0]
            is_old = entry.stat(follow_symlinks=False).st_mtime < moment.timestamp()
            if is_old and is_uuid(file_id) and not (self.folder / f"{file_id}{_FACTS}").exists():
                Path(entry.path).unlink(missing_ok=True)

    def expire(self, file_id: str) -> None:
        """Remove the bytes of an upload, and remember that it was there."""
        info = self._read(f"{file_id}{_FACTS}")
        if info is not None:
            # The bytes first: on a full disk there is no space to write before.
            (self.folder / info.stored_as).unlink(missing_ok=True)
            _describe(self.folder, replace(info, expired=True))

    def remove(self, caller: Caller, file_id: str) -> None:
        """Remove an upload of `caller`.

        Raises:
            NoSuchFile: It does not exist or belongs to somebody else.
        """
        path = self.path(caller, file_id)
        (self.folder / f"{file_id}{_FACTS}").unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def _existing(self) -> Iterator[UploadInfo]:
        for entry in os.scandir(self.folder):
            if entry.name.endswith(_FACTS) and is_uuid(entry.name.removesuffix(_FACTS)):
                info = self._read(entry.name)
                if info is not None and not info.expired:
                    yield info

    def _read(self, name: str) -> UploadInfo | None:
        try:
            return UploadInfo(**json.loads((self.folder / name).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):  # a machine that lost its power may leave it empty
            logger.warning("the upload description %s cannot be read", name)
            return None


def _describe(folder: Path, info: UploadInfo) -> None:
    draft = folder / f".{info.file_id}{_FACTS}"
    try:
        draft.write_text(json.dumps(asdict(info)), encoding="utf-8")
        draft.replace(folder / f"{info.file_id}{_FACTS}")
    finally:
        draft.unlink(missing_ok=True)


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
