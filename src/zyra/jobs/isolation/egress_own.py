"""What no run may reach, even where its machine or network is allowed: the service itself.

A caller on the loopback address may be trusted without a key, so a run that could connect
to the service would run commands as somebody else. The same holds for its Redis.

Source: proc(5), /proc/net/tcp and /proc/PID/fd.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zyra.core.errors import AddressRefused
from zyra.core.network import unwrapped
from zyra.transfer.connections import Resolver, system_resolver

_SOCKET = re.compile(r"socket:\[(\d+)\]")
_LISTENING = "0A"
_LOCAL, _STATE, _INODE = 1, 3, 9  # columns of /proc/net/tcp


@dataclass(frozen=True)
class OwnPlaces:
    """Where the service itself can be reached.

    Attributes:
        service: Process id of the service; the ports on which it listens are refused.
        hosts: Hosts and ports of its other parts, such as Redis.
    """

    service: int
    hosts: Sequence[tuple[str, int]] = ()
    resolve: Resolver = system_resolver

    def check(self, address: str, port: int) -> None:
        """Refuse an address that is the service or a part of it.

        Raises:
            AddressRefused: It is.
        """
        plain = _plain(address)
        is_here = _is_of_this_machine(plain)
        if (is_here and port in listening_ports(self.service)) or any(
            port == own_port and self._is_at(plain, own_host, is_here=is_here)
            for own_host, own_port in self.hosts
        ):
            raise AddressRefused(f"{address}:{port} is a part of the service itself")

    def _is_at(self, address: str, host: str, *, is_here: bool) -> bool:
        try:
            places = [_plain(place) for place in self.resolve(host, 0)]
        except socket.gaierror:  # then the service does not reach it either
            return False
        return address in places or (is_here and any(map(_is_of_this_machine, places)))


def listening_ports(process: int) -> set[int]:
    """TCP ports on which a process listens; none where the system does not tell."""
    inodes = set()
    with suppress(FileNotFoundError, PermissionError):
        for entry in Path(f"/proc/{process}/fd").iterdir():
            with suppress(FileNotFoundError):
                found = _SOCKET.fullmatch(str(entry.readlink()))
                inodes.add(found[1] if found else "")
    rows = [line.split() for line in _table("tcp") + _table("tcp6")]
    return {
        int(row[_LOCAL].rpartition(":")[2], 16)
        for row in rows
        if row[_STATE] == _LISTENING and row[_INODE] in inodes
    }


def _table(name: str) -> list[str]:
    with suppress(FileNotFoundError):
        return Path("/proc/net", name).read_text(encoding="ascii").splitlines()[1:]
    return []


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
