"""Talk to a broker in the words that a hostile run could use."""

import socket
from dataclasses import replace

from zyra.core.egress import Broker
from zyra.core.network import NetworkPolicy
from zyra.transfer.connections import Dialer

LOOPBACK = "127.0.0.1"
NAMES = {
    "inside.example": ["127.0.0.1"],
    "mixed.example": ["127.0.0.1", "10.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "lan.example": ["10.0.0.1"],
}


class Resolver:
    """Knows a few names, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if host in NAMES:
            return NAMES[host]
        if host.replace(".", "").isdigit() or ":" in host:
            return [host]
        raise socket.gaierror(socket.EAI_NONAME, "no such name")


def is_reached(canary: socket.socket) -> bool:
    try:
        canary.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def dialer(broker: Broker, token: str = "loopback") -> Dialer:
    """A client that checks nothing itself."""
    return Dialer(NetworkPolicy(unrestricted=True, broker=replace(broker, token=token)))


def say(broker: Broker, *lines: str, token: str | None = "loopback", body: bytes = b"") -> bytes:
    """All that the broker answers to these lines."""
    shown = [] if token is None else [f"Proxy-Authorization: Bearer {token}"]
    head = "\r\n".join([lines[0], *shown, *lines[1:], "", ""]).encode("latin-1")
    with socket.create_connection((LOOPBACK, broker.port), 10) as connection:
        connection.sendall(head + body)
        answer = b""
        while piece := connection.recv(1 << 16):
            answer += piece
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])
