"""Give a command its one source as a local file, whatever the source is."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from zyra.core.errors import UsageError
from zyra.core.inputs import input_path
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.urls import masked, split_url

# Loaded for a URL only: a command with a local input starts 50 ms sooner without.
FETCH = "zyra.transfer.download:fetch"

_SCHEME = re.compile(r"(?i)([a-z][a-z0-9+.-]*)://")
_FETCHED = ("http", "https")


def is_url(text: str) -> bool:
    """Whether `text` names a remote source rather than a local path."""
    return _SCHEME.match(text) is not None


@contextmanager
def local_copy(source: str, job: Job) -> Iterator[Path]:
    """Give a path to `source`: a local file itself, `-` and URLs as a temporary file.

    Args:
        source: Path, `-` for stdin, or an http or https URL.
        job: Gives stdin, the network policy and progress.

    Raises:
        InputNotFound: The local file cannot be read.
        UsageError: The URL has a scheme that is not read.
        TransferError: The URL cannot be fetched.
    """
    if not is_url(source):
        with input_path(source, job) as path:
            yield path
        return
    refuse_other_schemes(source)
    with tempfile.TemporaryDirectory(prefix="zyra-") as folder:
        path = Path(folder) / f"source{_suffix(source)}"
        load(FETCH)(source, path, job)
        yield path


def refuse_other_schemes(source: str) -> None:
    """Refuse a URL that is not http or https.

    Raises:
        UsageError: It is not.
    """
    found = _SCHEME.match(source)
    if found is None or found[1].lower() not in _FETCHED:
        raise UsageError(
            f"cannot read {masked(source)}: this version reads http and https URLs",
            hint="fetch it by other means and name the local file",
        )


def refuse_unsigned(unsigned: bool, source: str) -> None:
    """Refuse `--unsigned` where it has no effect.

    Raises:
        UsageError: It is given with a source that is not an `s3://` URL.
    """
    if unsigned and not source.lower().startswith("s3://"):
        raise UsageError(
            f"--unsigned has no effect on {masked(source)}",
            hint="it is for s3:// sources only; leave it out",
        )


def _suffix(source: str) -> str:
    """Suffix of the file's name in a URL, kept because formats are told by it."""
    suffix = PurePosixPath(split_url(source).name).suffix
    return suffix if re.fullmatch(r"\.[A-Za-z0-9_]{1,16}", suffix) else ""
