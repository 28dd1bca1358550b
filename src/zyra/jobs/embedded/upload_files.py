"""Uploaded files, on a local folder under random names.

An upload `ID` is `ID.upload-facts.json` (what it is) beside `ID` plus the suffix of its name (the
bytes). The description is written last, by rename: an upload exists when it is whole.
"""

import asyncio
import hashlib
import json
import logging
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from zyra.core.media_types import media_type_of
from zyra.jobs.embedded.file_content import FileContent
from zyra.jobs.requests import Caller
from zyra.jobs.results import write_whole
from zyra.jobs.uploads import (
    UploadInfo,
    expired_upload,
    is_uuid,
    no_such_upload,
    safe_filename,
    stored_name,
)

logger = logging.getLogger(__name__)

# No suffix of an upload has a hyphen: else one of data.json would be replaced by its description.
_FACTS = ".upload-facts.json"


class FileWriter:
    """Receives one upload into a file; fulfils `storage.UploadWriter`."""

    def __init__(self, folder: Path, owner: Caller, filename: str) -> None:
        self._folder = folder
        self._owner = owner
        self._filename = safe_filename(filename)
        self.file_id = str(uuid.uuid4())
        self._path = folder / stored_name(self.file_id, self._filename)
        self._stream = self._path.open("xb", buffering=0)
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Digest of what was written so far, hexadecimal."""
        return self._hash.hexdigest()

    async def begin(self) -> None:
        """Nothing to do: its file is there."""

    async def write(self, chunk: bytes) -> None:
        """Append `chunk`."""
        await asyncio.to_thread(self._write, chunk)

    async def finish(self) -> UploadInfo:
        """Close the file and write its description."""
        return await asyncio.to_thread(self._finish)

    async def abandon(self) -> None:
        """Remove what was written."""
        self._stream.close()
        self._path.unlink(missing_ok=True)

    def _write(self, chunk: bytes) -> None:
        write_whole(self._stream.fileno(), chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def _finish(self) -> UploadInfo:
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


class UploadFiles:
    """The uploads below one folder; fulfils `storage.Uploads`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder.resolve()  # so that no link is on the way to an upload

    def start(self, owner: Caller, filename: str) -> FileWriter:
        """Begin to receive an upload."""
        return FileWriter(self.folder, owner, filename)

    async def info(self, caller: Caller, file_id: str) -> UploadInfo:
        """Describe the upload `file_id` of `caller`.

        Raises:
            NoSuchFile: It does not exist or belongs to somebody else.
            Gone: It was removed after its time.
        """
        info = self._read(f"{file_id}{_FACTS}") if is_uuid(file_id) else None
        if info is None or info.owner != caller.name:
            raise no_such_upload(file_id)
        if info.expired:
            raise expired_upload(file_id)
        return info

    def place(self, info: UploadInfo) -> str:
        """Where the bytes of an upload are."""
        return str(self.folder / info.stored_as)

    async def open(self, info: UploadInfo) -> FileContent:
        """The bytes of an upload.

        Raises:
            Gone: They have been removed.
        """
        return FileContent.at(self.folder / info.stored_as)

    async def all(self, caller: Caller) -> list[UploadInfo]:
        """The uploads of `caller`, newest first."""
        return await asyncio.to_thread(self._all, caller)

    async def remove(self, info: UploadInfo) -> None:
        """Remove an upload."""
        (self.folder / f"{info.file_id}{_FACTS}").unlink(missing_ok=True)
        (self.folder / info.stored_as).unlink(missing_ok=True)

    async def made_before(self, moment: datetime) -> list[UploadInfo]:
        """The uploads of all callers that were made before `moment`."""
        return [
            info for info in self._existing() if datetime.fromisoformat(info.created_at) < moment
        ]

    async def expire(self, info: UploadInfo) -> None:
        """Remove the bytes of an upload, and remember that it was there."""
        # The bytes first: on a full disk there is no space to write before.
        (self.folder / info.stored_as).unlink(missing_ok=True)
        _describe(self.folder, replace(info, expired=True))

    async def all_ids(self) -> set[str]:
        """Ids of all uploads, and of those that arrive."""
        names = (entry.name.partition(".")[0] for entry in os.scandir(self.folder))
        return {name for name in names if is_uuid(name)}

    async def remove_broken_off(self, moment: datetime) -> None:
        """Remove what was written of uploads whose server died: undescribed, unchanged since."""
        await asyncio.to_thread(self._remove_broken_off, moment)

    def _remove_broken_off(self, moment: datetime) -> None:
        for entry in os.scandir(self.folder):
            file_id = entry.name.partition(".")[0]
            is_old = entry.stat(follow_symlinks=False).st_mtime < moment.timestamp()
            if is_old and is_uuid(file_id) and not (self.folder / f"{file_id}{_FACTS}").exists():
                Path(entry.path).unlink(missing_ok=True)

    def _all(self, caller: Caller) -> list[UploadInfo]:
        own = [info for info in self._existing() if info.owner == caller.name]
        return sorted(own, key=lambda info: info.created_at, reverse=True)

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
