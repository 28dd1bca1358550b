"""Open a GRIB source for a command, and copy messages of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zyra.core.errors import DataError
from zyra.core.job import Job
from zyra.fields.grib import Message, read_inventory, read_message, read_whole_message
from zyra.process.remote_part import Excerpt, local_part


@contextmanager
def open_grib(
    source: str, pattern: str | None, job: Job, *, unsigned: bool = False
) -> Iterator[tuple[Path, Sequence[Message]]]:
    """Give a local file and its fields; of a URL with an index, only those that match.

    Where `source` is a URL with an `.idx` beside it and a pattern is given, only the byte
    ranges of the matching messages are fetched. The fields then keep the numbers, offsets
    and lines they have in the remote file. Otherwise every field is listed.

    Raises:
        VariableNotFound: Nothing in the index matches the pattern.
        DataError: It is no GRIB, damaged, or the index does not belong to it.
        TransferError: The URL cannot be fetched.
    """
    with local_part(source, pattern, job, unsigned=unsigned) as (path, excerpt):
        found = read_inventory(path)
        yield path, found if excerpt is None else _as_in_index(found, excerpt)


def copied_messages(path: Path, chosen: Sequence[Message]) -> Iterator[bytes]:
    """The bytes of each field; whole and unchanged where all fields of a message are chosen."""
    by_message: dict[int, list[Message]] = {}
    for message in chosen:
        by_message.setdefault(message.place.whole[0], []).append(message)
    for together in by_message.values():
        if len(together) == together[0].place.fields:
            yield read_whole_message(path, together[0])
        else:
            yield from (read_message(path, message) for message in together)


def _as_in_index(found: Sequence[Message], excerpt: Excerpt) -> list[Message]:
    """The wanted ones of the fetched fields, numbered as in the remote file."""
    if len(excerpt.fetched) != len(found):
        raise DataError(
            f"the index has {len(excerpt.fetched)} fields where the file has {len(found)}",
            hint="the index belongs to another version of the file; leave --pattern out",
        )
    return [
        replace(
            message,
            number=entry.number,
            line=entry.line,
            place=replace(message.place, ordinal=entry.ordinal, offset=entry.offset),
        )
        for message, entry in zip(found, excerpt.fetched, strict=True)
        if entry in excerpt.wanted
    ]
