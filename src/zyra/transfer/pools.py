"""Connection pools of urllib3 whose sockets a dialer opens."""

import socket
import ssl
from functools import partial
from typing import Any

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from zyra.core.urls import Url
from zyra.transfer.answer_heads import WholeHeadResponse
from zyra.transfer.connections import Dialer
from zyra.transfer.deadlines import broken_after, hang_up

IDLE_CONNECTIONS = 16  # kept open per host, for the files of a batch


class _Dialed(HTTPConnection):
    """Opens the socket of an urllib3 connection through its dialer; takes whole heads only.

    `_new_conn` is the seam that urllib3's own SOCKS support overrides.
    """

    response_class = WholeHeadResponse

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

    def getresponse(self) -> Any:
        """The answer, when its head is there.

        Raises:
            TimeoutError: It takes twice as long as may be between two pieces of it.
        """
        connection: Any = self
        with broken_after(2 * connection.timeout, partial(hang_up, connection.sock)):
            return super().getresponse()


class DialedHTTPConnection(_Dialed):
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
