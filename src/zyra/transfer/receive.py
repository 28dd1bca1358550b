"""Receive a remote file, or a range of it, over as many connections as it takes.

A transfer that breaks off goes on where it stopped if the server can prove that the
file is still the same (RFC 9110, `Range` with `If-Range`), and starts anew if not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from zyra.core.errors import LimitExceeded, TransferError, TransientTransferError
from zyra.core.urls import Url, masked
from zyra.transfer.client import Answer, Client, Headers
from zyra.transfer.encoding import GzipDecoder, decoder_for
from zyra.transfer.failures import RangesIgnored, SourceChanged
from zyra.transfer.headers import content_length, content_range, total_of_unsatisfied, validator
from zyra.transfer.pace import USUAL_PACE, Pace
from zyra.transfer.retries import Tries

ReportBytes = Callable[[int, int | None], None]


def ignore_bytes(received: int, total: int | None) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class Span:
    """Bytes from `start` up to, not including, `end`; None is the end of the file."""

    start: int = 0
    end: int | None = None


WHOLE = Span()


@dataclass(frozen=True)
class Remote:
    """A remote file and how it is asked for.

    Attributes:
        client: Makes the requests.
        address: A URL that the client reads.
        headers: Sent with each request to the URL's own origin.
        pace: The slowest that its server may be.
    """

    client: Client
    address: str
    headers: Headers = field(default_factory=dict)
    pace: Pace = USUAL_PACE

    @property
    def shown(self) -> str:
        """The URL for messages, with its secrets hidden."""
        return masked(self.address)


class _StartAnew(TransientTransferError):
    """The file is not the one whose beginning has been received."""


class Reception:
    """One transfer into `target`, with what has to be known to go on after a failure.

    Args:
        remote: The file.
        target: Receives the bytes.
        span: Which bytes; the whole file unless told.
        rewindable: Whether `target` can be emptied when the file has to be read anew.
        same_as: Validator of an earlier answer; another version of the file is refused.
        received: Bytes of the file that stand in `target` already, of the version `same_as`.
        limit: Most bytes that are written, when not None.
        report: Receives the bytes there are by now, and their total if known.

    Attributes:
        validator: Names the version of the file, if the server told one.
        written: Bytes that went into `target`, decoded.
        url: Where the file was found, after redirects; None until there is an answer.
        headers: Of the last answer.
    """

    def __init__(
        self,
        remote: Remote,
        target: IO[bytes],
        *,
        span: Span = WHOLE,
        rewindable: bool = True,
        same_as: str | None = None,
        received: int = 0,
        limit: int | None = None,
        report: ReportBytes = ignore_bytes,
    ) -> None:
        self.validator = same_as
        self.written = received
        self.url: Url | None = None
        self.headers: Headers = {}
        self._remote = remote
        self._target = target
        self._span = span
        self._origin = target.tell() - received if rewindable else None
        self._limit = limit
        self._report = report
        self._position = span.start + received
        self._total: int | None = None
        self._decoder: GzipDecoder | None = None

    def run(self) -> int:
        """Receive everything; return the number of bytes written.

        Raises:
            RangesIgnored: A range was asked for, and the server sends the whole file.
            LimitExceeded: There are more bytes than `limit`.
            SourceChanged: The file changed, and `target` cannot be emptied.
            TransferError: The transfer failed for good.
        """
        client = self._remote.client
        tries = Tries(client.retries, client.tell)
        while True:
            try:
                self._attempt()
            except TransientTransferError as error:
                tries.pause_after(error, self._position)
                if self.validator is None or isinstance(error, _StartAnew):
                    self._start_anew(error)
            else:
                return self.written

    @property
    def is_resumable(self) -> bool:
        """Whether another run could go on with what has been written."""
        return self.validator is not None and self._decoder is None

    def _attempt(self) -> None:
        headers = {**self._remote.headers, **self._range_headers()}
        with self._remote.client.get(self._remote.address, headers) as response:
            self._admit(response)
            if response.status != 416:
                for chunk in self._remote.pace.kept(response.chunks(), response.url.shown):
                    self._take(chunk)
        self._finish()

    def _range_headers(self) -> dict[str, str]:
        if self._position == 0 and self._span.end is None:
            return {}
        last = "" if self._span.end is None else self._span.end - 1
        headers = {"Range": f"bytes={self._position}-{last}"}
        return headers if self.validator is None else headers | {"If-Range": self.validator}

    def _admit(self, response: Answer) -> None:
        """Check that the body of `response` is what comes next."""
        self.url = response.url
        self.headers = response.headers
        if response.status == 416:
            self._admit_nothing(response)
        elif response.status == 206:
            self._admit_part(response)
        elif self._span != WHOLE and self.validator is None:
            raise RangesIgnored(f"{response.url.shown}: the server sends whole files only")
        elif self._span != WHOLE or self._position:
            raise self._changed()
        else:
            self._total = content_length(response)
            self.validator = validator(response.headers)
            self._decoder = decoder_for(response)

    def _admit_part(self, response: Answer) -> None:
        if not self._range_headers():
            raise TransferError(f"{response.url.shown}: sent a part, asked for the whole")
        part = content_range(response)
        other_total = None not in (part.total, self._total) and part.total != self._total
        other_version = self.validator is not None and validator(response.headers) not in (
            None,
            self.validator,
        )
        if other_total or other_version:
            raise self._changed()
        beyond = self._span.end is not None and part.end > self._span.end
        if part.start != self._position or beyond:
            raise TransferError(
                f"{response.url.shown}: sent bytes {part.start} to {part.end}, "
                f"asked from {self._position}"
            )
        if self._span != WHOLE and decoder_for(response) is not None:
            raise TransferError(f"{response.url.shown}: sends ranges of an encoded file only")
        self._total = self._total if part.total is None else part.total
        self.validator = self.validator or validator(response.headers)

    def _admit_nothing(self, response: Answer) -> None:
        total = total_of_unsatisfied(response)
        if self._span == WHOLE and self._position != total:
            raise self._changed()
        if self._span != WHOLE:
            size = "" if total is None else f" ({total} bytes)"
            raise TransferError(
                f"{response.url.shown}: byte {self._position} is beyond the end{size}",
                hint="the list of ranges belongs to another version of the file",
            )
        self._total = total

    def _take(self, chunk: bytes) -> None:
        self._position += len(chunk)
        for piece in (chunk,) if self._decoder is None else self._decoder.decoded(chunk):
            self.written += len(piece)
            if self._limit is not None and self.written > self._limit:
                raise LimitExceeded(f"{self._remote.shown}: more than {self._limit} bytes")
            self._target.write(piece)
        expected = self._expected()
        self._report(
            self._position - self._span.start,
            None if expected is None else expected - self._span.start,
        )

    def _expected(self) -> int | None:
        return self._total if self._span.end is None else self._span.end

    def _finish(self) -> None:
        expected = self._expected()
        if self._total is not None and expected is not None and expected > self._total:
            raise TransferError(
                f"{self._remote.shown}: ends at byte {self._total}, wanted up to {expected}",
                hint="the list of ranges belongs to another version of the file",
            )
        if expected is not None and self._position < expected:
            raise TransientTransferError(f"{self._remote.shown}: the answer was cut short")
        if expected is not None and self._position > expected:
            raise TransferError(f"{self._remote.shown}: sent more than it announced")
        if self._decoder is not None:
            self._decoder.finish()

    def _changed(self) -> TransferError:
        message = f"{self._remote.shown}: the file changed while it was being read"
        if self._span == WHOLE:
            return _StartAnew(message)
        return SourceChanged(message, hint="run the command again")

    def _start_anew(self, error: TransferError) -> None:
        """Forget what has been received.

        Raises:
            TransferError: `error`, when bytes have been passed on that cannot be taken back.
        """
        if self._origin is not None:
            self._target.seek(self._origin)
            self._target.truncate()
        elif self.written:
            raise error
        if self._span == WHOLE:
            self.validator = None
        self.written = 0
        self._position = self._span.start
        self._total = None
        self._decoder = None
