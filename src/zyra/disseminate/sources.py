"""The files that a command is to send, and the names they get at their destination."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from zyra.core.errors import OutputError, UsageError
from zyra.core.inputs import STDIN, existing_file, open_input
from zyra.core.job import Job
from zyra.core.natural_order import natural_order
from zyra.core.outputs import PART_PREFIX
from zyra.disseminate.commands.sending_args import Overwrite, SourceArgs
from zyra.transfer.download import progress_in_bytes
from zyra.transfer.entries import Entry
from zyra.transfer.together import Together

SMALL_BYTES = 1 << 20


@dataclass(frozen=True)
class Source:
    """One file to send.

    Attributes:
        path: Of the file, or - for stdin.
        name: What it is called below the destination; with slashes where it is in a folder of
            the folder that was given, and empty for stdin.
    """

    path: str
    name: str

    @property
    def size(self) -> int | None:
        """Bytes; None for stdin and pipes.

        Raises:
            InputNotFound: The file cannot be read.
        """
        if self.path == STDIN:
            return None
        path = existing_file(self.path)
        return path.stat().st_size if path.is_file() else None


@contextmanager
def opened(source: Source, job: Job) -> Iterator[Path | BinaryIO]:
    """A path where the size is known, else a stream."""
    if source.size is not None:
        yield Path(source.path)
        return
    with open_input(source.path, job) as stream:
        yield stream


def sources_of(args: SourceArgs) -> list[Source]:
    """Every file to send, in natural order within its folder.

    Raises:
        UsageError: A folder holds no file, or two files would get one name.
    """
    found = [source for path in args.given for source in _sources(path)]
    _refuse_twins(found)
    return found


def goes_into_folder(args: SourceArgs) -> bool:
    """Whether the destination is a folder by what is sent: several files, or a folder."""
    return args.inputs is not None or any(Path(path).is_dir() for path in args.given)


def is_wanted(source: Source, there: Entry | None, rule: Overwrite, job: Job) -> bool:
    """Whether `source` is to be sent where `there` is what has its name, if anything.

    Raises:
        OutputError: Something is there, and the rule is to refuse that.
    """
    if there is None or rule == "always":
        return True
    if rule == "refuse":
        raise OutputError(
            f"{there.name} is there already", hint="choose what becomes of it with --overwrite"
        )
    if rule == "changed" and _has_changed(source, there):
        return True
    job.tell(f"left {there.name} as it is", detail=True)
    return False


def sent_bytes(job: Job, sources: Sequence[Source]) -> Together:
    """Reports the bytes of `sources`, which are sent side by side, as the job's progress.

    Raises:
        InputNotFound: One cannot be read.
    """
    report, total = progress_in_bytes(job), _total_bytes(sources)
    return Together(lambda sent: report(sent, total))


def _total_bytes(sources: Sequence[Source]) -> int | None:
    """Bytes of all sources; None where one does not tell.

    Raises:
        InputNotFound: One cannot be read.
    """
    sizes = [source.size for source in sources]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def send_all(sources: Sequence[Source], send: Callable[[Source], None], at_once: int) -> None:
    """Send all, the small ones side by side; the first failure ends it.

    Args:
        sources: What is sent.
        send: Sends one; several threads call it.
        at_once: How many small ones are sent at a time.

    Raises:
        ZyraError: Whatever sending one of them raises.
    """
    small = [source for source in sources if (source.size or SMALL_BYTES) < SMALL_BYTES]
    with ThreadPoolExecutor(at_once) as pool:
        running = [pool.submit(send, source) for source in small]
        try:
            for done in as_completed(running):
                done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for source in sources:  # large ones one after the other: parts of one go side by side
        if source not in small:
            send(source)


def _sources(path: str) -> Iterator[Source]:
    if path == STDIN:
        yield Source(STDIN, "")
    elif Path(path).is_dir():
        names = sorted(_names_below(Path(path)), key=natural_order)
        if not names:
            raise UsageError(f"the folder {path} holds no file")
        for name in names:
            yield Source(str(Path(path, name)), name)
    else:
        yield Source(path, Path(path).name)


def _names_below(folder: Path) -> Iterator[str]:
    """Files below a folder; of links to folders none, and no file that is still being written."""
    for below, _, names in os.walk(folder):
        for name in names:
            if not name.startswith(PART_PREFIX):
                yield Path(below, name).relative_to(folder).as_posix()


def _refuse_twins(found: list[Source]) -> None:
    first: dict[str, str] = {}
    for source in found:
        other = first.setdefault(source.name, source.path)
        if other != source.path:
            raise UsageError(
                f"{other} and {source.path} would both become {source.name}",
                hint="send them to different folders",
            )


def _has_changed(source: Source, there: Entry) -> bool:
    """Whether sizes differ, or the source is newer; also where the destination does not tell."""
    facts = existing_file(source.path).stat()
    if there.size is None or there.modified is None or there.size != facts.st_size:
        return True
    return datetime.fromtimestamp(facts.st_mtime, tz=UTC) > there.modified
