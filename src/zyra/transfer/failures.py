"""What can go wrong with a remote source, where a caller has to tell cases apart."""

from zyra.core.errors import TransferError, TransientTransferError

_NOTHING_DONE = (429, 503)


class RefusedByServer(TransferError):
    """The server answered with a status that another try would not change.

    Attributes:
        status: HTTP status, such as 404, if there is one.
    """

    def __init__(self, message: str, status: int | None = None, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class ServerBusy(TransientTransferError):
    """The server asks to come back later: 429, 500, 502, 503, 504.

    Attributes:
        retry_after_s: Seconds the server asks to wait, or None when it does not say.
        status: HTTP status, such as 503, if there is one.
    """

    def __init__(
        self, message: str, retry_after_s: float | None = None, status: int | None = None
    ) -> None:
        super().__init__(message, hint="the server is overloaded or down: try again later")
        self.retry_after_s = retry_after_s
        self.status = status


class NameServiceSilent(TransientTransferError):
    """Nobody tells the address of a host: the name service is away, or there is none."""


def had_no_effect(error: TransientTransferError) -> bool:
    """Whether a server refused a request before it did anything: 429 and 503."""
    return isinstance(error, ServerBusy) and error.status in _NOTHING_DONE


class SourceChanged(TransferError):
    """The remote file changed while it was being read, and what was read cannot be undone."""


class RangesIgnored(TransferError):
    """A range was asked for, and the server answers with the whole file."""
