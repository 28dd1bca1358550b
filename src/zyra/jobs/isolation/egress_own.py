"""What no run may reach, even where its machine or network is allowed: the service itself.

A caller on the loopback address may be trusted without a key, so a run that could connect
to the service would run commands as somebody else. The same holds for its Redis.
"""

import ipaddress
import os
import socket
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from zyra.core.errors import AddressRefused
from zyra.core.network import unwrapped
from zyra.transfer.connections import Resolver, system_resolver

_DESCRIPTORS = Path("/dev/fd")


@dataclass
class OwnPlaces:
    """Where the service itself is.

    Attributes:
        hosts: Hosts and ports of its other parts, such as Redis.
        ports: Of this machine, on which its servers listen; they change while it runs.
    """

    hosts: Sequence[tuple[str, int]] = ()
    resolve: Resolver = system_resolver
    ports: Collection[int] = ()

    def check(self, address: str, port: int) -> None:
        """Refuse an address, a literal, and TCP port that are the service or a part of it.

        Raises:
            AddressRefused: They are.
        """
        plain = _plain(address)
        if (port in self.ports and _is_of_this_machine(plain)) or any(
            port == own_port and self._is_at(plain, own_host) for own_host, own_port in self.hosts
        ):
            raise AddressRefused(f"{address}:{port} is a part of the service itself")

    def _is_at(self, address: str, host: str) -> bool:
        try:
            places = [_plain(place) for place in self.resolve(host, 0)]
        except socket.gaierror:  # then the service does not reach it either
            return False
        return address in places or all(map(_is_of_this_machine, (address, *places)))


def listening_ports() -> list[int]:
    """TCP ports on which this process listens, inherited sockets included."""
    ports = set()
    for entry in _DESCRIPTORS.iterdir():
        descriptor = int(entry.name)
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                ports.add(_port_of_listener(descriptor))
        except OSError:  # closed meanwhile, the listing's own for one
            continue
    return sorted(ports - {0})


def _port_of_listener(descriptor: int) -> int:
    """The port, or 0 where the socket does not listen or has none."""
    looked_at = socket.socket(fileno=descriptor)
    try:
        is_ip = looked_at.family in (socket.AF_INET, socket.AF_INET6)
        if is_ip and looked_at.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return int(looked_at.getsockname()[1])
        return 0
    finally:
        looked_at.detach()


def _plain(address: str) -> str:
    return str(unwrapped(ipaddress.ip_address(address.partition("%")[0])))


def _is_of_this_machine(address: str) -> bool:
    """Whether the machine has this address: then, and only then, it can be bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return False
    return True
