"""Write files on servers under a temporary name first; go on with what broke off.

The temporary name is made of what is sent: its name, size and time of change. So the next
connection, even of another run, finds what the last one left, asks how much of it is there
and sends the rest. Two runs that send one file at once write equal bytes to equal places.
"""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

from zyra.core.errors import TransientTransferError, ZyraError
from zyra.core.outputs import PART_PREFIX
from zyra.transfer.bodies import FileBody, file_body, part_of
from zyra.transfer.client import CHUNK_BYTES, Tell
from zyra.transfer.receive import ReportBytes
from zyra.transfer.retries import Retries, Tries

Pieces = Callable[[int], Iterable[bytes]]


class Place(Protocol):
    """Where one file is written, seen over one connection."""

    def size(self) -> int | None:
        """Bytes that are there under the temporary name; None where the server does not tell."""

    def write(self, pieces: Pieces, start: int) -> None:
        """Write what `pieces` gives from a byte on: `start`, or 0 where the server cannot."""

    def finish(self) -> None:
        """Give the file its name."""

    def forget(self) -> None:
        """Remove what is there under the temporary name, as far as that is possible."""


class Placing(Protocol):
    """A client that writes files."""

    retries: Retries
    tell: Tell

    def placing(self, address: str, part: str) -> AbstractContextManager[Place]:
        """A connection to where `address` is to be written, under the name `part` at first."""


def upload_file(client: Placing, address: str, path: Path, report: ReportBytes) -> int:
    """Write the file `path` to `address`, over as many connections as it takes; return its size.

    Raises:
        InputNotFound: The file cannot be read.
        DataError: It changes while it is sent.
        TransferError: It cannot be written; nothing stands under its name then.
    """
    whole = file_body(path, report=lambda sent: report(sent, whole.length))
    part, tries = _part_name(address, whole), Tries(client.retries, client.tell)
    while True:
        reached = 0
        try:
            with client.placing(address, part) as place:
                reached = _begun(place, whole.length)
                _send(place, whole, reached)
                return whole.length
        except TransientTransferError as error:
            tries.pause_after(error, reached)


def upload_stream(client: Placing, address: str, stream: IO[bytes], report: ReportBytes) -> int:
    """Write a stream to `address`, once; return its size.

    Raises:
        TransferError: It cannot be written; nothing stands under its name then.
    """
    sent = 0

    def pieces(_: int) -> Iterable[bytes]:
        nonlocal sent
        while piece := stream.read(CHUNK_BYTES):
            yield piece
            sent += len(piece)
            report(sent, None)

    part = f"{PART_PREFIX}{hashlib.sha256(address.encode()).hexdigest()[:16]}"
    with client.placing(address, part) as place:
        try:
            place.write(pieces, 0)
            _check(place, sent)
            place.finish()
        except BaseException:
            place.forget()
            raise
    return sent


def _send(place: Place, whole: FileBody, start: int) -> None:
    try:
        place.write(lambda at: part_of(whole, at, whole.length - at).pieces(), start)
        _check(place, whole.length)
        place.finish()
    except TransientTransferError:
        raise  # what is there can be gone on with
    except ZyraError:
        place.forget()
        raise


def _begun(place: Place, length: int) -> int:
    """How much of the file is there already; what is longer than it is something else."""
    there = place.size() or 0
    return there if there <= length else 0


def _check(place: Place, length: int) -> None:
    there = place.size()
    if there not in (None, length):
        raise TransientTransferError(
            f"{there} of {length} bytes arrived", hint="the connection is unstable: try again"
        )


def _part_name(address: str, whole: FileBody) -> str:
    mark = f"{address} {whole.path.name} {whole.version}"
    return f"{PART_PREFIX}{hashlib.sha256(mark.encode()).hexdigest()[:16]}"
