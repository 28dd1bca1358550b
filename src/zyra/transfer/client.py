"""What every client of remote files has in common, and the one that a URL needs.

Object stores are read through the same eye of the needle as HTTP servers: a request with
`Range` and `If-Range`, an answer with status, headers and chunks. So resuming, checking,
counting and cutting are written once (`transfer.receive`, `transfer.ranges`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Protocol, Self

from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.urls import Url, scheme_of
from zyra.transfer.retries import Retries

Headers = Mapping[str, str]
Tell = Callable[[str], None]

CHUNK_BYTES = 1 << 18

# Loaded when a URL of their kind is opened: each takes some ten milliseconds.
MAKERS = {
    "http": "zyra.transfer.http:client_of",
    "https": "zyra.transfer.http:client_of",
    "s3": "zyra.transfer.object_client:object_client_of",
    "gs": "zyra.transfer.object_client:object_client_of",
    "az": "zyra.transfer.object_client:object_client_of",
    "ftp": "zyra.transfer.ftp_files:ftp_client_of",
    "ftps": "zyra.transfer.ftp_files:ftp_client_of",
    "sftp": "zyra.transfer.sftp_files:sftp_client_of",
}
SCHEMES = tuple(MAKERS)


def tell_nobody(message: str) -> None:
    """Tell nobody."""


class Answer(Protocol):
    """What came for a request, while it is still being received.

    Attributes:
        url: Where it came from, after redirects.
        status: 200 for the whole file, 206 for a part, 416 for a part that is not there.
        phrase: Status and reason, for messages.
    """

    url: Url
    status: int
    phrase: str
    headers: Headers

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they arrive.

        Raises:
            TransientTransferError: The connection broke off or timed out.
        """


class Client(Protocol):
    """Makes requests for files; several threads may use it at once."""

    retries: Retries
    tell: Tell

    def get(self, address: str, headers: Headers | None = None) -> AbstractContextManager[Answer]:
        """Request a file or a part of it, once.

        Raises:
            TransferError: There is no answer, or one that is an error.
        """

    def stop(self) -> None:
        """End the transfers of other threads at their next piece; for good."""

    def close(self) -> None:
        """Close all connections."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""


def client_for(source: str, job: Job, *, unsigned: bool = False) -> Client:
    """The client for the URL `source`: within the policy of `job`, telling it of each request.

    Args:
        source: A URL whose scheme is one of `SCHEMES`.
        job: Gives network policy and credentials.
        unsigned: Show no credentials to an object store.
    """
    make = load(MAKERS[scheme_of(source)])
    client: Client = make(job, unsigned=True) if unsigned else make(job)
    return client


def using(
    client: Client | None, source: str, job: Job, *, unsigned: bool = False
) -> AbstractContextManager[Client]:
    """The given client, left open afterwards, or one for `source` that is closed."""
    return client_for(source, job, unsigned=unsigned) if client is None else nullcontext(client)
