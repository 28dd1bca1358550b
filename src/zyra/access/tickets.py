"""Tickets: let a browser's WebSocket, which can send no header, follow one job.

A ticket is asked for with a key, names one job, is good once and for 30 s. Only its digest
is kept.
"""

import secrets
from dataclasses import asdict, dataclass
from typing import Any, Protocol, Self

from zyra.access.keys import digest_of

GOOD_FOR_S = 30
PREFIX = "zyra.ticket."  # the subprotocol under which a browser hands it over
_BYTES = 24


@dataclass(frozen=True)
class Ticket:
    """What a ticket stands for.

    Attributes:
        caller: Name of who asked for it.
        job_id: The one job that it opens.
    """

    caller: str
    job_id: str

    def to_json(self) -> dict[str, Any]:
        """The ticket as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The ticket that `to_json` wrote."""
        return cls(**kept)


class TicketStore(Protocol):
    """Where tickets are kept until they are used or too old."""

    async def keep_ticket(self, digest: str, ticket: Ticket, seconds: int) -> None:
        """Keep a ticket for so long."""

    async def take_ticket(self, digest: str) -> Ticket | None:
        """The ticket, which is gone then; None when there is none."""


async def issue(store: TicketStore, ticket: Ticket) -> str:
    """Keep a new ticket; its text is for its owner alone."""
    text = secrets.token_urlsafe(_BYTES)
    await store.keep_ticket(digest_of(text), ticket, GOOD_FOR_S)
    return text


async def redeem(store: TicketStore, text: str, job_id: str) -> Ticket | None:
    """What the ticket stands for, if it is for this job; it is used up in any case."""
    ticket = await store.take_ticket(digest_of(text))
    return ticket if ticket is not None and ticket.job_id == job_id else None
