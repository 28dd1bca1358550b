"""Room for what callers bring and what runs make: the floor of the disk, the quota of a caller."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from zyra.jobs.ports import StorageLedger
from zyra.jobs.requests import Caller, StorageFull
from zyra.jobs.storage import Uploads, UploadWriter
from zyra.jobs.uploads import UploadInfo

_RETRY_S = 60.0


@dataclass(frozen=True)
class Space:
    """What may still be kept.

    Attributes:
        floor_bytes: With less free space nothing more is taken.
        most_stored: So many bytes the uploads of one caller may take.
    """

    ledger: StorageLedger
    uploads: Uploads
    floor_bytes: int
    most_stored: int

    def check(self, folder: Path | None, size: int = 0) -> None:
        """See to it that `size` more bytes leave the floor of the disk of `folder` free.

        Args:
            size: Bytes that are to come.
            folder: None where nothing of this machine is taken.

        Raises:
            StorageFull: They would not.
        """
        if folder is None or not self.floor_bytes:
            return
        if shutil.disk_usage(folder).free - size < self.floor_bytes:
            raise StorageFull("the disk of the service is nearly full", retry_after_s=_RETRY_S)

    def arrival(self, caller: Caller, filename: str) -> "Arrival":
        """An upload that begins to arrive.

        Raises:
            StorageFull: The disk is nearly full.
        """
        self.check(self.uploads.folder)
        return Arrival(self, caller, self.uploads.start(caller, filename))


class Arrival:
    """One upload while it arrives; its bytes are counted before they are written."""

    def __init__(self, space: Space, caller: Caller, writer: UploadWriter) -> None:
        self._space = space
        self._caller = caller
        self._writer = writer
        self._counted = 0

    @property
    def size(self) -> int:
        """Bytes that were written."""
        return self._writer.size

    @property
    def sha256(self) -> str:
        """Digest of what was written so far, hexadecimal."""
        return self._writer.sha256

    async def expect(self, size: int) -> None:
        """Count an upload of `size` bytes in all.

        Raises:
            StoredQuotaReached: They are more than its owner may keep.
            StorageFull: The disk has no room for them.
        """
        if size <= self._counted:
            return
        self._space.check(self._space.uploads.folder, size - self.size)
        if not self._counted:
            await self._writer.begin()  # else it would be taken for one whose server died
        if self._caller.is_limited:
            await self._space.ledger.reserve(
                self._caller.name, self._writer.file_id, size, self._space.most_stored
            )
        self._counted = size

    async def write(self, chunk: bytes) -> None:
        """Append `chunk`.

        Raises:
            As `expect`.
        """
        await self.expect(self.size + len(chunk))
        await self._writer.write(chunk)

    async def finish(self) -> UploadInfo:
        """Make the upload exist."""
        return await self._writer.finish()

    async def abandon(self) -> None:
        """Remove what was written."""
        await self._writer.abandon()
        if self._caller.is_limited and self._counted:
            await self._space.ledger.release(self._writer.file_id)
