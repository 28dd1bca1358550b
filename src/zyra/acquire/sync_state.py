"""What is known of the files that a folder is kept equal to, in a small file in it."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from zyra.acquire.manifest import json_time
from zyra.core.errors import DataError, OutputError
from zyra.core.job import Job
from zyra.core.outputs import open_output, output_errors
from zyra.core.urls import masked
from zyra.transfer.entries import Entry

STATE_NAME = ".zyra-sync.json"


@dataclass(frozen=True)
class Record:
    """A remote file as it was when it was fetched.

    Attributes:
        source: Its URL, with its secrets hidden.
        size, modified, etag: As its server told them; None where it did not.
        stored: Bytes of the local file.
    """

    source: str
    size: int | None
    modified: str | None
    etag: str | None
    stored: int

    def is_of(self, entry: Entry) -> bool:
        """Whether it was fetched from where `entry` is; signatures in URLs do not count."""
        return self.source == masked(entry.url)

    def tells_change(self, entry: Entry) -> bool:
        """Whether what is told of `entry` differs from what was told before."""
        before = (self.size, self.modified, self.etag)
        now = (entry.size, json_time(entry.modified), entry.etag)
        pairs = zip(before, now, strict=True)
        return not self.is_of(entry) or any(
            None not in pair and len(set(pair)) > 1 for pair in pairs
        )


def record_of(entry: Entry, stored: int) -> Record:
    """The record of a file that has been fetched."""
    return Record(masked(entry.url), entry.size, json_time(entry.modified), entry.etag, stored)


class FolderInUse(OutputError):
    """Another run keeps the same folder equal to a source."""


@contextmanager
def locked(folder: str, job: Job) -> Iterator[None]:
    """Keep a folder, which is made if there is none, from other runs.

    Each would forget the records of the other.

    Raises:
        FolderInUse: Another run has it.
        OutputError: It cannot be made.
    """
    with output_errors(folder):
        Path(folder).mkdir(parents=True, exist_ok=True)
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise FolderInUse(
                f"another run is bringing files into {folder}", hint="wait for its end"
            ) from exc
        except OSError as exc:  # some network file systems lock no folders
            job.tell(f"{folder} cannot be locked: {exc.strerror}", detail=True)
        yield
    finally:
        os.close(place)


def read_state(folder: str) -> dict[str, Record]:
    """The records of a folder by name; none where nothing was fetched into it.

    Raises:
        DataError: The file is damaged.
    """
    path = Path(folder, STATE_NAME)
    if not path.is_file():
        return {}
    try:
        files = json.loads(path.read_bytes())["files"]
        return {name: Record(**record) for name, record in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise DataError(
            f"{path} is damaged", hint="remove it: files are then compared by size and time"
        ) from exc


def write_state(folder: str, records: Mapping[str, Record], job: Job) -> None:
    """Keep the records of a folder.

    Raises:
        OutputError: They cannot be written.
    """
    files = {name: asdict(record) for name, record in sorted(records.items())}
    text = json.dumps({"files": files}, ensure_ascii=False, indent=1)
    with open_output(str(Path(folder, STATE_NAME)), job) as stream:
        stream.write(f"{text}\n".encode())
