"""Connections that go to a checked address and nowhere else.

A name is resolved once, each of its addresses is put to the network policy, and the
socket is opened to such an address itself. A second look-up, which could give
another answer (DNS rebinding), does not happen. TLS still verifies the host name.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from zyra.core.network import NetworkPolicy
from zyra.core.urls import Url

Resolver = Callable[[str, int], Sequence[str]]

IDLE_CONNECTIONS = 4  # kept open per host, for the files of a batch


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Addresses of `host` in the order in which the system prefers them.

    Raises:
        socket.gaierror: The name has no address.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class Dialer:
    """Opens sockets to hosts whose addresses the policy allows."""

    policy: NetworkPolicy
    resolve: Resolver = system_resolver

    def dial(self, host: str, port: int, timeout_s: float | None) -> socket.socket:
        """Connect to the first address of `host` that answers.

        Raises:
            AddressRefused: One of the addresses of `host` is forbidden.
            OSError: The name does not resolve or no address answers.
        """
        addresses = self.resolve(host, port)
        for address in addresses:
            self.policy.check_address(host, ipaddress.ip_address(address.partition("%")[0]))
        *others, last = addresses
        for address in others:
            try:
                return _connected(address, port, timeout_s)
            except OSError:  # the next address may answer; the last one's error is raised
                continue
        return _connected(last, port, timeout_s)


def _connected(address: str, port: int, timeout_s: float | None) -> socket.socket:
    # AI_NUMERICHOST: only turns the literal (and its zone) into a socket address.
    ((family, kind, protocol, _, where), *_) = socket.getaddrinfo(
        address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
    )
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(timeout_s)
        connection.connect(where)
    except OSError:
        connection.close()
        raise
    return connection


class _Dialed:
    """Opens the socket of an urllib3 connection through its dialer.

    `_new_conn` is the seam that urllib3's own SOCKS support overrides.
    """

    def __init__(self, *args: Any, dialer: Dialer, **options: Any) -> None:
        super().__init__(*args, **options)
        self._dialer = dialer

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        host, port, timeout_s = connection._dns_host, connection.port, connection.timeout
        try:
            return self._dialer.dial(host, port, timeout_s)
        except socket.gaierror as exc:
            raise NameResolutionError(host, connection, exc) from exc
        except TimeoutError as exc:
            raise ConnectTimeoutError(connection, f"no answer within {timeout_s} s") from exc
        except OSError as exc:
            raise NewConnectionError(connection, str(exc.strerror or exc)) from exc


class DialedHTTPConnection(_Dialed, HTTPConnection):
    """A connection to a checked address."""


class DialedHTTPSConnection(_Dialed, HTTPSConnection):
    """A connection to a checked address, with TLS for the host's name."""


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = DialedHTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = DialedHTTPSConnection


def connection_pool(url: Url, dialer: Dialer, trust: ssl.SSLContext | None) -> HTTPConnectionPool:
    """Make the pool of connections to the origin of `url`."""
    if url.scheme == "https":
        return _HTTPSPool(
            url.host, url.port, maxsize=IDLE_CONNECTIONS, ssl_context=trust, dialer=dialer
        )
    return _HTTPPool(url.host, url.port, maxsize=IDLE_CONNECTIONS, dialer=dialer)


def public_trust() -> ssl.SSLContext:
    """Certificates that are trusted: the system's, and Mozilla's where a system has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
