"""What is in a file of film or sound."""

from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc
from av.video.stream import VideoStream

from zyra.media.opening import open_media
from zyra.media.sound_stream import LAYOUTS

# By number in FFmpeg's AVColorSpace (ISO/IEC 23091-2).
_MATRICES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020"}


@dataclass(frozen=True)
class StreamInfo:
    """One stream; what does not apply to its kind, or is not said in the file, is None.

    Attributes:
        index: Place in the file, from 0.
        kind: video, audio, subtitle, data, attachment or unknown.
        codec: Name such as h264 or aac.
        duration_s: Seconds.
        bit_rate: Bits per second.
        width, height: Pixels as stored.
        aspect: Width to height of a pixel, such as 16:15.
        fps: Frames per second on average.
        frames: Number of frames that the file declares.
        pix_fmt: Layout of the pixels.
        colours: Matrix, range, primaries and transfer, as labelled.
        sample_rate: Samples per second.
        channels: How many there are.
        layout: Which they are, such as stereo or 5.1.
        sample_format: Layout of the samples.
        tags: Texts that the file keeps about the stream.
    """

    index: int
    kind: str
    codec: str | None = None
    duration_s: float | None = None
    bit_rate: int | None = None
    width: int | None = None
    height: int | None = None
    aspect: str | None = None
    fps: float | None = None
    frames: int | None = None
    pix_fmt: str | None = None
    colours: dict[str, str] | None = None
    sample_rate: int | None = None
    channels: int | None = None
    layout: str | None = None
    sample_format: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MediaInfo:
    """A file of film or sound.

    Attributes:
        format: Short name of the container, such as mp4, matroska or wav.
        format_name: What people call it.
        size_bytes: Of the file.
        duration_s: Seconds; None where it is not known without reading all.
        bit_rate: Bits per second of everything.
        tags: Texts that the file keeps, such as title and artist.
        streams: What it holds.
    """

    format: str
    format_name: str
    size_bytes: int
    duration_s: float | None
    bit_rate: int | None
    tags: dict[str, str]
    streams: tuple[StreamInfo, ...]

    @property
    def video(self) -> StreamInfo | None:
        """The first stream of pictures."""
        return next((stream for stream in self.streams if stream.kind == "video"), None)

    @property
    def audio(self) -> StreamInfo | None:
        """The first stream of sound."""
        return next((stream for stream in self.streams if stream.kind == "audio"), None)

    def to_json(self) -> dict[str, Any]:
        """The description as JSON has it, without what is not known."""
        known = _without_unknown(asdict(self))
        return known | {"streams": [_without_unknown(asdict(stream)) for stream in self.streams]}


def probe(path: Path, name: str | None = None) -> MediaInfo:
    """Describe a film or sound from its headers.

    Args:
        path: The local file.
        name: What the user calls it, for errors; the file's own name when None.

    Raises:
        UnsupportedFormat: It is of no known format, or a list of others.
        DataError: It is damaged or cut off.
    """
    with open_media(path, name or path.name) as container:
        return describe(container, path.stat().st_size)


def describe(container: InputContainer, size_bytes: int) -> MediaInfo:
    """What is in an open file."""
    duration = container.duration
    short, long = _format(container)
    return MediaInfo(
        format=short,
        format_name=long,
        size_bytes=size_bytes,
        duration_s=duration / av.time_base if duration and duration > 0 else None,
        bit_rate=container.bit_rate or None,
        tags=dict(container.metadata),
        streams=tuple(_stream(stream) for stream in container.streams),
    )


def _format(container: InputContainer) -> tuple[str, str]:
    """Short and long name; FFmpeg has one reader for what came of QuickTime."""
    if container.format.name == "mov" and container.metadata.get("major_brand") != "qt  ":
        return "mp4", "MP4 (MPEG-4 part 14)"
    return container.format.name, container.format.long_name


def _stream(stream: Stream) -> StreamInfo:
    kind: dict[str, Any] = {
        "index": stream.index,
        "kind": stream.type,
        "tags": dict(stream.metadata),
    }
    if stream.codec_context is None:
        return StreamInfo(**kind)
    length = stream.duration
    of_all: dict[str, Any] = {
        "codec": stream.codec_context.codec.canonical_name,
        "duration_s": float(length * stream.time_base) if length and stream.time_base else None,
        "bit_rate": stream.codec_context.bit_rate or None,
    }
    if isinstance(stream, VideoStream):
        return StreamInfo(**kind, **of_all, **_film(stream))
    if isinstance(stream, AudioStream):
        return StreamInfo(**kind, **of_all, **_sound(stream))
    return StreamInfo(**kind, **of_all)


def _film(stream: VideoStream) -> dict[str, Any]:
    rate = stream.average_rate or stream.guessed_rate
    aspect = stream.sample_aspect_ratio or Fraction(1)
    return {
        "width": stream.width,
        "height": stream.height,
        "aspect": f"{aspect.numerator}:{aspect.denominator}",
        "fps": float(rate) if rate else None,
        "frames": stream.frames or None,
        "pix_fmt": stream.pix_fmt,
        "colours": _colours(stream),
    }


def _sound(stream: AudioStream) -> dict[str, Any]:
    return {
        "sample_rate": stream.sample_rate,
        "channels": stream.channels,
        "layout": _layout(stream),
        # None in a damaged file, whatever PyAV's types say.
        "sample_format": getattr(stream.format, "name", None),
    }


def _layout(stream: AudioStream) -> str:
    """Which channels there are; files that only say how many have the usual ones."""
    name = stream.layout.name
    return LAYOUTS.get(stream.channels, name) if name.endswith("channels") else name


def _colours(stream: VideoStream) -> dict[str, str]:
    context = stream.codec_context
    labels = {
        "matrix": _MATRICES.get(context.colorspace, ""),
        "range": {ColorRange.MPEG: "limited", ColorRange.JPEG: "full"}.get(context.color_range, ""),  # type: ignore[call-overload]
        "primaries": _label(ColorPrimaries, context.color_primaries),
        "transfer": _label(ColorTrc, context.color_trc),
    }
    return {name: label for name, label in labels.items() if label}


def _label(names: Any, number: int) -> str:
    known = number in set(names) and number != names.UNSPECIFIED
    return names(number).name.lower() if known else ""


def _without_unknown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, {})}
