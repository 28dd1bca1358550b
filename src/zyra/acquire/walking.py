"""Look through folders of folders, level by level, a few at a time."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from zyra.acquire.batch import SIDE_BY_SIDE
from zyra.core.errors import LimitExceeded, TransientTransferError
from zyra.transfer.client import Tell
from zyra.transfer.entries import Entry
from zyra.transfer.retries import Retries, Tries

MOST_ENTRIES = 1_000_000

Look = Callable[[Entry], list[Entry]]


def walk(top: Entry, look: Look, depth: int, *, retries: Retries, tell: Tell) -> list[Entry]:
    """The entries of a folder, with their paths below it; of its folders, too, down to `depth`.

    A folder that is looked into is not an entry itself; one that is left alone is. A folder
    that is found twice is looked into once.

    Args:
        top: The folder.
        look: Lists one folder.
        depth: How many levels of folders below the first are looked into.
        retries: How a listing that fails for a passing reason is repeated.
        tell: Receives a line for each new try.

    Raises:
        LimitExceeded: There are more than a million entries, folders among them.
        TransferError: A folder cannot be listed.
    """
    ask = partial(_asked, look=look, retries=retries, tell=tell)
    found: list[Entry] = []
    level, seen = [top], {top.url}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for remaining in range(depth, -1, -1):
            entries = list(_named(level, list(pool.map(ask, level))))
            if remaining:
                entries = [_without_its_files(entry) for entry in entries]
            deeper = [entry for entry in entries if entry.is_folder and remaining]
            found += [entry for entry in entries if not (entry.is_folder and remaining)]
            level = [entry for entry in deeper if entry.url not in seen]
            seen |= {entry.url for entry in level}
            if len(found) + len(seen) > MOST_ENTRIES:
                raise LimitExceeded(f"{top.url} has more than {MOST_ENTRIES} entries")
    return found


def _named(level: Sequence[Entry], lists: Sequence[list[Entry]]) -> Iterator[Entry]:
    for folder, entries in zip(level, lists, strict=True):
        for entry in entries:
            yield replace(entry, name=folder.name + entry.name)


def _without_its_files(entry: Entry) -> Entry:
    """A folder that cannot be looked into, as one more thing that cannot be fetched."""
    return entry if entry.problem is None else replace(entry, name=entry.name.rstrip("/"))


def _asked(folder: Entry, *, look: Look, retries: Retries, tell: Tell) -> list[Entry]:
    tries = Tries(retries, tell)
    while True:
        try:
            return look(folder)
        except TransientTransferError as error:
            tries.pause_after(error, 0)
