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

from zyra.core.egress import Broker
from zyra.core.errors import AddressRefused, UsageError
from zyra.core.urls import OBJECT_SCHEMES, Url, inet_aton, masked, normalized_host, split_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SCHEMES = ("http", "https", "ftp", "ftps", "sftp", *OBJECT_SCHEMES)

# Addresses of 6to4 relays, which nobody serves any more (RFC 7526); Python counts them as public.
_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")
REMEDY = "the operator can allow it in ZYRA_ALLOW_HOSTS (host names, addresses or networks)"
_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa")

# Everything else in IPv6 is not routed (RFC 4291, IANA registry), so nothing there is public.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052; ends in the IPv4 address


@dataclass(frozen=True)
class NetworkPolicy:
    """Decides by host name and by resolved address.

    Attributes:
        unrestricted: A person's own command line: everything may be reached.
        hosts: Normalized names that are allowed wherever they resolve to.
        networks: Networks whose addresses are allowed though they are not public.
        broker: What connects in place of this process, which may not itself; None where it may.
    """

    unrestricted: bool = False
    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    broker: Broker | None = None

    @classmethod
    def allowing(cls, entries: Iterable[str], broker: Broker | None = None) -> Self:
        """Build a policy from the entries of `ZYRA_ALLOW_HOSTS`.

        Raises:
            UsageError: An entry is neither a host name, an address nor a network.
        """
        hosts, networks = set(), []
        for entry in entries:
            network = _network(entry)
            if network is None:
                hosts.add(normalized_host(entry).rstrip("."))
            else:
                networks.append(network)
        return cls(hosts=frozenset(hosts), networks=tuple(networks), broker=broker)

    def check_url(self, text: str) -> Url:
        """Refuse a URL that a run may not open, before anything is connected.

        Raises:
            UsageError: It is no URL, or its scheme is not among `SCHEMES`.
            AddressRefused: Its host is not public and not allowed.
        """
        url = split_url(text)
        if url.scheme not in SCHEMES:
            raise UsageError(
                f"{masked(text)}: scheme {url.scheme!r} is not supported",
                hint=f"choose one of {', '.join(SCHEMES)}",
            )
        if url.scheme not in OBJECT_SCHEMES:  # their "host" is a bucket
            self.check_host(url.host)
        return url

    def check_host(self, host: str) -> None:
        """Refuse a host that is plainly local before any name is resolved.

        Raises:
            UsageError: It is neither a host name nor an address.
            AddressRefused: A non-public address or a name of this machine.
        """
        if self.unrestricted:
            return
        name = normalized_host(host).rstrip(".")
        address = _literal_address(name)
        if address is not None:
            self.check_address(name, address)
        elif name not in self.hosts and any(
            name == local or name.endswith(f".{local}") for local in _LOCAL_NAMES
        ):
            raise AddressRefused(f"{host} is a name of a local machine", hint=REMEDY)

    def check_address(self, host: str, address: Address) -> None:
        """Refuse to connect to `address`, which `host` was resolved to.

        Raises:
            AddressRefused: The address is not public and not allowed.
        """
        if self.unrestricted or normalized_host(host).rstrip(".") in self.hosts:
            return
        plain = unwrapped(address)
        if any(plain.version == network.version and plain in network for network in self.networks):
            return
        if not _is_public(plain):
            where = host if host == str(plain) else f"{host} is at {plain}, which"
            raise AddressRefused(f"{where} is not public", hint=REMEDY)


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError as exc:
        if "/" in entry or ":" in entry:
            raise UsageError(f"{entry!r} is neither a host nor a network: {exc}") from exc
        return None


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and address not in _RELAYS


def unwrapped(address: Address) -> Address:
    """The IPv4 address inside a mapped, 6to4 or NAT64 IPv6 address, or itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _literal_address(name: str) -> Address | None:
    """The address that the normalized `name` spells, or None when it is a name."""
    if ":" in name:
        return ipaddress.IPv6Address(name.partition("%")[0])
    return inet_aton(name)
