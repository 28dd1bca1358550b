"""List and write objects; reading is `transfer.download` and `transfer.ranges`, as for any URL.

with open_bucket("s3://bucket/", job) as bucket:
    for found in bucket.objects("gfs.20240801/", pattern="f0.."):
        ...
    bucket.upload("maps/a.png", Path("a.png"), content_type="image/png")
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Any, TypeVar

import obstore
from obstore.store import ObjectStore

from zyra.core.errors import AddressRefused, TransferError, UsageError
from zyra.core.job import Job
from zyra.core.patterns import parse_pattern
from zyra.core.urls import OBJECT_SCHEMES, Url, split_url
from zyra.transfer.object_access import Access
from zyra.transfer.object_errors import (
    OddKey,
    ask,
    can_be_asked,
    check_connection,
    no_credentials,
    translated,
)
from zyra.transfer.receive import ReportBytes, ignore_bytes
from zyra.transfer.retries import Retries
from zyra.transfer.s3_listing import can_list, list_bucket
from zyra.transfer.stoppable import Closing

Found = TypeVar("Found")

PART_BYTES = 8 << 20
SIDE_BY_SIDE = 4  # parts of one upload; they are in memory meanwhile
_MOST_PARTS = 9_000  # S3 takes 10 000
_LISTED = 1_000  # by one request


@dataclass(frozen=True)
class StoredObject:
    """One object as a listing tells of it.

    Attributes:
        url: Such as `s3://bucket/key`, for `transfer.download` and `transfer.ranges`.
        key: Its name in the bucket.
        size: Bytes.
        etag: Names its version; a checksum of its bytes only where it is a small object.
        problem: Why it cannot be asked for, where it cannot.
    """

    url: str
    key: str
    size: int
    modified: datetime
    etag: str | None
    problem: str | None = None


class Bucket(Closing):
    """A bucket of an object store; a context manager.

    Args:
        url: A URL within it.
        access: Opens it.
        retries: How a request that fails for a passing reason is repeated.
    """

    def __init__(self, url: Url, access: Access, retries: Retries | None = None) -> None:
        self._url = url
        self._access = access
        self._retries = retries or Retries()

    def close(self) -> None:
        """Let go of the store, and so of its connections."""
        self.__dict__.pop("_store", None)

    def objects(self, prefix: str = "", *, pattern: str = "") -> Iterator[StoredObject]:
        """The objects whose keys begin with `prefix`, in no certain order.

        Args:
            prefix: Any beginning of keys, not only whole parts of them.
            pattern: Regular expression that the rest of the key has to contain.

        Raises:
            UsageError: The pattern is not a regular expression.
            TransferError: The store cannot be listed.
        """
        wanted = parse_pattern(pattern)
        for found in self._listed(prefix):
            if wanted.search(found["path"][len(prefix) :]):
                yield self._stored(found)

    def folders(self, prefix: str = "") -> list[str]:
        """What keys that begin with `prefix` have up to their next slash, with the slash.

        Raises:
            TransferError: The store cannot be listed.
        """
        listed = self._ask(
            prefix, lambda: obstore.list_with_delimiter(self._store, _folder(prefix))
        )
        names = (f"{name}/" for name in listed["common_prefixes"])
        return [name for name in names if name.startswith(prefix)]

    def describe(self, key: str) -> StoredObject:
        """Size, time and version of one object.

        Raises:
            RefusedByServer: There is none, or it may not be seen.
            TransferError: The store does not answer.
        """
        return self._stored(self._ask(key, lambda: obstore.head(self._store, key)))

    def upload(
        self,
        key: str,
        source: Path | IO[bytes],
        *,
        content_type: str | None = None,
        cache_control: str | None = None,
        metadata: Mapping[str, str] | None = None,
        report: ReportBytes = ignore_bytes,
    ) -> str | None:
        """Write an object whole, in parts where it is large; return its ETag.

        It appears when all of it has arrived. AWS and what speaks like it check a SHA-256
        of each part that is sent along.

        Args:
            key: Name of the object.
            source: A file, or a stream that is read to its end.
            content_type: Sent to those who read it.
            cache_control: Likewise.
            metadata: More names and values to keep with it.
            report: Receives the bytes handed over by now, and their total if known.

        Raises:
            RefusedByServer: It may not be written.
            TransferError: It cannot be written.
            OSError: The file cannot be read.
        """
        if self._url.scheme == "gs" and self._access.asks_unsigned("gs"):
            # The library would ask the metadata server of the machine for a token all the same.
            raise no_credentials(self._place(key))
        named = {"Content-Type": content_type, "Cache-Control": cache_control}
        attributes: Any = {name: value for name, value in named.items() if value is not None}
        attributes |= metadata or {}
        if isinstance(source, Path):
            return self._ask(key, lambda: self._put_file(key, source, attributes, report))
        with translated(self._place(key), self._access):
            return self._put(key, source, None, attributes, report)

    def _put_file(self, key: str, path: Path, attributes: Any, report: ReportBytes) -> str | None:
        with path.open("rb") as stream:
            return self._put(key, stream, path.stat().st_size, attributes, report)

    def _put(
        self, key: str, stream: IO[bytes], total: int | None, attributes: Any, report: ReportBytes
    ) -> str | None:
        return obstore.put(
            self._store,
            key,
            _pieces(stream, total, report),
            attributes=attributes,
            use_multipart=total is None or total > PART_BYTES,
            chunk_size=part_bytes(total),
            max_concurrency=SIDE_BY_SIDE,
        )["e_tag"]

    @cached_property
    def _store(self) -> ObjectStore:
        # The library tries for many seconds to reach a host that does not exist.
        try:
            check_connection(self._url, self._access)
        except AddressRefused:
            raise
        except TransferError:
            if not can_be_asked(self._url, self._access):
                raise
        return self._access.open(self._url, self._retries)

    def _ask(self, key: str, call: Callable[[], Found]) -> Found:
        return ask(self._place(key), self._access, call, self.close)

    def _place(self, key: str) -> Url:
        return split_url(f"{self._url.scheme}://{self._url.host}/{key}")

    def _listed(self, prefix: str) -> Iterator[Any]:
        """Every object beneath a beginning, of those with odd keys as well where that can be."""
        place, given = self._place(prefix), set()
        try:
            with translated(place, self._access):
                for found in self._beneath(prefix):
                    given.add(found["path"])
                    yield found
        except OddKey:
            if not can_list(place, self._access):
                raise
            listed = list_bucket(place, self._access, prefix)
            yield from (found for found in listed if found["path"] not in given)

    def _beneath(self, prefix: str) -> Iterator[Any]:
        """Every object beneath a beginning that may end within a part of the key.

        The library lists whole folders only: of one that is begun, its files and folders
        are looked at first, so that its other folders are never listed.
        """
        stem = prefix.rpartition("/")[2]
        if not stem:
            first, others = self._ask(prefix, lambda: _begun(self._pages(prefix)))
            yield from first
            for page in others:
                yield from page
            return
        listed = self._ask(
            prefix, lambda: obstore.list_with_delimiter(self._store, _folder(prefix))
        )
        yield from (found for found in listed["objects"] if found["path"].startswith(prefix))
        for folder in listed["common_prefixes"]:
            if folder.startswith(prefix):
                for page in self._pages(folder):
                    yield from page

    def _pages(self, folder: str) -> Any:
        return obstore.list(self._store, folder or None, chunk_size=_LISTED)

    def _stored(self, found: Any) -> StoredObject:
        key = found["path"]
        url = f"{self._url.scheme}://{self._url.host}/{key}"
        facts = found["size"], found["last_modified"], found["e_tag"]
        return StoredObject(url, key, *facts, _problem(url))


def open_bucket(
    address: str, job: Job, *, unsigned: bool = False, retries: Retries | None = None
) -> Bucket:
    """The bucket of the URL `address`, such as `s3://bucket/any/key`.

    Raises:
        UsageError: It is not the URL of an object store.
    """
    url = split_url(address)
    if url.scheme not in OBJECT_SCHEMES:
        raise UsageError(f"{url.shown} is not in an object store", hint="it is like s3://bucket/")
    return Bucket(url, Access(job.network, job.variables, unsigned=unsigned), retries)


def _problem(address: str) -> str | None:
    """Why the library cannot ask for the object of an address, where it cannot."""
    if address.endswith("/"):
        return f"{address!r} is not a usable URL: its key ends in a slash"
    try:
        split_url(address)
    except UsageError as error:
        return error.message
    return None


def _begun(pages: Any) -> tuple[Any, Any]:
    """The first page, and the others; the store is asked for the first one only."""
    others = iter(pages)
    return next(others, ()), others


def _folder(prefix: str) -> str | None:
    return prefix.rpartition("/")[0] or None


def part_bytes(total: int | None) -> int:
    """How large parts are; of unknown lengths 140 GB fit."""
    if total is None:
        return 2 * PART_BYTES
    return max(PART_BYTES, math.ceil(total / _MOST_PARTS))


def _pieces(source: IO[bytes], total: int | None, report: ReportBytes) -> Iterator[bytes]:
    """The bytes of a stream, reported as they are handed over."""
    handed = 0
    while piece := source.read(1 << 20):
        yield piece
        handed += len(piece)
        report(handed, total)
