"""What FFmpeg says when it fails, as errors of ours."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import av

from zyra.core.errors import DataError, LimitExceeded, OutputError

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Translate what goes wrong while the file `name` is read and decoded.

    Raises:
        DataError: It is damaged, cut off or empty, or asks for more memory than there is.
    """
    try:
        yield
    except (av.error.MemoryError, MemoryError) as exc:
        # Nearly always a length in a damaged header.
        raise DataError(
            f"{name} asks for more memory than this run has: it is damaged, or too large a film"
        ) from exc
    except av.FFmpegError as exc:
        raise DataError(
            f"{name} is damaged or cut off: {said(exc)}", hint="fetch or make the file again"
        ) from exc


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Translate what goes wrong while a film or sound is encoded and written.

    Raises:
        OutputError: No space, or the encoder refuses what it is given.
        LimitExceeded: It needs more memory than there is.
    """
    try:
        yield
    except (av.error.MemoryError, MemoryError) as exc:
        raise LimitExceeded(
            f"encoding {name} needs more memory than this run has", hint="choose a smaller size"
        ) from exc
    except av.FFmpegError as exc:
        if exc.errno in _NO_SPACE:
            raise OutputError(f"no space to write {name}: {exc.strerror}") from exc
        raise OutputError(
            f"{name} cannot be encoded: {said(exc)}",
            hint="choose another size, rate, pixel format or codec",
        ) from exc


@contextmanager
def silent_libraries() -> Iterator[None]:
    """Keep what encoders print on their own from stderr; around what returns at once only.

    SVT-AV1 greets there when it opens and closes, and listens to nothing but the environment.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a descriptor is wanted
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def said(error: av.FFmpegError) -> str:
    """FFmpeg's words for an error, without its number and without our paths."""
    return (error.strerror or type(error).__name__).strip()
