"""Receive an upload straight into a bucket, in constant memory.

Up to one batch it is written by one request. More goes into an upload in parts, while it
comes; nobody sees anything of it before all is there. What a server that died leaves of its
parts is for the bucket's own rule to remove (AbortIncompleteMultipartUpload).
"""

import asyncio
import hashlib
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime

from zyra.core.media_types import HEAD_BYTES, media_type_from
from zyra.jobs.objects.depot import Depot
from zyra.jobs.requests import Caller, ServiceUnavailable
from zyra.jobs.uploads import UploadInfo, safe_filename, stored_name

MARK_EVERY_S = 600.0  # less than the silence after which an upload counts as broken off


class _Abandoned(Exception):
    """The rest of the upload does not come."""


class ObjectWriter:
    """Receives one upload into a depot; fulfils `storage.UploadWriter`.

    Args:
        most: No more bytes than these will come.
    """

    def __init__(self, depot: Depot, owner: Caller, filename: str, most: int) -> None:
        self._depot = depot
        self._owner = owner
        self._filename = safe_filename(filename)
        self._most = most
        self.file_id = str(uuid.uuid4())
        self._key = key_of(owner.name, self.file_id)
        self._hash = hashlib.sha256()
        self._head = b""
        self._pieces: asyncio.Queue[bytes | _Abandoned | None] = asyncio.Queue(1)
        self._sending: asyncio.Task[None] | None = None
        self._marked = 0.0
        self.size = 0

    @property
    def sha256(self) -> str:
        """Digest of what was written so far, hexadecimal."""
        return self._hash.hexdigest()

    async def begin(self) -> None:
        """Let other servers see that it arrives."""
        await self._depot.write(self._mark, b"")
        self._marked = time.monotonic()

    async def write(self, chunk: bytes) -> None:
        """Append `chunk`.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """
        await asyncio.to_thread(self._hash.update, chunk)
        if not self.size:
            self._head = chunk
        else:
            await self._pour(chunk)
        self.size += len(chunk)

    async def finish(self) -> UploadInfo:
        """Write the rest, then the description.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """
        if self._sending is None:
            await self._depot.write(f"{self._key}/content", self._head)
        else:
            await self._hand_over(None)
            await self._sending
        info = self._info()
        await self._depot.write(f"{self._key}/facts.json", json.dumps(asdict(info)).encode())
        await self._unmark()
        return info

    async def abandon(self) -> None:
        """Remove what was written; what cannot be removed now, is as broken off later."""
        if self._sending is not None:
            with suppress(ServiceUnavailable, _Abandoned):
                await self._hand_over(_Abandoned())  # not canceled: its parts are to be removed
                await self._sending
        with suppress(ServiceUnavailable):
            await self._depot.remove(f"{self._key}/content")
        await self._unmark()

    async def _pour(self, chunk: bytes) -> None:
        if self._sending is None:
            pouring = self._depot.pour(f"{self._key}/content", self._come(), self._most)
            self._sending = asyncio.ensure_future(pouring)
            await self._hand_over(self._head)
        if self._marked and time.monotonic() - self._marked > MARK_EVERY_S:
            await self.begin()
        await self._hand_over(chunk)

    async def _hand_over(self, piece: bytes | _Abandoned | None) -> None:
        """Give a piece to the request that takes them, unless that has failed.

        Raises:
            ServiceUnavailable: It has.
        """
        assert self._sending is not None
        handing = asyncio.ensure_future(self._pieces.put(piece))
        await asyncio.wait({handing, self._sending}, return_when=asyncio.FIRST_COMPLETED)
        if self._sending.done():
            handing.cancel()
            self._sending.result()

    async def _come(self) -> AsyncIterator[bytes]:
        """The pieces as they are handed over."""
        while (piece := await self._pieces.get()) is not None:
            if isinstance(piece, _Abandoned):
                raise piece
            yield piece

    def _info(self) -> UploadInfo:
        name = stored_name(self.file_id, self._filename)
        return UploadInfo(
            file_id=self.file_id,
            owner=self._owner.name,
            filename=self._filename,
            size=self.size,
            sha256=self.sha256,
            media_type=media_type_from(self._head[:HEAD_BYTES], name),
            created_at=datetime.now(UTC).isoformat(),
            stored_as=name,
        )

    async def _unmark(self) -> None:
        if self._marked:
            with suppress(ServiceUnavailable):  # it counts as broken off after its time
                await self._depot.remove(self._mark)

    @property
    def _mark(self) -> str:
        return self._key.replace("uploads/", "arriving/", 1)


def key_of(owner: str, file_id: str) -> str:
    """The folder of an upload; of all uploads of the owner where the id is empty."""
    return f"uploads/{hashlib.sha256(owner.encode()).hexdigest()[:32]}/{file_id}"
