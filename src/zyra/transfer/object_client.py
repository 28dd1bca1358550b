"""Read objects as if over HTTP, so that all that is built on that serves them, too.

The library understands the stores' signatures and errors; resuming and checking is done
above. It does not tell `Retry-After`, which stores hardly send.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import PreconditionError
from obstore.store import ObjectStore

from zyra.core.errors import TransferError, UsageError
from zyra.core.job import Job
from zyra.core.urls import Url, split_url
from zyra.transfer.client import CHUNK_BYTES, Headers, Tell, tell_nobody
from zyra.transfer.connections import TIMEOUT_S
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.object_access import Access
from zyra.transfer.object_errors import ask, translated
from zyra.transfer.retries import Retries
from zyra.transfer.stoppable import Stoppable

if TYPE_CHECKING:
    from obstore import GetResult

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_PAST_THE_END = 416
_PHRASES = {200: "200 OK", 206: "206 Partial Content", 416: "416 Range Not Satisfiable"}


class ObjectAnswer:
    """An object, or a part of it, that is being received; fulfils `client.Answer`."""

    def __init__(
        self, client: "ObjectClient", url: Url, status: int, got: "GetResult | None"
    ) -> None:
        self.url = url
        self.status = status
        self.phrase = _PHRASES[status]
        self.headers: Headers = {} if got is None else _headers(got)
        self._client = client
        self._got = got

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they arrive.

        Raises:
            TransientTransferError: The connection broke off or timed out.
            TransferError: The client has been stopped.
        """
        if self._got is None:
            return
        with translated(self.url, self._client.access):
            for chunk in self._got.stream(CHUNK_BYTES):
                if self._client.is_stopped:
                    raise TransferError(f"{self.url.shown}: stopped")
                yield bytes(chunk)


class ObjectClient(Stoppable):
    """Gets objects of the stores that one run may use; fulfils `client.Client`.

    Args:
        access: Opens their buckets.
        retries: How callers repeat what failed for a passing reason.
        tell: Receives a line for each request and each new try.
    """

    def __init__(
        self, access: Access, *, retries: Retries | None = None, tell: Tell = tell_nobody
    ) -> None:
        super().__init__()
        self.access = access
        self.retries = retries or Retries()
        self.tell = tell
        self._stores: dict[tuple[str, str], ObjectStore] = {}
        self._lock = Lock()

    @property
    def is_stopped(self) -> bool:
        """Whether transfers are to end."""
        return self._stopped.is_set()

    def close(self) -> None:
        """Let go of the stores, and so of their connections."""
        self._stores.clear()

    @contextmanager
    def get(self, address: str, headers: Headers | None = None) -> Iterator[ObjectAnswer]:
        """Request an object, or the part that `Range` names; of `If-Range` only ETags count.

        Raises:
            UsageError: It is not the URL of an object.
            RefusedByServer: The store answers with an error that will stay.
            TransientTransferError: A failure that is worth another try.
            TransferError: Any other failure.
        """
        url = split_url(address)
        if not url.name:
            raise UsageError(f"{url.shown} names no object", hint="a key follows the bucket")
        try:
            answer = ask(
                url,
                self.access,
                lambda: self._answer(url, headers or {}),
                lambda: self._stores.pop((url.scheme, url.host), None),
            )
        except RefusedByServer as error:
            if error.status != _PAST_THE_END:
                raise
            answer = ObjectAnswer(self, url, _PAST_THE_END, None)
        self.tell(f"GET {url.shown}: {answer.phrase}")
        yield answer

    def _answer(self, url: Url, headers: Headers) -> ObjectAnswer:
        store, key = self._store(url), url.path[1:]
        asked, version = _RANGE.fullmatch(headers.get("Range", "")), headers.get("If-Range")
        if asked is None:
            return ObjectAnswer(self, url, 200, obstore.get(store, key))
        start, last = int(asked[1]), asked[2]
        options: Any = {"range": (start, int(last) + 1) if last else {"offset": start}}
        if version is not None:
            options["if_match"] = version
        try:
            return ObjectAnswer(self, url, 206, obstore.get(store, key, options=options))
        except PreconditionError:  # another version: as with If-Range, all of it comes
            return ObjectAnswer(self, url, 200, obstore.get(store, key))

    def _store(self, url: Url) -> ObjectStore:
        with self._lock:
            place = (url.scheme, url.host)
            if place not in self._stores:
                self._stores[place] = self.access.open(url)
            return self._stores[place]


def object_client_of(
    job: Job, *, unsigned: bool = False, timeout_s: float = TIMEOUT_S
) -> ObjectClient:
    """The client of a run: with its variables, telling it of each request."""
    access = Access(job.network, job.variables, unsigned=unsigned, timeout_s=timeout_s)
    return ObjectClient(access, tell=partial(job.tell, detail=True))


def _headers(result: "GetResult") -> dict[str, str]:
    """What HTTP would say of the answer."""
    (start, end), size = result.range, result.meta["size"]
    headers = {
        "Content-Length": str(end - start),
        "Content-Range": f"bytes {start}-{end - 1}/{size}",
        "Last-Modified": format_datetime(result.meta["last_modified"], usegmt=True),
        "Content-Encoding": result.attributes.get("Content-Encoding", "identity"),
    }
    etag = result.meta["e_tag"]
    return headers if etag is None else headers | {"ETag": etag}
