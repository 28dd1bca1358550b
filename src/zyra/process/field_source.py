"""Open the one source of a command as a list of fields, whatever its format."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from zyra.core.errors import UsageError, VariableNotFound
from zyra.core.job import Job
from zyra.fields.field import FieldInfo
from zyra.fields.formats import Dataset, Format, detect_format, open_dataset
from zyra.process.remote_part import local_part
from zyra.transfer.sources import local_copy

_DEFAULT_BACKEND = "cfgrib"


@contextmanager
def local_source(
    source: str, pattern: str | None, backend: str, job: Job, *, unsigned: bool = False
) -> Iterator[tuple[Path, Format]]:
    """Give a local file and its format; of a URL with an index, the matching messages alone.

    The folder of a Zarr store is a source as well.

    An index knows fewer names than the file: where it has no match, the whole file is fetched.

    Raises:
        UsageError: `backend` is one for GRIB, and this is none.
        UnsupportedFormat: The file is of no known format.
        TransferError: The URL cannot be fetched.
    """
    with ExitStack() as stack:
        try:
            path, _ = stack.enter_context(local_part(source, pattern, job, unsigned=unsigned))
        except VariableNotFound:
            job.tell("the index has no such field; fetching the whole file", detail=True)
            path = stack.enter_context(local_copy(source, job, unsigned=unsigned))
        found = detect_format(path)
        if found != "grib" and backend != _DEFAULT_BACKEND:
            raise UsageError(
                f"--backend {backend} has no effect on {found}", hint="it is for GRIB input only"
            )
        yield path, found


@contextmanager
def open_source(
    source: str, pattern: str | None, backend: str, job: Job, *, unsigned: bool = False
) -> Iterator[Dataset[FieldInfo]]:
    """Give the fields of a source; see `local_source`.

    Raises:
        DataError: The file is of no known format, or damaged.
    """
    with (
        local_source(source, pattern, backend, job, unsigned=unsigned) as (path, found),
        open_dataset(path, found) as dataset,
    ):
        yield dataset
