"""A part of a bucket, asked without a thread for each request.

What goes wrong is told to the log with its details and to callers as a service that cannot
be used now: names of buckets and keys are nobody's concern outside.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import obstore
from obstore.exceptions import BaseError

from zyra.core.errors import ZyraError
from zyra.core.urls import Url, split_url
from zyra.jobs.requests import ServiceUnavailable
from zyra.transfer.object_access import Access
from zyra.transfer.object_errors import translated
from zyra.transfer.object_store import part_bytes
from zyra.transfer.retries import Retries

if TYPE_CHECKING:
    from obstore.store import ObjectStore

Found = TypeVar("Found")

ANSWER_S = 20.0  # for a request without a large body
CHUNK_BYTES = 256 << 10
PARTS_AT_ONCE = 2  # of each upload; they are in memory meanwhile
_LISTED = 1_000  # by one request
_RETRIES = Retries(attempts=4, first_pause_s=0.1, longest_pause_s=1.0)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stored:
    """One object.

    Attributes:
        key: Its name below the depot's own part of the bucket.
    """

    key: str
    size: int
    modified: datetime
    version: str


class BucketAway(ServiceUnavailable):
    """The bucket cannot be used now; callers hear no more, `reason` is for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__("the storage of uploads and results cannot be used now")
        self.reason = reason


class Depot:
    """The objects below one prefix of a bucket.

    Args:
        url: Such as `s3://bucket/prefix`.
        access: Opens the bucket.
    """

    def __init__(self, url: str, access: Access) -> None:
        self._url = split_url(url)
        self._access = access
        folder = self._url.path.strip("/")
        self._prefix = f"{folder}/" if folder else ""

    async def check(self) -> None:
        """Find out whether the bucket can be used.

        Raises:
            ServiceUnavailable: It cannot, and why.
        """
        try:
            await self.write("alive", b"")
        except BucketAway as away:
            raise ServiceUnavailable(
                f"{self._url.shown} of ZYRA_STORAGE_URL cannot be used: {away.reason}",
                hint="check the bucket, its endpoint (AWS_ENDPOINT_URL) and the credentials",
            ) from away

    async def describe(self, key: str) -> Stored | None:
        """Size and time of an object; None where there is none.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """
        try:
            return self._stored(await self._ask(key, self._head))
        except FileNotFoundError:
            return None

    async def read(self, key: str, most: int | None = None) -> bytes | None:
        """An object, or its first `most` bytes; None where there is none.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """

        async def get(place: str) -> bytes:
            options: Any = None if most is None else {"range": (0, most)}
            found = await obstore.get_async(self._store, place, options=options)
            return bytes(await found.bytes_async())

        try:
            return await self._ask(key, get)
        except FileNotFoundError:
            return None

    async def write(self, key: str, body: bytes) -> None:
        """Write a small object.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """

        async def put(place: str) -> None:
            await obstore.put_async(self._store, place, body, use_multipart=False)

        await self._ask(key, put, may_be_missing=False)

    async def pour(self, key: str, pieces: AsyncIterator[bytes], most: int) -> None:
        """Write an object as its bytes come; it appears whole or, when `pieces` raises, not at all.

        Args:
            key: Name of the object.
            pieces: Its bytes.
            most: No more bytes than these will come.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """

        async def put(place: str) -> None:
            await obstore.put_async(
                self._store,
                place,
                pieces,
                use_multipart=True,
                chunk_size=part_bytes(most),
                max_concurrency=PARTS_AT_ONCE,
            )

        await self._ask(key, put, may_be_missing=False, limit_s=None)

    async def chunks(self, key: str, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        """Bytes of an object, as far as one request brings them.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """

        async def get(place: str) -> Any:
            options: Any = {"range": (start, stop)}
            found = await obstore.get_async(self._store, place, options=options)
            return found.stream(CHUNK_BYTES)

        stream = await self._ask(key, get, may_be_missing=False)
        while True:
            try:
                yield bytes(await anext(stream))
            except StopAsyncIteration:
                return
            except BaseError as error:
                raise await self._unavailable(key, error) from error

    async def listed(self, prefix: str) -> list[Stored]:
        """Every object whose key begins with the folder `prefix`, which ends with a slash.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """

        async def look(place: str) -> list[Stored]:
            pages = obstore.list(self._store, place.rstrip("/"), chunk_size=_LISTED)
            return [self._stored(item) async for page in pages for item in page]

        return await self._ask(prefix, look, may_be_missing=False)

    async def remove(self, *keys: str) -> None:
        """Remove objects; those that are not there count as removed.

        Raises:
            ServiceUnavailable: The bucket cannot be used now.
        """

        async def delete(_: str) -> None:
            await obstore.delete_async(self._store, [self._prefix + key for key in keys])

        if keys:
            await self._ask(keys[0], delete, may_be_missing=False)

    @cached_property
    def _store(self) -> "ObjectStore":
        return self._access.open(self._url, _RETRIES)

    async def _head(self, place: str) -> Any:
        return await obstore.head_async(self._store, place)

    def _stored(self, found: Any) -> Stored:
        key = found["path"].removeprefix(self._prefix)
        return Stored(key, found["size"], found["last_modified"], (found["e_tag"] or "").strip('"'))

    async def _ask(
        self,
        key: str,
        call: Callable[[str], Awaitable[Found]],
        *,
        may_be_missing: bool = True,
        limit_s: float | None = ANSWER_S,
    ) -> Found:
        try:
            async with asyncio.timeout(limit_s):
                return await call(self._prefix + key)
        except FileNotFoundError as error:
            if may_be_missing:
                raise
            raise await self._unavailable(key, error) from error
        except TimeoutError as error:
            raise await self._unavailable(key, error) from error
        except BaseError as error:
            raise await self._unavailable(key, error) from error

    async def _unavailable(self, key: str, error: Exception) -> BucketAway:
        told = str(error) or "no answer in time"
        if isinstance(error, (BaseError, FileNotFoundError)):
            # In a thread: to find the reason a connection may be tried.
            told = await asyncio.to_thread(_reason, self._place(key), self._access, error)
        logger.warning("object storage: %s", told)
        return BucketAway(told)

    def _place(self, key: str) -> Url:
        return split_url(f"{self._url.scheme}://{self._url.host}/{self._prefix}{key}")


def _reason(url: Url, access: Access, error: Exception) -> str:
    """What went wrong, in the words of our own clients."""
    try:
        with translated(url, access):
            raise error
    except ZyraError as told:
        return f"{told.message} ({told.hint})" if told.hint else told.message
