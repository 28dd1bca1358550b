"""Fetch what an item names, within the rules, a limit on bytes and one on time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from urllib3 import Timeout

from zyra.core.errors import LimitExceeded, TransferError
from zyra.core.urls import split_url
from zyra.process.enrich_rules import HostRules
from zyra.transfer.encoding import decoder_for
from zyra.transfer.headers import content_length
from zyra.transfer.http import HttpClient, Response

_HEAD_BYTES = 1 << 16


class TooLarge(LimitExceeded):
    """There is more than may be fetched.

    Attributes:
        head: The first bytes.
        size: Of the whole, as announced; None when it is not.
    """

    def __init__(self, message: str, head: bytes, size: int | None) -> None:
        super().__init__(message, hint="raise --max-probe-bytes")
        self.head = head
        self.size = size


@dataclass(frozen=True)
class Fetcher:
    """Fetches URLs for items; one for all of them, used by several threads.

    Attributes:
        client: Makes the requests, each once; it asks `rules` before every hop.
        rules: Which hosts may be asked, and whether https is needed.
        timeout_s: For one URL, from beginning to end.
        offline: Refuse every URL.
    """

    client: HttpClient
    rules: HostRules
    timeout_s: float
    offline: bool

    def check(self, address: str) -> None:
        """Refuse a URL before anything is asked or looked up in a cache.

        Raises:
            UsageError: It is no URL, or one of a scheme that is not read.
            AddressRefused: The rules or the network policy forbid it.
        """
        self.rules.check_scheme(self.rules.check_url(address))

    def fetch(self, address: str, target: IO[bytes], limit: int) -> int:
        """Write what is at `address` to `target`; return its size in bytes.

        Raises:
            TooLarge: There are more than `limit` bytes; what is left of it is not fetched.
            AddressRefused: The rules or the network policy forbid it, or where it redirects to.
            TransferError: It cannot be fetched, or not in time.
        """
        self.check(address)
        if self.offline:
            raise TransferError(f"{split_url(address).shown} is not asked: --offline")
        deadline = time.monotonic() + self.timeout_s
        with self.client.get(address) as response:
            self.rules.check_scheme(response.url)
            return self._receive(response, target, limit, deadline)

    def _receive(self, response: Response, target: IO[bytes], limit: int, deadline: float) -> int:
        announced, decoder = content_length(response), decoder_for(response)
        head, received = b"", 0
        for chunk in response.chunks():
            for piece in (chunk,) if decoder is None else decoder.decoded(chunk):
                head += piece[: _HEAD_BYTES - len(head)]
                received += len(piece)
                if max(received, announced or 0) > limit:
                    size = announced if decoder is None else None
                    raise TooLarge(_too_large(response, size, limit), head, size)
                target.write(piece)
            if time.monotonic() > deadline:
                raise TransferError(
                    f"{response.url.shown}: not there after {self.timeout_s:g} s",
                    hint="raise --enrich-timeout",
                )
        if announced is not None and decoder is None and received < announced:
            raise TransferError(f"{response.url.shown}: the answer was cut short")
        return received


@contextmanager
def open_fetcher(
    rules: HostRules, timeout_s: float, tell: Callable[[str], None], *, offline: bool
) -> Iterator[Fetcher]:
    """A fetcher with a client of its own, for the time of a `with` block."""
    patience = Timeout(connect=timeout_s, read=timeout_s)
    with HttpClient(rules, timeout=patience, tell=tell) as client:
        yield Fetcher(client, rules, timeout_s, offline)


def _too_large(response: Response, size: int | None, limit: int) -> str:
    there = "it has" if size is None else f"it has {size} bytes,"
    return f"{response.url.shown}: {there} more than the {limit} that may be fetched"
