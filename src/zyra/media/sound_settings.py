"""How a sound is encoded: codec, rate, channels, checked and filled up with defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from zyra.core.closest import closest_or_all
from zyra.core.errors import UsageError


@dataclass(frozen=True)
class SoundCodec:
    """What an encoder needs to be told.

    Attributes:
        encoder: FFmpeg's name of it.
        containers: What the result can stand in, by FFmpeg's name of the muxer.
        rates: Samples per second that it takes, ascending; empty where it takes any.
        most_channels: More are mixed down.
        bitrate: Bits per second and channel by default; None for codecs without loss.
    """

    encoder: str
    containers: tuple[str, ...]
    rates: tuple[int, ...] = ()
    most_channels: int = 8
    bitrate: int | None = None


_MPEG_RATES = (16000, 22050, 24000, 32000, 44100, 48000)

SOUND_CODECS: Mapping[str, SoundCodec] = {
    "aac": SoundCodec(
        "aac", ("mp4", "mov"), (8000, 11025, 12000, *_MPEG_RATES, 64000, 88200, 96000), 8, 96_000
    ),
    "mp3": SoundCodec(
        "libmp3lame", ("mp4", "mov", "mp3", "mpeg"), (8000, 11025, 12000, *_MPEG_RATES), 2, 96_000
    ),
    "mp2": SoundCodec("mp2", ("mpeg", "mov"), _MPEG_RATES, 2, 128_000),
    "opus": SoundCodec(
        "libopus", ("webm", "mp4", "ogg"), (8000, 12000, 16000, 24000, 48000), 8, 64_000
    ),
    "ac3": SoundCodec("ac3", ("mp4", "mov", "mpeg"), (32000, 44100, 48000), 6, 96_000),
    "flac": SoundCodec("flac", ("mp4", "ogg")),
    "pcm_s16le": SoundCodec("pcm_s16le", ("mov", "wav")),
}
DEFAULT_SOUND_CODECS: Mapping[str, str] = {
    "mp4": "aac",
    "mov": "aac",
    "webm": "opus",
    "mpeg": "mp2",
    "wav": "pcm_s16le",
    "mp3": "mp3",
    "ogg": "opus",
}
# Names that the published command passed on to ffmpeg.
_ALSO = {"libopus": "opus", "libmp3lame": "mp3", "pcm": "pcm_s16le", "wav": "pcm_s16le"}


@dataclass(frozen=True)
class SoundSettings:
    """Encoding of a sound.

    Attributes:
        codec: Its name in `SOUND_CODECS`.
        rate: Samples per second.
        channels: How many there are.
        bitrate: Bits per second; None where the codec has none.
    """

    codec: str
    rate: int
    channels: int
    bitrate: int | None


def sound_settings(
    muxer: str, rate: int, channels: int, *, codec: str | None = None, bitrate: int | None = None
) -> SoundSettings:
    """Check what is asked for and fill up the rest.

    A rate that the codec does not take becomes the next higher one that it takes; more channels
    than it takes are mixed down.

    Args:
        muxer: FFmpeg's name of the container.
        rate: Samples per second, of the source or as asked for.
        channels: Of the source or as asked for.
        codec: Name in `SOUND_CODECS`; the container's own when None.
        bitrate: Bits per second; of the codec when None.

    Raises:
        UsageError: No such codec, not in this container, or a bitrate that has no effect.
    """
    name = _ALSO.get(codec or "", codec or DEFAULT_SOUND_CODECS[muxer])
    if name not in SOUND_CODECS:
        raise UsageError(
            f"no sound codec {name!r}", hint=f"choose {closest_or_all(name, SOUND_CODECS)}"
        )
    known = SOUND_CODECS[name]
    if muxer not in known.containers:
        fitting = [own for own, other in SOUND_CODECS.items() if muxer in other.containers]
        raise UsageError(f"{name} does not go into {muxer}", hint=f"choose {' or '.join(fitting)}")
    if bitrate is not None and known.bitrate is None:
        raise UsageError(f"{name} keeps every sample: a bitrate has no effect on it")
    chosen = SoundSettings(
        name, _next_rate(known, rate), min(channels, known.most_channels), bitrate
    )
    if bitrate is None and known.bitrate is not None:
        return replace(chosen, bitrate=known.bitrate * chosen.channels)
    return chosen


def _next_rate(codec: SoundCodec, rate: int) -> int:
    if not codec.rates:
        return rate
    return next((own for own in codec.rates if own >= rate), codec.rates[-1])
