"""How a film is encoded: what is asked for, checked and filled up with defaults.

Sources: the option tables of the encoders x264, x265, libvpx, SVT-AV1 and of FFmpeg's own
MPEG encoders; ISO/IEC 13818-2 table 6-4 for the frame rates of MPEG-2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from zyra.core.closest import closest_or_all
from zyra.core.errors import UsageError

LEAST_FPS, MOST_FPS = 0.01, 240

_X26_PRESETS = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
)  # fmt: skip
_MPEG2_RATES = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001),
    Fraction(30), Fraction(50), Fraction(60000, 1001), Fraction(60),
)  # fmt: skip


@dataclass(frozen=True)
class FilmCodec:
    """What an encoder needs to be told.

    Attributes:
        encoder: FFmpeg's name of it.
        containers: What the result can stand in.
        crf: Quality by default, and its ends (best, worst); None where it is set by bitrate.
        presets: Names of speed, slow to fast or fast to slow; empty where there are none.
        preset: The one by default.
        preset_option: FFmpeg's option that takes it.
        options: Always given.
        tag: Four characters that name the codec in the container, where not the usual ones.
    """

    encoder: str
    containers: tuple[str, ...]
    crf: tuple[int, int, int] | None = None
    presets: tuple[str, ...] = ()
    preset: str | None = None
    preset_option: str = "preset"
    options: Mapping[str, str] = field(default_factory=dict)
    tag: str | None = None


CODECS: Mapping[str, FilmCodec] = {
    "h264": FilmCodec("libx264", ("mp4", "mov"), (20, 0, 51), _X26_PRESETS, "medium"),
    "hevc": FilmCodec(
        "libx265",
        ("mp4", "mov"),
        (24, 0, 51),
        _X26_PRESETS,
        "medium",
        # x265 writes to stderr by itself otherwise.
        options={"x265-params": "log-level=none"},
        tag="hvc1",
    ),
    "vp9": FilmCodec(
        "libvpx-vp9",
        ("webm", "mp4"),
        (31, 0, 63),
        tuple("012345678"),
        "4",
        "cpu-used",
        {"row-mt": "1", "deadline": "good"},
    ),
    "av1": FilmCodec("libsvtav1", ("webm", "mp4"), (30, 1, 63), tuple(map(str, range(14))), "8"),
    "libxvid": FilmCodec("mpeg4", ("mp4", "mov"), tag="mp4v"),
    "mpeg2video": FilmCodec("mpeg2video", ("mpg", "mov")),
}
DEFAULT_CODECS: Mapping[str, str] = {
    "mp4": "h264",
    "mov": "h264",
    "webm": "vp9",
    "mpg": "mpeg2video",
}
MUXERS: Mapping[str, str] = {"mp4": "mp4", "mov": "mov", "webm": "webm", "mpg": "mpeg"}


@dataclass(frozen=True)
class FilmSettings:
    """Everything about the encoding of a film but its size; made by `film_settings`.

    Attributes:
        container: mp4, webm, mov or mpg.
        codec: Name of the codec in `CODECS`.
        fps: Frames per second, constant.
        pix_fmt: FFmpeg's name of the layout of pixels.
        crf: Constant quality, smaller is better; None where `bitrate` or a fixed quantiser rules.
        bitrate: Bits per second on average.
        preset: Speed of the encoder.
        gop: Most frames from one key frame to the next.
        options: Further options of the encoder, already checked.
        muxer_options: Further options of the container, already checked.
        threads: Of the encoder; 0 takes every processor.
    """

    container: str
    codec: str
    fps: Fraction
    pix_fmt: str
    crf: int | None
    bitrate: int | None
    preset: str | None
    gop: int
    options: Mapping[str, str] = field(default_factory=dict)
    muxer_options: Mapping[str, str] = field(default_factory=dict)
    threads: int = 0


def film_settings(
    fps: float | Fraction,
    *,
    container: str = "mp4",
    codec: str | None = None,
    pix_fmt: str | None = None,
    crf: int | None = None,
    bitrate: int | None = None,
    preset: str | None = None,
    gop: int | None = None,
) -> FilmSettings:
    """Check what is asked for and fill up the rest.

    Defaults: codec h264 in mp4 and mov, vp9 in webm, mpeg2video in mpg; yuv420p; the codec's
    own constant quality and preset; a key frame every two seconds (MPEG-2: every 15 frames).

    Raises:
        UsageError: Things that do not go together, values out of range.
    """
    codec = codec or DEFAULT_CODECS[container]
    known = CODECS[codec]
    if container not in known.containers:
        raise UsageError(
            f"{codec} does not go into {container}",
            hint=f"{codec} goes into {' and '.join(known.containers)}; "
            f"{container} takes {' or '.join(codecs_of(container))}",
        )
    rate = frame_rate(fps)
    _check_rate(codec, rate)
    return FilmSettings(
        container=container,
        codec=codec,
        fps=rate,
        pix_fmt=pix_fmt or "yuv420p",
        crf=_checked_crf(codec, known, crf, bitrate),
        bitrate=bitrate,
        preset=_checked_preset(codec, known, preset),
        gop=gop or (15 if codec == "mpeg2video" else max(1, round(2 * rate))),
    )


def codecs_of(container: str) -> list[str]:
    """The codecs that a container takes."""
    return [name for name, codec in CODECS.items() if container in codec.containers]


def frame_rate(fps: float | Fraction) -> Fraction:
    """Frames per second as a fraction; 29.97 and its like become the broadcast rates.

    Raises:
        UsageError: It is not from 0.01 to 240.
    """
    if not LEAST_FPS <= fps <= MOST_FPS:
        raise UsageError(f"a frame rate of {float(fps):g} is not from {LEAST_FPS} to {MOST_FPS}")
    rate = Fraction(fps)
    for whole in (24, 30, 60):
        broadcast = Fraction(whole * 1000, 1001)
        if abs(rate - broadcast) < Fraction(1, 200):
            return broadcast
    return rate.limit_denominator(1001)


def _check_rate(codec: str, rate: Fraction) -> None:
    if codec == "mpeg2video" and rate not in _MPEG2_RATES:
        _, best = min((abs(known - rate), known) for known in _MPEG2_RATES)
        raise UsageError(
            f"MPEG-2 has no rate of {float(rate):g} frames/s",
            hint=f"the closest that it has is --fps {float(best):g}",
        )


def _checked_crf(codec: str, known: FilmCodec, crf: int | None, bitrate: int | None) -> int | None:
    if crf is not None and bitrate is not None:
        raise UsageError("a constant quality and a bitrate contradict each other: --crf, --bitrate")
    if known.crf is None:
        if crf is not None:
            raise UsageError(f"{codec} has no constant quality", hint="give --bitrate, such as 25M")
        return None
    default, best, worst = known.crf
    if crf is not None and not best <= crf <= worst:
        raise UsageError(f"--crf {crf} is not within {best} to {worst}, the range of {codec}")
    return default if crf is None and bitrate is None else crf


def _checked_preset(codec: str, known: FilmCodec, preset: str | None) -> str | None:
    if preset is None:
        return known.preset
    if preset not in known.presets:
        choice = closest_or_all(preset, known.presets)
        raise UsageError(
            f"{codec} has no preset {preset!r}",
            hint=f"choose {choice}" if known.presets else "leave --preset out",
        )
    return preset
