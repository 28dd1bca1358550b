"""Which runs may connect, where to, and which connections each of them has open."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from threading import Lock

from zyra.core.network import NetworkPolicy
from zyra.jobs.isolation.egress_request import RequestNotTaken

CONNECTIONS_OF_A_RUN = 64


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class Grant:
    """What one run may do, until it has ended.

    Args:
        policy: Where it may connect to.
    """

    def __init__(self, policy: NetworkPolicy) -> None:
        self.policy = policy
        self._sockets: set[socket.socket] = set()
        self._connections = 0
        self._has_ended = False
        self._lock = Lock()

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count a connection while it lasts.

        Raises:
            RequestNotTaken: The run has as many as it may have.
        """
        with self._lock:
            if self._connections >= CONNECTIONS_OF_A_RUN:
                raise RequestNotTaken(503, f"this run has {self._connections} connections open")
            self._connections += 1
        try:
            yield
        finally:
            with self._lock:
                self._connections -= 1

    @contextmanager
    def holding(self, *sides: socket.socket) -> Iterator[None]:
        """Keep sockets that are to be cut off when the run ends.

        Raises:
            RequestNotTaken: It has ended.
        """
        with self._lock:
            if self._has_ended:
                raise RequestNotTaken(407, "the run has ended")
            self._sockets.update(sides)
        try:
            yield
        finally:
            with self._lock:
                self._sockets.difference_update(sides)

    def end(self) -> None:
        """Cut off every connection; there will be no other."""
        with self._lock:
            self._has_ended = True
            for side in self._sockets:
                with suppress(OSError):  # its other end has gone already
                    side.shutdown(socket.SHUT_RDWR)


class Grants:
    """The grants of all runs under the digests of their tokens; used by several threads."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}
        self._lock = Lock()

    def admit(self, digest: str, allow_hosts: Sequence[str]) -> None:
        """Let a run in, which may reach what is public and `allow_hosts`."""
        with self._lock:
            self._grants[digest] = Grant(NetworkPolicy.allowing(allow_hosts))

    def revoke(self, digest: str) -> None:
        """Let it in no more, and cut off what it has open."""
        with self._lock:
            grant = self._grants.pop(digest, None)
        if grant is not None:
            grant.end()

    def grant_of(self, token: str) -> Grant:
        """The grant that `token` opens.

        Raises:
            RequestNotTaken: None.
        """
        with self._lock:
            grant = self._grants.get(digest_of(token))
        if grant is None:
            raise RequestNotTaken(407, "a token of a run that goes on is needed")
        return grant
