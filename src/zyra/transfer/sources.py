"""Give a command its one source as a local file, whatever the source is."""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from zyra.core.errors import UsageError
from zyra.core.inputs import input_path
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.network import SCHEMES
from zyra.core.urls import OBJECT_SCHEMES, masked, scheme_of, split_url

# Loaded for a URL only: a command with a local input starts 50 ms sooner without.
FETCH = "zyra.transfer.download:fetch"


def is_url(text: str) -> bool:
    """Whether `text` names a remote source rather than a local path."""
    return bool(scheme_of(text))


@contextmanager
def local_copy(
    source: str,
    job: Job,
    *,
    unsigned: bool = False,
    takes_folder: Callable[[Path], bool] | None = None,
) -> Iterator[Path]:
    """Give a path to `source`: a local file itself, `-` and URLs as a temporary file.

    Args:
        source: Path, `-` for stdin, or a URL.
        job: Gives stdin, the network policy, credentials and progress.
        unsigned: Show no credentials to an object store.
        takes_folder: Whether a local folder is a source as well, as Zarr stores are; none is
            without it.

    Raises:
        InputNotFound: The local file cannot be read.
        UsageError: The URL has a scheme that is not read.
        TransferError: The URL cannot be fetched.
    """
    if not is_url(source):
        if takes_folder is not None and takes_folder(Path(source)):
            yield Path(source)
            return
        with input_path(source, job) as path:
            yield path
        return
    refuse_other_schemes(source)
    with tempfile.TemporaryDirectory(prefix="zyra-") as folder:
        path = Path(folder) / f"source{_suffix(source)}"
        load(FETCH)(source, path, job, unsigned=unsigned)
        yield path


def refuse_other_schemes(source: str, schemes: Sequence[str] = SCHEMES) -> None:
    """Refuse a URL whose scheme is not among `schemes`.

    Raises:
        UsageError: It is not.
    """
    if scheme_of(source) not in schemes:
        *others, last = schemes
        raise UsageError(
            f"cannot read {masked(source)}: it is read from {', '.join(others)} and {last} URLs",
            hint="fetch it by other means and name the local file",
        )


def refuse_unsigned(unsigned: bool, source: str) -> None:
    """Refuse `--unsigned` where it has no effect.

    Raises:
        UsageError: It is given with a source that is not in an object store.
    """
    if unsigned and scheme_of(source) not in OBJECT_SCHEMES:
        raise UsageError(
            f"--unsigned has no effect on {masked(source)}",
            hint="it is for s3://, gs:// and az:// sources only; leave it out",
        )


def _suffix(source: str) -> str:
    """Suffix of the file's name in a URL, kept because formats are told by it."""
    suffix = PurePosixPath(split_url(source).name).suffix
    return suffix if re.fullmatch(r"\.[A-Za-z0-9_]{1,16}", suffix) else ""
