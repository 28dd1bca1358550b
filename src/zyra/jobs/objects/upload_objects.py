"""Uploads as objects, under the digest of their owner's name.

`uploads/OWNER/ID/facts.json` (what it is) stands beside `uploads/OWNER/ID/content` (the bytes). The
description is written last: an upload exists when it is whole. While it arrives,
`arriving/OWNER/ID` says so.
"""

import asyncio
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from zyra.jobs.objects.depot import Depot
from zyra.jobs.objects.object_content import ObjectContent, opened
from zyra.jobs.objects.object_writer import ObjectWriter, key_of
from zyra.jobs.objects.places import place_of
from zyra.jobs.requests import Caller
from zyra.jobs.uploads import UploadInfo, expired_upload, is_uuid, no_such_upload

ROOTS = ("uploads/", "arriving/")
AT_ONCE = 16

logger = logging.getLogger(__name__)


class UploadObjects:
    """The uploads of a depot; fulfils `storage.Uploads`.

    Args:
        most: No upload has more bytes.
    """

    folder: Path | None = None

    def __init__(self, depot: Depot, most: int) -> None:
        self._depot = depot
        self._most = most

    def start(self, owner: Caller, filename: str) -> ObjectWriter:
        """Begin to receive an upload."""
        return ObjectWriter(self._depot, owner, filename, self._most)

    async def info(self, caller: Caller, file_id: str) -> UploadInfo:
        """Describe the upload `file_id` of `caller`.

        Raises:
            NoSuchFile: It does not exist or belongs to somebody else.
            Gone: It was removed after its time.
            ServiceUnavailable: The bucket cannot be used now.
        """
        info = await self._read(key_of(caller.name, file_id)) if is_uuid(file_id) else None
        if info is None or info.owner != caller.name:
            raise no_such_upload(file_id)
        if info.expired:
            raise expired_upload(file_id)
        return info

    def place(self, info: UploadInfo) -> str:
        """Where the bytes of an upload are."""
        return place_of(f"{_key(info)}/content")

    async def open(self, info: UploadInfo) -> ObjectContent:
        """The bytes of an upload.

        Raises:
            Gone: They have been removed.
            ServiceUnavailable: The bucket cannot be used now.
        """
        return await opened(self._depot, f"{_key(info)}/content", info.filename)

    async def all(self, caller: Caller) -> list[UploadInfo]:
        """The uploads of `caller`, newest first."""
        found = await self._depot.listed(key_of(caller.name, ""))
        own = await self._read_all(
            stored.key.removesuffix("/content")
            for stored in found
            if stored.key.endswith("/content")
        )
        return sorted(own, key=lambda info: info.created_at, reverse=True)

    async def remove(self, info: UploadInfo) -> None:
        """Remove an upload."""
        await self._depot.remove(f"{_key(info)}/facts.json", f"{_key(info)}/content")

    async def made_before(self, moment: datetime) -> list[UploadInfo]:
        """The uploads of all callers that were made before `moment`."""
        found = await self._depot.listed("uploads/")
        return await self._read_all(
            stored.key.removesuffix("/content")
            for stored in found
            if stored.key.endswith("/content") and stored.modified < moment
        )

    async def expire(self, info: UploadInfo) -> None:
        """Remove the bytes of an upload, and remember that it was there."""
        await self._describe(replace(info, expired=True))
        await self._depot.remove(f"{_key(info)}/content")

    async def all_ids(self) -> set[str]:
        """Ids of all uploads, and of those that arrive."""
        listed = await asyncio.gather(*map(self._depot.listed, ROOTS))
        return {stored.key.split("/")[2] for found in listed for stored in found}

    async def remove_broken_off(self, moment: datetime) -> None:
        """Remove what was written of uploads whose server died: undescribed, unchanged since."""
        found, arriving = await asyncio.gather(*map(self._depot.listed, ROOTS))
        described = {stored.key for stored in found if stored.key.endswith("/facts.json")}
        broken_off = [
            stored.key
            for stored in (*found, *arriving)
            if stored.modified < moment
            and stored.key not in described
            and stored.key.replace("/content", "/facts.json") not in described
        ]
        await self._depot.remove(*broken_off)

    async def _read_all(self, keys: Iterable[str]) -> list[UploadInfo]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def read(key: str) -> UploadInfo | None:
            async with gate:
                return await self._read(key)

        infos = await asyncio.gather(*map(read, keys))
        return [info for info in infos if info is not None and not info.expired]

    async def _read(self, key: str) -> UploadInfo | None:
        text = await self._depot.read(f"{key}/facts.json")
        if text is None:
            return None
        try:
            return UploadInfo(**json.loads(text))
        except (ValueError, TypeError):  # somebody else wrote it
            logger.warning("the upload description %s cannot be read", key)
            return None

    async def _describe(self, info: UploadInfo) -> None:
        await self._depot.write(f"{_key(info)}/facts.json", json.dumps(asdict(info)).encode())


def _key(info: UploadInfo) -> str:
    return key_of(info.owner, info.file_id)
