"""Open a file of film or sound so that it can name no other.

Three locks, each enough by itself: the reader is chosen by us and reads no lists
(`media.magic`); FFmpeg gets an open stream instead of a name, and what it wants to open
beside is refused; its own lists of protocols and formats allow nothing else.
"""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NoReturn

import av
from av.audio.stream import AudioStream
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from zyra.core.errors import DataError, LimitExceeded, UnsupportedFormat
from zyra.media.failures import reading
from zyra.media.film_size import MOST_PIXELS
from zyra.media.magic import reader_of

_BUFFER_BYTES = 1 << 18
_MOST_STREAMS = 64
_UNKNOWN_LENGTH = 0xFFFFFFFF


class _Source:
    """A file as FFmpeg reads it; a damaged one may ask for a place that no file has."""

    def __init__(self, stream: BinaryIO) -> None:
        self.read = stream.read
        self.tell = stream.tell
        self._stream = stream

    def seek(self, offset: int, whence: int) -> int:
        """Go there and return the place, or the negative number that FFmpeg takes for a refusal."""
        try:
            return self._stream.seek(offset, whence)
        except OSError as exc:
            return -(exc.errno or errno.EINVAL)


@contextmanager
def open_media(path: Path, name: str) -> Iterator[InputContainer]:
    """Open a film or sound for reading.

    Args:
        path: The local file.
        name: What the user calls it, for errors.

    Raises:
        UnsupportedFormat: It is of no known format, or a list of others.
        DataError: It is damaged or cut off.
        LimitExceeded: It declares pictures beyond any film.
    """
    reader = reader_of(path, name)
    _check_length(path, name)
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": reader,
        "max_pixels": str(MOST_PIXELS),
        "max_streams": str(_MOST_STREAMS),
    }
    with path.open("rb") as stream:
        with reading(name):
            container = av.open(
                _Source(stream),
                "r",
                reader,
                options=options,
                io_open=_refuse,
                buffer_size=_BUFFER_BYTES,
                metadata_errors="replace",
            )
        with container:
            _check(container, name)
            yield container


def film_of(container: InputContainer) -> VideoStream | None:
    """The first stream of moving pictures; a cover picture is none."""
    films = (s for s in container.streams.video if not s.disposition & Disposition.attached_pic)
    return next(films, None)


def sound_of(container: InputContainer) -> AudioStream | None:
    """The first stream of sound."""
    return next(iter(container.streams.audio), None)


def require_film(container: InputContainer, name: str) -> VideoStream:
    """The first stream of moving pictures, ready to be decoded on all processors.

    Raises:
        UnsupportedFormat: There is none, or none that can be decoded.
    """
    stream = film_of(container)
    if stream is None:
        raise UnsupportedFormat(f"{name} has no film in it", hint=_found(container))
    _require_decoder(stream, name)
    if not stream.width or not stream.height:
        raise DataError(
            f"the pictures of {name} have no size, or more than {MOST_PIXELS:,} pixels",
            hint="the file is damaged or cut off, or no film for screens",
        )
    stream.thread_type = ThreadType.AUTO
    # Pictures may grow in the middle of a film; the decoder refuses what is beyond.
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    return stream


def require_sound(container: InputContainer, name: str) -> AudioStream:
    """The first stream of sound.

    Raises:
        UnsupportedFormat: There is none, or none that can be decoded.
    """
    stream = sound_of(container)
    if stream is None:
        raise UnsupportedFormat(f"{name} has no sound in it", hint=_found(container))
    check_sound(stream, name)
    return stream


def check_sound(stream: AudioStream, name: str) -> None:
    """Refuse a sound that cannot be decoded.

    Raises:
        UnsupportedFormat: There is no decoder for it.
        DataError: It has no rate or no channels.
    """
    _require_decoder(stream, name)
    if stream.sample_rate < 1 or stream.channels < 1:
        raise DataError(
            f"the sound of {name} has {stream.channels} channels and {stream.sample_rate} "
            "samples/s: the file is damaged or cut off"
        )


def _refuse(url: str, _flags: int, _options: Mapping[str, str]) -> NoReturn:
    raise UnsupportedFormat(
        f"the file names another, {url[:100]!r}, which is not opened",
        hint="give the film or sound itself",
    )


def _check_length(path: Path, name: str) -> None:
    """Refuse a RIFF file (WAV, AVI) that says it is longer than it is; FFmpeg reads what is there.

    Writers that do not know the length beforehand say 0 or the largest number.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
    declared = int.from_bytes(head[4:], "little") + len(head)
    found = path.stat().st_size
    if head.startswith(b"RIFF") and found < declared < _UNKNOWN_LENGTH:
        raise DataError(
            f"{name} is cut off: it has {found:,} of {declared:,} bytes",
            hint="fetch or make the file again",
        )


def _check(container: InputContainer, name: str) -> None:
    if not len(container.streams):
        raise DataError(f"{name} has no stream in it: it is damaged or cut off")
    for stream in container.streams.video:
        width, height = (stream.width, stream.height) if stream.codec_context else (0, 0)
        if width * height > MOST_PIXELS:
            raise LimitExceeded(
                f"{name} declares pictures of {width}x{height}, more than {MOST_PIXELS:,} pixels"
            )


def _require_decoder(stream: VideoStream | AudioStream, name: str) -> None:
    if stream.codec_context is None:
        raise UnsupportedFormat(f"{name}: there is no decoder for its {stream.type}")


def _found(container: InputContainer) -> str:
    return f"it holds {', '.join(stream.type for stream in container.streams)}"
