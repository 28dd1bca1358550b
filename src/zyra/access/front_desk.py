"""What a server needs of access: whose a credential is, what is left of limits, the log."""

from dataclasses import dataclass
from typing import Protocol

from zyra.access.audit import AuditLog
from zyra.access.gate import Gate
from zyra.access.keys import KeyStore
from zyra.access.rates import Rates
from zyra.access.tickets import TicketStore


class CallerStore(KeyStore, TicketStore, Protocol):
    """Keys and tickets, which are kept in one place."""


@dataclass(frozen=True)
class FrontDesk:
    """Everything that is asked before a caller is served."""

    gate: Gate
    rates: Rates
    store: CallerStore
    audit: AuditLog

    async def close(self) -> None:
        """Let go of connections and files."""
        await self.rates.close()
        await self.store.close()
        self.audit.close()
