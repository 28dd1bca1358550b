"""The folders of jobs: what a command wrote, and its captured streams.

`<results>/<job id>/outputs` is the working folder of the command; beside it lie `stdout`,
`stderr` and, while it runs, `inputs` (links to what it reads) and `scratch`.
"""

import codecs
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from zyra.core.media_types import HEAD_BYTES, media_type_from, sniff
from zyra.core.outputs import PART_PREFIX
from zyra.jobs.plain_files import open_plain
from zyra.jobs.records import Captured, JobRecord, Output

JSON_TEXT_BYTES = 1 << 20
LITTLE_BYTES = 1 << 14
STREAMS = ("stdout", "stderr")
OUTPUTS, SCRATCH, INPUTS = "outputs", "scratch", "inputs"


@dataclass(frozen=True)
class Workspace:
    """The folder of one job.

    Inside, places are texts: while its caller waits, a run uses a dozen of them once each, and to
    make a `Path` takes as long as to use it.
    """

    folder: Path

    @property
    def outputs(self) -> Path:
        """Working folder of the command."""
        return Path(self.place(OUTPUTS))

    @property
    def scratch(self) -> Path:
        """Temporary files of the command."""
        return Path(self.place(SCRATCH))

    @property
    def steps(self) -> Path:
        """What is known of the steps of a pipeline while it runs."""
        return Path(self.place("steps.json"))

    def stream(self, name: str) -> Path:
        """Where the captured bytes of `stdout` or `stderr` are."""
        return Path(self.place(name))

    def place(self, name: str) -> str:
        """Where that is in it: `OUTPUTS`, `SCRATCH`, `stdout`, `stderr`."""
        return f"{self.folder}/{name}"

    def create(self, links: Mapping[str, str] | None = None) -> None:
        """Make the folders and links; what an earlier, lost attempt left is removed."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        try:
            self._make_folders()
        except FileExistsError:
            self.clear()
            self._make_folders()
        if links:
            os.mkdir(self.place(INPUTS), 0o700)
        for name, target in (links or {}).items():
            os.symlink(target, self.place(f"{INPUTS}/{name}"))

    def _make_folders(self) -> None:
        for name in (OUTPUTS, SCRATCH):
            os.mkdir(self.place(name), 0o700)

    def clear(self) -> None:
        """Remove what a run has left, but for the frames of the job."""
        for name in (OUTPUTS, SCRATCH, INPUTS):
            shutil.rmtree(self.place(name), ignore_errors=True)
        for name in STREAMS:
            self.stream(name).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def remove_scratch(self) -> None:
        """Remove the temporary files of the command and the links to what it read."""
        for folder in map(self.place, (SCRATCH, INPUTS)):
            try:
                os.rmdir(folder)  # nearly always empty or missing, and then this is all
            except FileNotFoundError:
                continue
            except OSError:
                shutil.rmtree(folder, ignore_errors=True)

    def has_little(self) -> bool:
        """Whether the command left no files and so little text that it is read in no time."""
        little = all(os.stat(self.place(name)).st_size <= LITTLE_BYTES for name in STREAMS)
        return little and not any(map(_has_entries, map(self.place, (OUTPUTS, SCRATCH))))

    def captured(self, name: str) -> Captured:
        """The beginning of a stream as text, if all of it is text; reads it whole."""
        place = self.place(name)
        size = os.stat(place).st_size
        if not size:
            return Captured()
        with FileIO(place) as stream:
            if not _is_text(stream, size):
                return Captured(size=size, is_text=False)
            text = _beginning(stream, size)
        return Captured(size=size, text=text, truncated=size > JSON_TEXT_BYTES)

    def with_text(self, name: str, known: Captured) -> Captured:
        """Add the text of a stream of which everything else is known; reads its beginning."""
        if not known.is_text or not known.size:
            return replace(known, text="", truncated=known.is_text and known.truncated)
        with FileIO(self.place(name)) as stream:
            return replace(known, text=_beginning(stream, known.size))

    def keep_binary_stdout(self) -> str:
        """Make stdout, which is not text, an output, `stdout.<suffix>`; return its name."""
        path = self.stream("stdout")
        with path.open("rb") as stream:
            _, suffix = sniff(stream.read(HEAD_BYTES))
        names = (f"stdout{number}{suffix}" for number in ("", *range(1, 1000)))
        name = next(name for name in names if not os.path.lexists(self.outputs / name))
        os.link(path, self.outputs / name)
        return name

    def collect(self, *, with_digests: bool = True) -> tuple[Output, ...]:
        """Describe every regular file that the command left, or has left so far, by name."""
        if next(_files(self.outputs), None) is None:  # then its real place need not be known
            return ()
        root = Path(os.path.realpath(self.outputs))
        found = (_describe(root, path, with_digests) for path in sorted(_files(root)))
        return tuple(output for output in found if output is not None)

    def output(self, name: str) -> Path:
        """Where an output is; a path for `plain_files.open_plain`."""
        return Path(os.path.realpath(self.outputs), name)


def write_whole(descriptor: int, chunk: bytes) -> None:
    """Write all of `chunk`, of which the system may take only a part at a time."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def with_text(record: JobRecord, results_dir: Path) -> JobRecord:
    """The record with the text of its streams, where the job is done and they are there."""
    workspace = Workspace(results_dir / record.job_id)
    if record.expired or not record.status.is_final:
        return record
    try:
        return record.changed(
            stdout=workspace.with_text("stdout", record.stdout),
            stderr=workspace.with_text("stderr", record.stderr),
        )
    except FileNotFoundError:  # it never began, or is removed just now
        return record


def _has_entries(folder: str) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is not None


def _files(folder: Path) -> Iterator[Path]:
    """Regular files below `folder` that are whole; links are not followed and not listed."""
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):  # a process of the run is not gone yet
        return
    for entry in entries:
        if entry.name.startswith(PART_PREFIX):
            continue  # a killed command was still writing it
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def _describe(root: Path, path: Path, with_digest: bool) -> Output | None:
    """Describe a file; None when it is not there any more, or has become something else."""
    try:
        stream = open_plain(path)
    except FileNotFoundError:
        return None
    with stream:
        facts = os.fstat(stream.fileno())
        head = os.pread(stream.fileno(), HEAD_BYTES, 0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest() if with_digest else None
    return Output(
        name=path.relative_to(root).as_posix(),
        size=facts.st_size,
        media_type=media_type_from(head, path.name),
        sha256=digest,
        modified=datetime.fromtimestamp(facts.st_mtime, UTC),
    )


def _is_text(stream: FileIO, size: int) -> bool:
    """Whether the whole file is UTF-8 without NUL characters."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, size, JSON_TEXT_BYTES):
            chunk = stream.read(min(size - begin, JSON_TEXT_BYTES))
            if b"\0" in chunk:
                return False
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _beginning(stream: FileIO, size: int) -> str:
    """What of a text of that size in bytes goes into a record."""
    beginning = os.pread(stream.fileno(), min(size, JSON_TEXT_BYTES), 0)
    return beginning.decode("utf-8", errors="ignore")
