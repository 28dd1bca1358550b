"""Ask a server what it knows of a file, without fetching it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from zyra.core.errors import TransientTransferError
from zyra.transfer.client import Answer, Headers
from zyra.transfer.entries import Entry
from zyra.transfer.headers import content_length, content_range, total_of_unsatisfied
from zyra.transfer.receive import Remote
from zyra.transfer.retries import Tries

_FIRST_BYTE = {"Range": "bytes=0-0"}


def describe(remote: Remote, name: str) -> Entry:
    """Size, time and version of a remote file, as far as its server tells.

    One byte is asked for: many servers answer a HEAD otherwise than a GET.

    Raises:
        TransferError: It cannot be asked, or there is no such file.
    """
    tries = Tries(remote.client.retries, remote.client.tell)
    while True:
        try:
            return _asked(remote, name)
        except TransientTransferError as error:
            tries.pause_after(error, 0)


def modified_of(headers: Headers) -> datetime | None:
    """The time that `Last-Modified` tells, if it does."""
    try:
        moment = parsedate_to_datetime(headers.get("Last-Modified", ""))
    except ValueError:  # none, or one that is not a date
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _asked(remote: Remote, name: str) -> Entry:
    headers = {**remote.headers, **_FIRST_BYTE}
    with remote.client.get(remote.address, headers) as answer:
        told = answer.headers
        return Entry(name, remote.address, _size(answer), modified_of(told), told.get("ETag"))


def _size(answer: Answer) -> int | None:
    if answer.status == 206:
        return content_range(answer).total
    return total_of_unsatisfied(answer) if answer.status == 416 else content_length(answer)
