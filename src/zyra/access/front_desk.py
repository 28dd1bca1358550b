"""What a server needs of access: whose a credential is, what is left of limits, the log."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from zyra.access.audit import AuditLog
from zyra.access.gate import Gate
from zyra.access.keys import KeyStore
from zyra.access.tickets import TicketStore

if TYPE_CHECKING:
    from zyra.access.rates import Rates


class CallerStore(KeyStore, TicketStore, Protocol):
    """Keys and tickets, which are kept in one place."""


class FrontDesk:
    """Everything that is asked before a caller is served.

    Args:
        gate: Knows credentials.
        store: Keys and tickets.
        audit: The log.
        make_rates: Makes the limits when they are first needed: callers without a key, on this
            machine, have none, and the library that counts takes time to load.
    """

    def __init__(
        self,
        gate: Gate,
        store: CallerStore,
        audit: AuditLog,
        make_rates: Callable[[], "Rates"],
    ) -> None:
        self.gate = gate
        self.store = store
        self.audit = audit
        self._make_rates = make_rates
        self._rates: Rates | None = None

    @property
    def rates(self) -> "Rates":
        """The limits of callers."""
        if self._rates is None:
            self._rates = self._make_rates()
        return self._rates

    async def close(self) -> None:
        """Let go of connections and files."""
        if self._rates is not None:
            await self._rates.close()
        await self.store.close()
        self.audit.close()
