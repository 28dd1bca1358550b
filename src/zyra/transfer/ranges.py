"""Fetch only some bytes of a remote file, or a small file whole."""

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import IO, BinaryIO

from zyra.core.errors import TransferError, UsageError
from zyra.core.job import Job
from zyra.core.urls import OBJECT_SCHEMES, scheme_of
from zyra.transfer.client import Client, Headers, using
from zyra.transfer.download import progress_in_bytes
from zyra.transfer.failures import RangesIgnored, RefusedByServer
from zyra.transfer.receive import Reception, Remote, ReportBytes, Span, ignore_bytes

SIDE_BY_SIDE = 4  # connections to one server; more is impolite
# A store that lists nothing to strangers denies what is not there.
_ABSENT = dict.fromkeys(OBJECT_SCHEMES, (403, 404))
_IN_MEMORY_BYTES = 4 << 20  # of one range that waits for its turn; the rest is on disk
_COPIED_BYTES = 1 << 20


def fetch_ranges(
    url: str,
    ranges: Sequence[tuple[int, int | None]],
    target: BinaryIO,
    job: Job,
    *,
    client: Client | None = None,
    unsigned: bool = False,
) -> int:
    """Write the bytes of `ranges` to `target`, in the order given; return how many.

    Adjacent ranges travel together, up to four requests side by side. From a server
    that knows no ranges the whole file is read once and cut here.

    Args:
        url: A URL of any scheme that is read.
        ranges: First byte, and the one after the last; None is the end of the file.
        target: Receives the bytes.
        job: Gives the network policy; told the progress.
        client: Makes the requests; one of its own when None.
        unsigned: Show no credentials to an object store.

    Raises:
        UsageError: A range is empty or negative.
        SourceChanged: The file changed between two of its ranges.
        TransferError: It cannot be fetched, or is shorter than the ranges.
    """
    spans = merged(ranges)
    if not spans:
        return 0
    report = progress_in_bytes(job) if len(spans) == 1 else ignore_bytes
    with using(client, url, job, unsigned=unsigned) as fetching:
        remote = Remote(fetching, url)
        try:
            first = _received(remote, spans[0], report=report)
        except RangesIgnored:
            return _cut_from_whole(remote, spans, target, job)
        written = first.append_to(target)
        rest = _side_by_side(
            lambda span: _received(remote, span, same_as=first.validator), spans[1:]
        )
        for done, part in enumerate(rest, start=2):
            written += part.append_to(target)
            job.progress(done / len(spans), f"{done} of {len(spans)} ranges")
        return written


def merged(ranges: Sequence[tuple[int, int | None]]) -> list[Span]:
    """The ranges with those joined that follow one another without a gap.

    Raises:
        UsageError: A range is empty or negative.
    """
    spans: list[Span] = []
    for start, end in ranges:
        if start < 0 or (end is not None and end <= start):
            raise UsageError(f"bytes {start} to {end} are not a range")
        if spans and spans[-1].end == start:
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
    return spans


def fetch_bytes(
    url: str,
    job: Job,
    limit: int,
    *,
    client: Client | None = None,
    headers: Headers | None = None,
    unsigned: bool = False,
) -> bytes | None:
    """Read a small file, such as an index, whole; None when there is none.

    Raises:
        LimitExceeded: It has more than `limit` bytes.
        TransferError: It cannot be fetched.
    """
    target = BytesIO()
    with using(client, url, job, unsigned=unsigned) as fetching:
        try:
            Reception(Remote(fetching, url, headers or {}), target, limit=limit).run()
        except RefusedByServer as error:
            if error.status in _ABSENT.get(scheme_of(url), (404, 410)):
                return None
            raise
    return target.getvalue()


@dataclass(frozen=True)
class _Part:
    """The bytes of one span, and the version of the file they are from."""

    file: IO[bytes]
    validator: str | None

    def append_to(self, target: BinaryIO) -> int:
        with self.file:
            self.file.seek(0)
            shutil.copyfileobj(self.file, target, _COPIED_BYTES)
            return self.file.tell()


def _received(
    remote: Remote,
    span: Span,
    *,
    same_as: str | None = None,
    report: ReportBytes = ignore_bytes,
) -> _Part:
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - handed on open
    try:
        reception = Reception(remote, file, span=span, same_as=same_as, report=report)
        reception.run()
    except BaseException:
        file.close()
        raise
    return _Part(file, reception.validator)


def _side_by_side(fetch: Callable[[Span], _Part], spans: Sequence[Span]) -> Iterator[_Part]:
    """The parts in the order of `spans`, a few ahead of the reader, never more."""
    waiting: deque[Future[_Part]] = deque()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        try:
            for span in spans:
                waiting.append(pool.submit(fetch, span))
                if len(waiting) == SIDE_BY_SIDE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                _discard(future)


def _discard(future: Future[_Part]) -> None:
    if not future.cancel() and future.exception() is None:
        future.result().file.close()


def _cut_from_whole(remote: Remote, spans: Sequence[Span], target: BinaryIO, job: Job) -> int:
    with tempfile.TemporaryFile() as whole:
        size = Reception(remote, whole, report=progress_in_bytes(job)).run()
        for span in spans:
            end = size if span.end is None else span.end
            if end > size or span.start >= size:
                raise TransferError(
                    f"{remote.shown}: has {size} bytes, wanted {span.start} to {end}",
                    hint="the list of ranges belongs to another version of the file",
                )
            _copy(whole, span.start, end, target)
        return sum((size if span.end is None else span.end) - span.start for span in spans)


def _copy(source: IO[bytes], start: int, end: int, target: BinaryIO) -> None:
    source.seek(start)
    while start < end:
        piece = source.read(min(_COPIED_BYTES, end - start))
        target.write(piece)
        start += len(piece)
