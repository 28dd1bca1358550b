"""An HTTP client that obeys the network policy on every hop and speaks plainly of failures.

It takes nothing from the environment: no proxies, no netrc. Redirects are followed
here, each target checked, and credentials stay with the origin they were given for.
"""

import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from threading import Event, Lock
from urllib.parse import quote

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict, Timeout

import zyra
from zyra.core.errors import TransferError, UsageError
from zyra.core.job import Job
from zyra.core.network import NetworkPolicy
from zyra.core.urls import URL_CHARACTERS, Url, split_url
from zyra.transfer.client import CHUNK_BYTES, Headers, Tell, tell_nobody
from zyra.transfer.connections import TIMEOUT_S, Dialer, Resolver, system_resolver
from zyra.transfer.failures import RefusedByServer, ServerBusy
from zyra.transfer.pools import connection_pool, public_trust
from zyra.transfer.request import Request
from zyra.transfer.retries import Retries, retry_after_s
from zyra.transfer.stoppable import Stoppable
from zyra.transfer.translation import translated

CONNECT_S = 10.0
MAX_REDIRECTS = 10

_REDIRECTS = (301, 302, 303, 307, 308)
_GIVEN = (200, 206, 416)
_BUSY = (429, 500, 502, 503, 504)
_DEFAULT_HEADERS = {"User-Agent": f"zyra/{zyra.__version__}", "Accept-Encoding": "identity"}

_HINTS = {
    401: "the server wants credentials: see --auth and --header",
    403: "the server denies access: see --auth and --header",
    404: "check the address",
    410: "the file is gone for good",
}


def patience(silent_s: float) -> Timeout:
    """How long to wait: for a connection ten seconds at most, then for a server to say more."""
    return Timeout(connect=min(CONNECT_S, silent_s), read=silent_s)


TIMEOUT = patience(TIMEOUT_S)


class Response:
    """Status, headers and body of an answer that is still being received.

    Attributes:
        url: Where it came from, after redirects.
        phrase: Status and reason, for messages.
    """

    def __init__(self, raw: BaseHTTPResponse, url: Url, stopped: Event) -> None:
        self._raw = raw
        self._stopped = stopped
        self.url = url
        self.status = raw.status
        reason = "".join(filter(str.isprintable, raw.reason or ""))  # it goes to a terminal
        self.phrase = f"{raw.status} {reason}".rstrip()
        self.headers: Headers = raw.headers

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives, still in its content encoding.

        Raises:
            TransientTransferError: The connection broke off or timed out.
            TransferError: The client has been stopped.
        """
        with translated(self.url.shown):
            while data := self._raw.read1(CHUNK_BYTES, decode_content=False):
                if self._stopped.is_set():
                    raise TransferError(f"{self.url.shown}: stopped")
                yield data

    def close(self) -> None:
        """Give the connection back; one that holds unread body is closed first."""
        self._raw.close()
        self._raw.release_conn()


class HttpClient(Stoppable):
    """Sends requests; keeps connections open for the next one to the same host.

    Args:
        policy: Which hosts and addresses may be reached.
        retries: How callers repeat what failed for a passing reason.
        resolve: Gives the addresses of a host name.
        trust: Makes the TLS context when the first `https` URL is opened.
        timeout: For connecting, and between two pieces of an answer.
        tell: Receives a line for each request and each new try.
    """

    def __init__(
        self,
        policy: NetworkPolicy,
        *,
        retries: Retries | None = None,
        resolve: Resolver = system_resolver,
        trust: Callable[[], ssl.SSLContext] = public_trust,
        timeout: Timeout = TIMEOUT,
        tell: Tell = tell_nobody,
    ) -> None:
        super().__init__()
        self.retries = retries or Retries()
        self.tell = tell
        self._timeout = timeout
        self._policy = policy
        self._dialer = Dialer(policy, resolve)
        self._make_trust = trust
        self._trust: ssl.SSLContext | None = None
        self._pools: dict[tuple[str, str, int | None], HTTPConnectionPool] = {}
        self._lock = Lock()

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()

    @contextmanager
    def get(self, address: str, headers: Headers | None = None) -> Iterator[Response]:
        """Request `address` once, following redirects; answers 200, 206 and 416 are given.

        Raises:
            UsageError: It is not an http or https URL.
            AddressRefused: The network policy forbids the host or its address.
            RefusedByServer: The server answers with an error that will stay.
            TransientTransferError: A failure that is worth another try.
            TransferError: Any other failure.
        """
        with self.send(Request(address, headers=headers or {})) as response:
            check_status(response)
            yield response

    @contextmanager
    def send(self, request: Request) -> Iterator[Response]:
        """Send `request` once, following redirects; every answer is given, errors too.

        Raises:
            UsageError: Its address is not an http or https URL.
            AddressRefused: The network policy forbids the host or its address.
            TransientTransferError: There is no answer for a reason that may pass.
            TransferError: There is none for any other reason.
        """
        response = self._follow(request)
        try:
            yield response
        finally:
            response.close()

    def _follow(self, request: Request) -> Response:
        start = url = split_url(request.address)
        sent = replace(request, headers={**_authorization(url), **request.headers})
        for _ in range(MAX_REDIRECTS + 1):
            response = self._request(url, sent)
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or location is None:
                return response
            response.close()
            following = _redirected(url, location)
            sent = sent.redirected(response.status, same_party=same_party(url, following))
            url = following
        raise TransferError(
            f"{start.shown}: more than {MAX_REDIRECTS} redirects",
            hint="the server sends requests in a circle",
        )

    def _request(self, url: Url, request: Request) -> Response:
        if url.scheme not in ("http", "https"):
            raise UsageError(f"{url.shown}: this version reads http and https only")
        sent = HTTPHeaderDict(_DEFAULT_HEADERS)
        sent.update(request.headers)
        sent.update(request.framing)
        with translated(url.shown):
            self._policy.check_host(url.host)
            raw = self._pool(url).urlopen(
                request.method,
                url.target,
                body=None if request.body is None else request.body.pieces(),
                headers=sent,
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
                timeout=self._timeout,
            )
        response = Response(raw, url, self._stopped)
        self.tell(f"{request.method} {url.shown}: {response.phrase}")
        return response

    def _pool(self, url: Url) -> HTTPConnectionPool:
        with self._lock:
            if url.origin not in self._pools:
                trust = self._trusted() if url.scheme == "https" else None
                self._pools[url.origin] = connection_pool(url, self._dialer, trust)
            return self._pools[url.origin]

    def _trusted(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = self._make_trust()
        return self._trust


def client_of(job: Job, *, timeout_s: float = TIMEOUT_S) -> HttpClient:
    """The client of a run: within its network policy, telling it of each request."""
    tell = partial(job.tell, detail=True)
    return HttpClient(job.network, timeout=patience(timeout_s), tell=tell)


def _authorization(url: Url) -> Headers:
    """The header for the user name and password that a URL may hold."""
    return {} if url.user is None else {"Authorization": basic_authorization(*url.user)}


def basic_authorization(user: str, password: str) -> str:
    """Value of the `Authorization` header for a user name and password (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


def _redirected(url: Url, location: str) -> Url:
    try:
        # A header is read as latin-1 though servers send UTF-8: quote the bytes as they came.
        return url.joined(quote(location.encode("latin-1"), safe=URL_CHARACTERS))
    except UsageError as exc:
        raise TransferError(f"{url.shown}: redirects to {exc.message}") from exc


def same_party(url: Url, following: Url) -> bool:
    """Whether credentials for `url` may go to `following`: same origin, or its https twin."""
    twin = ("http", "https", 80, 443, url.host)
    upgrade = (url.scheme, following.scheme, url.port, following.port, following.host)
    return url.origin == following.origin or upgrade == twin


def check_status(response: Response) -> None:
    """Give up on an answer that is an error.

    Raises:
        ServerBusy: One that may pass.
        RefusedByServer: Any other.
    """
    status, shown = response.status, response.url.shown
    if status in _BUSY:
        wait_s = retry_after_s(response.headers.get("Retry-After"), datetime.now(UTC))
        raise ServerBusy(f"{shown}: {response.phrase}", wait_s, status)
    if status not in _GIVEN:
        raise RefusedByServer(f"{shown}: {response.phrase}", status, hint=_HINTS.get(status))
