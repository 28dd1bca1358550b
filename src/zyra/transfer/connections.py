"""Connections that go to a checked address and nowhere else; the one place that opens any.

Directly, a name is resolved once, each of its addresses is put to the network policy, and
the socket is opened to such an address itself. A second look-up, which could give another
answer (DNS rebinding), does not happen. In a run of the service the broker does the same,
since the run's own process may not connect anywhere else.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zyra.core.network import NetworkPolicy
from zyra.transfer.tunnels import dial_through

Resolver = Callable[[str, int], Sequence[str]]

TIMEOUT_S = 60.0  # for connecting and between two pieces, where nobody says otherwise


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

        Args:
            host: Name, address or IPv6 address without brackets.
            port: TCP port.
            timeout_s: Of the connection attempt, and left set on the socket.

        Raises:
            UsageError: `host` is neither a name nor an address.
            AddressRefused: One of the addresses of `host` is forbidden.
            OSError: The name does not resolve or no address answers.
        """
        self.policy.check_host(host)
        if self.policy.broker is not None:
            return dial_through(self.policy.broker, host, port, timeout_s)
        return connected_to_first(self.checked_addresses(host, port), port, timeout_s)

    def checked_addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses of `host`, each allowed by the policy.

        Raises:
            AddressRefused: One of them is forbidden.
            OSError: The name does not resolve.
        """
        addresses = self.resolve(host, port)
        for address in addresses:
            self.policy.check_address(host, ipaddress.ip_address(address.partition("%")[0]))
        return addresses


def connected_to_first(
    addresses: Sequence[str], port: int, timeout_s: float | None
) -> socket.socket:
    """A socket connected to the first of literal `addresses` that answers; none is checked here.

    Raises:
        OSError: None does; this is the last one's error.
    """
    *others, last = addresses
    for address in others:
        try:
            return _connected(address, port, timeout_s)
        except OSError:  # the next address may answer
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
