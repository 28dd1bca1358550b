"""Write a film, picture by picture, as they come."""

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags as CodecFlags
from av.codec.context import ThreadType
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from zyra.core.errors import DataError, ShapeMismatch, UsageError
from zyra.media.failures import said, silent_libraries, writing
from zyra.media.film_settings import CODECS, MUXERS, FilmSettings
from zyra.media.film_size import even_size
from zyra.media.planes import Bytes, label_as_bt709, label_like, planes_from_rgb
from zyra.media.sound_settings import SoundSettings
from zyra.media.sound_stream import add_sound_stream

_YUV = re.compile("yuv[0-9j]|nv")  # neither RGB, which no player expects, nor transparency
_LAMBDA = 118  # FF_QP2LAMBDA of libavutil/avutil.h
_QUANTISER = 3  # of MPEG-2 and MPEG-4 without a bitrate: 1 is best, 31 worst


class FilmWriter:
    """A film file under construction; a context manager that finishes it.

    Pictures are encoded as they are added, on all processors. Equal pictures and settings give
    equal bytes on equal machines: nothing of date or version is written.

    Args:
        path: File to write, usually what `core.outputs.output_path` gives; it is replaced.
        settings: Codec, rate and quality; see `film_settings`.
        size: Width and height of the pictures; odd ones are raised by one.
        sound: Codec and rate of a sound track; None for a silent film.
        aspect: Width to height of one pixel.
        like: A frame that has the colours of all; BT.709, limited range, when None.
        tags: Texts to keep in it, such as a title.

    Raises:
        UsageError: The codec does not take that layout of pixels.
        LimitExceeded: The size is beyond any film.
        OutputError: The encoder refuses the settings, or the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        settings: FilmSettings,
        size: tuple[int, int],
        *,
        sound: SoundSettings | None = None,
        aspect: Fraction = Fraction(1),
        like: VideoFrame | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self.size = even_size(size)
        self.frames = 0
        self._name = f"the film of {self.size[0]}x{self.size[1]}"
        with writing(self._name):
            # An absolute path cannot be taken for a protocol.
            self._container = av.open(
                str(path.absolute()),
                "w",
                MUXERS[settings.container],
                options=muxer_options(settings),
            )
        self._container.metadata.update(tags or {})
        self._stream = _add_film_stream(self._container, settings, self.size)
        if like is None:
            label_as_bt709(self._stream.codec_context)
        else:
            label_like(self._stream.codec_context, like)
        self._stream.codec_context.sample_aspect_ratio = aspect
        self._open_encoder()
        self._sound = add_sound_stream(self._container, sound) if sound else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            # Writes the end of the file; of a film that failed nobody will see it.
            with writing(self._name), silent_libraries():
                self._container.close()

    def add(self, picture: VideoFrame | Bytes, *, times: int = 1) -> None:
        """Append a picture.

        Args:
            picture: Planes, as `planes_from_indices` gives them, or RGB, (height, width, 3).
            times: For how many frames it stands.

        Raises:
            ShapeMismatch: It has another size than the film.
            OutputError: The encoder or the disk refuses it.
        """
        frame = (
            picture
            if isinstance(picture, VideoFrame)
            else planes_from_rgb(picture, pix_fmt=self.settings.pix_fmt)
        )
        if (frame.width, frame.height) != self.size:
            raise ShapeMismatch(
                f"a picture of {frame.width}x{frame.height} in {self._name}",
                hint="all pictures of a film have one size",
            )
        frame.time_base = 1 / self.settings.fps
        for _ in range(times):
            frame.pts = self.frames
            self._write(self._stream, frame)
            self.frames += 1

    def add_sound(self, frame: AudioFrame) -> None:
        """Append samples, in the layout and rate of the film's sound."""
        if self._sound is None:
            raise DataError("sound is added to a silent film")
        self._write(self._sound, frame)

    @property
    def sound_stream(self) -> AudioStream | None:
        """The stream that takes sound, with its format, layout and rate."""
        return self._sound

    def _open_encoder(self) -> None:
        try:
            with silent_libraries():
                self._stream.codec_context.open()
        except av.FFmpegError as exc:
            raise UsageError(
                f"{self.settings.codec} refuses {self._name} with these settings: {said(exc)}",
                hint="leave out options, or choose another size or rate",
            ) from exc

    def _write(self, stream: Any, frame: VideoFrame | AudioFrame | None) -> None:
        with writing(self._name):
            self._container.mux(stream.encode(frame))

    def _finish(self) -> None:
        if not self.frames:
            raise DataError("a film needs at least one picture")
        self._write(self._stream, None)
        if self._sound is not None:
            self._write(self._sound, None)


def muxer_options(settings: FilmSettings) -> dict[str, str]:
    """Options of the container, ours and those asked for, as FFmpeg names them."""
    own = {"fflags": "+bitexact"}
    if settings.container in ("mp4", "mov"):
        own["movflags"] = "+faststart"  # the index first: players begin before all is there
    return own | dict(settings.muxer_options)


def _add_film_stream(
    container: OutputContainer, settings: FilmSettings, size: tuple[int, int]
) -> VideoStream:
    codec = CODECS[settings.codec]
    encoder = av.Codec(codec.encoder, "w")
    formats = [known.name for known in encoder.video_formats or () if _YUV.match(known.name)]
    if settings.pix_fmt not in formats:
        raise UsageError(
            f"{settings.codec} does not take pixels as {settings.pix_fmt}",
            hint=f"choose one of {', '.join(formats)}",
        )
    stream = container.add_stream(
        codec.encoder, rate=settings.fps, options=encoder_options(settings)
    )
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size
    stream.pix_fmt = settings.pix_fmt
    stream.codec_context.time_base = 1 / settings.fps
    stream.codec_context.thread_count = settings.threads
    # PyAV asks for slices, which x264 encodes slower and larger than whole frames side by side.
    stream.codec_context.thread_type = ThreadType.AUTO
    stream.codec_context.gop_size = settings.gop
    stream.codec_context.flags |= CodecFlags.bitexact.value
    if codec.tag:
        stream.codec_context.codec_tag = codec.tag
    if settings.bitrate:
        stream.codec_context.bit_rate = settings.bitrate
    elif codec.crf is None:
        stream.codec_context.flags |= CodecFlags.qscale.value
        stream.codec_context.global_quality = _QUANTISER * _LAMBDA
    return stream


def encoder_options(settings: FilmSettings) -> dict[str, str]:
    """Options of the encoder, ours and those asked for, as FFmpeg names them."""
    codec = CODECS[settings.codec]
    options = dict(codec.options)
    if settings.preset is not None:
        options[codec.preset_option] = settings.preset
    if settings.crf is not None:
        options["crf"] = str(settings.crf)
    return options | dict(settings.options)
