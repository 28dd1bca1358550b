"""Which hosts a list of datasets may be asked for, beside what the network policy allows."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

from zyra.core.errors import AddressRefused
from zyra.core.network import NetworkPolicy
from zyra.core.urls import Url, normalized_host


@dataclass(frozen=True)
class HostRules(NetworkPolicy):
    """A network policy narrowed by the person who asks; every hop of a redirect is put to it.

    Attributes:
        https_only: Whether URLs have to be https.
        allowed: Hosts that may be asked, with those below them; None is any.
        denied: Hosts that may not; goes before `allowed`.
    """

    https_only: bool = False
    allowed: tuple[str, ...] | None = None
    denied: tuple[str, ...] = ()

    @classmethod
    def narrowing(
        cls,
        policy: NetworkPolicy,
        *,
        https_only: bool,
        allowed: Iterable[str] | None,
        denied: Iterable[str] | None,
    ) -> Self:
        """`policy` with these rules on top.

        Raises:
            UsageError: One of the hosts is none.
        """
        inherited = {part.name: getattr(policy, part.name) for part in fields(NetworkPolicy)}
        return cls(
            **inherited,
            https_only=https_only,
            allowed=None if allowed is None else tuple(map(_host, allowed)),
            denied=tuple(map(_host, denied or ())),
        )

    def check_host(self, host: str) -> None:
        """Refuse a host that the rules or the policy below them forbid.

        Raises:
            UsageError: It is neither a host name nor an address.
            AddressRefused: It is forbidden.
        """
        if any(is_at_or_below(host, denied) for denied in self.denied):
            raise AddressRefused(f"{host} is refused by --deny-host")
        if self.allowed is not None and not any(
            is_at_or_below(host, allowed) for allowed in self.allowed
        ):
            raise AddressRefused(f"{host} is not among those of --allow-host")
        super().check_host(host)

    def check_scheme(self, url: Url) -> None:
        """Refuse a URL that is not https where it has to be.

        Raises:
            AddressRefused: It is not.
        """
        if self.https_only and url.scheme != "https":
            raise AddressRefused(f"{url.shown} is refused by --https-only")


def is_at_or_below(host: str, domain: str) -> bool:
    """Whether `host` is `domain` or a name below it: data.noaa.gov is, evilnoaa.gov is not."""
    name, top = host.lower().rstrip("."), domain.lower().strip(".")
    return name == top or name.endswith(f".{top}")


def _host(text: str) -> str:
    return normalized_host(text.strip().removeprefix("*").strip("."))
