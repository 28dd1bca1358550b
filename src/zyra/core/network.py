"""Which network addresses a run may reach.

Loopback, private, link-local, multicast and other non-public addresses are refused
unless the operator allows them by host name, address or network (`ZYRA_ALLOW_HOSTS`).
Checked on the URL when a request is validated, and again on the resolved address
at the moment of connecting, after every redirect.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from zyra.core.errors import AddressRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_REMEDY = "the operator can allow it in ZYRA_ALLOW_HOSTS (host names, addresses or networks)"


@dataclass(frozen=True)
class NetworkPolicy:
    """Decides by host name and by resolved address.

    Attributes:
        unrestricted: A person's own command line: everything may be reached.
        hosts: Lower-case names that are allowed wherever they resolve to.
        networks: Networks whose addresses are allowed though they are not public.
    """

    unrestricted: bool = False
    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def allowing(cls, entries: Iterable[str]) -> Self:
        """Build a policy from the entries of `ZYRA_ALLOW_HOSTS`."""
        hosts, networks = set(), []
        for entry in entries:
            try:
                networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                hosts.add(entry.lower())
        return cls(hosts=frozenset(hosts), networks=tuple(networks))

    def check_host(self, host: str) -> None:
        """Refuse a host that is plainly local before any name is resolved.

        Raises:
            AddressRefused: A non-public address or a name of this machine.
        """
        name = host.strip("[]").rstrip(".").lower()
        if self.unrestricted or name in self.hosts:
            return
        address = _literal_address(name)
        if address is not None:
            self.check_address(name, address)
        elif name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
            raise AddressRefused(f"{host} is a name of a local machine", hint=_REMEDY)

    def check_address(self, host: str, address: Address) -> None:
        """Refuse to connect to `address`, which `host` was resolved to.

        Raises:
            AddressRefused: The address is not public and not allowed.
        """
        if self.unrestricted or host.rstrip(".").lower() in self.hosts:
            return
        mapped = _unwrapped(address)
        if any(mapped.version == net.version and mapped in net for net in self.networks):
            return
        if not mapped.is_global or mapped.is_multicast:
            raise AddressRefused(f"{host} is at {mapped}, which is not public", hint=_REMEDY)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside a mapped, 6to4 or NAT64 IPv6 address, or itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _literal_address(name: str) -> Address | None:
    """The address that `name` spells, also in the odd forms that C libraries accept.

    `inet_aton` takes 127.1, 0x7f000001, 2130706433 and 0177.0.0.1 for addresses.
    """
    try:
        return ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return _inet_aton(name)


def _inet_aton(name: str) -> Address | None:
    parts = name.split(".")
    if not 1 <= len(parts) <= 4:
        return None
    try:
        numbers = [_c_number(part) for part in parts]
    except ValueError:
        return None
    *leading, last = numbers
    if any(n > 255 for n in leading) or last >= 256 ** (5 - len(parts)):
        return None
    value = last
    for place, number in enumerate(leading):
        value += number << (8 * (3 - place))
    return ipaddress.IPv4Address(value)


def _c_number(text: str) -> int:
    if text.lower().startswith("0x"):
        return int(text, 16)
    return int(text, 8) if len(text) > 1 and text.startswith("0") else int(text, 10)
