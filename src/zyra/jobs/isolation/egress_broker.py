"""The egress broker: a local proxy through which runs connect, within their policy.

A process of its own, so that no run's traffic disturbs the service. Each connection has a
thread. The service tells it over a socket, in lines of JSON, who may come in:

    {"admit": DIGEST OF A TOKEN, "allow_hosts": [...]}  ->  {"admitted": DIGEST}
    {"revoke": DIGEST}
    {"refuse": [PORTS OF THIS MACHINE]}
    {"serve": true}

It takes no connection before the last: when it follows on one that was killed, the runs of
that one knock at once, and it must know them by then. When that socket ends, the broker ends.
"""

import errno
import json
import socket
import sys
import time
from contextlib import suppress
from threading import BoundedSemaphore, Thread
from typing import Any

from zyra.core.egress import FAILURE
from zyra.core.errors import AddressRefused
from zyra.jobs.isolation.egress_grants import Grant, Grants
from zyra.jobs.isolation.egress_own import OwnPlaces
from zyra.jobs.isolation.egress_relay import MOST_BYTES, both_break_off, relay, relay_answer
from zyra.jobs.isolation.egress_request import (
    END,
    ProxyRequest,
    RequestNotTaken,
    parse_request,
    read_head,
)
from zyra.transfer.connections import Dialer, Resolver, connected_to_first, system_resolver

CONNECTIONS = 256
HEAD_S = 10.0
CONNECT_S = 10.0  # for each address of a host
ADDRESSES = 3  # of a host that are tried
IDLE_S = 3600.0  # FTP's control connection is silent while a large file comes

_BACKLOG = 128
_OPENED = b"HTTP/1.1 200 OK\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_INTERIM = (b"HTTP/1.1 1", b"HTTP/1.0 1")
_ABOUT_CONNECTION = (b"connection:", b"keep-alive:", b"proxy-")
_LINGER_S = 1.0
_LINGER_BYTES = 1 << 22


class BrokerServer:
    """Accepts and serves connections on `listener`, for ever.

    Args:
        listener: A bound socket.
        own: What is refused whatever a policy says.
        resolve: Gives the addresses of a host name.
        head_s: Seconds within which the head of a request has to come.
    """

    def __init__(
        self,
        listener: socket.socket,
        own: OwnPlaces,
        *,
        resolve: Resolver = system_resolver,
        head_s: float = HEAD_S,
    ) -> None:
        self.grants = Grants()
        self.own = own
        self._listener = listener
        self._resolve = resolve
        self._head_s = head_s
        self._slots = BoundedSemaphore(CONNECTIONS)

    def serve(self) -> None:
        """Accept until the listener is shut down."""
        self._listener.listen(_BACKLOG)
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ECONNABORTED):
                    continue
                return
            self._slots.acquire()  # beyond that many, clients wait in the backlog
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, suppress(OSError):  # whoever broke off is told nothing
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    self._answer(client)
                except RequestNotTaken as error:
                    _refuse(client, error)
        finally:
            self._slots.release()

    def _answer(self, client: socket.socket) -> None:
        request = parse_request(*read_head(client, self._head_s))
        grant = self.grants.grant_of(request.token)
        with (
            grant.one_more(),
            self._dialed(grant, request) as host,
            grant.holding(client, host),
            both_break_off(client, host),
        ):
            if request.is_tunnel:
                client.sendall(_OPENED)
                host.sendall(request.rest)
                relay(client, host, IDLE_S)
            else:
                _forward(client, host, request)

    def _dialed(self, grant: Grant, request: ProxyRequest) -> socket.socket:
        try:
            grant.policy.check_host(request.host)
            dialer = Dialer(grant.policy, self._resolve)
            addresses = dialer.checked_addresses(request.host, request.port)
            for address in addresses:
                self.own.check(address, request.port)
            return connected_to_first(addresses[:ADDRESSES], request.port, CONNECT_S)
        except AddressRefused as error:
            raise RequestNotTaken(403, error.message) from error
        except OSError as error:
            raise _unreached(request, error) from error


def _forward(client: socket.socket, host: socket.socket, request: ProxyRequest) -> None:
    """Pass one request on and its answer back; then the connection is over.

    A second request on it could be for another host.
    """
    client.settimeout(IDLE_S)
    host.settimeout(IDLE_S)
    host.sendall(request.head + request.rest[: request.body_bytes])
    if request.expects:
        client.sendall(_CONTINUE)
    left = request.body_bytes - len(request.rest)
    while left > 0:
        piece = client.recv(min(left, MOST_BYTES))
        if not piece:
            return
        host.sendall(piece)
        left -= len(piece)
    client.sendall(_final_head(host))
    relay_answer(client, host, IDLE_S)


def _final_head(host: socket.socket) -> bytes:
    """The head of the answer, saying that the connection ends, and what came with it."""
    head, rest = b"HTTP/1.1 100", b""
    try:
        while head.startswith(_INTERIM):
            head, rest = read_head(host, IDLE_S, rest)
    except RequestNotTaken as error:
        raise RequestNotTaken(502, f"the host's answer: {error.message}") from error
    lines = head.split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(_ABOUT_CONNECTION)]
    return b"\r\n".join([*kept, b"Connection: close"]) + END + rest


def _unreached(request: ProxyRequest, error: OSError) -> RequestNotTaken:
    where = f"{request.host}:{request.port}"
    if isinstance(error, socket.gaierror):
        names = {getattr(socket, name): name for name in dir(socket) if name.startswith("EAI_")}
        name = names.get(error.errno, "EAI_FAIL")
    elif isinstance(error, TimeoutError):
        name = "ETIMEDOUT"
    else:
        name = errno.errorcode.get(error.errno or 0, "EIO")
    return RequestNotTaken(502, f"cannot connect to {where}: {error.strerror}", failure=name)


def _refuse(client: socket.socket, error: RequestNotTaken) -> None:
    body = f"{error.message}\n".encode()
    lines = [
        f"HTTP/1.1 {error.status} Not Taken",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *([f"{FAILURE}: {error.failure}"] if error.failure else []),
        *(['Proxy-Authenticate: Basic realm="zyra"'] if error.status == 407 else []),
    ]
    client.settimeout(_LINGER_S)
    client.sendall("\r\n".join(lines).encode() + END + body)
    client.shutdown(socket.SHUT_WR)
    # What the client still sends is read, or closing would reset its reading of the answer.
    end, left = time.monotonic() + _LINGER_S, _LINGER_BYTES
    while left > 0 and time.monotonic() < end and (piece := client.recv(MOST_BYTES)):
        left -= len(piece)


def obey(server: BrokerServer, control: socket.socket) -> None:
    """Follow the orders of the service until it hangs up."""
    with control.makefile("rb") as orders:
        for line in orders:
            order: dict[str, Any] = json.loads(line)
            if "admit" in order:
                server.grants.admit(order["admit"], order["allow_hosts"])
                control.sendall(json.dumps({"admitted": order["admit"]}).encode() + b"\n")
            elif "refuse" in order:
                server.own.ports = order["refuse"]
            elif "serve" in order:
                Thread(target=server.serve, daemon=True).start()
            else:
                server.grants.revoke(order["revoke"])


def main() -> None:
    """Serve on the listening socket and obey the control socket that are named by descriptor."""
    listener, control, own = sys.argv[1:]
    hosts = tuple((host, port) for host, port in json.loads(own))
    server = BrokerServer(socket.socket(fileno=int(listener)), OwnPlaces(hosts))
    with suppress(ConnectionResetError, BrokenPipeError):
        obey(server, socket.socket(fileno=int(control)))


if __name__ == "__main__":
    main()
