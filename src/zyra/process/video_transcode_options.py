"""Options of encoders as ffmpeg writes them, taken one by one after a check.

An option is taken when it is a number, a switch or one of a fixed choice, since those name no
file; texts only by the short list below. Whatever opens files, filters, devices or
addresses is no option of an encoder and is refused by name.

Source: the option tables that libavcodec itself gives (AVOption).
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from av.codec.context import CodecContext, CodecOption, OptionFlags, OptionType

from zyra.core.closest import closest
from zyra.core.errors import UsageError
from zyra.media.film_settings import CODECS

# Flags of ffmpeg that are flags of ours.
_OURS: Mapping[str, str] = {
    "c": "--codec", "codec": "--codec", "vcodec": "--codec", "acodec": "--audio-codec",
    "b": "--bitrate", "vb": "--bitrate", "ab": "--audio-bitrate", "r": "--fps",
    "framerate": "--fps", "s": "--scale", "vf": "--scale", "pix_fmt": "--pix-fmt",
    "preset": "--preset", "crf": "--crf", "g": "--gop", "f": "--to", "i": "the input by place",
    "an": "--audio-codec none", "y": "nothing: results replace files", "n": "--no-overwrite",
}  # fmt: skip
_NUMBERS = (
    OptionType.INT, OptionType.INT64, OptionType.UINT, OptionType.UINT64, OptionType.DOUBLE,
    OptionType.FLOAT, OptionType.RATIONAL, OptionType.BOOL, OptionType.FLAGS, OptionType.DURATION,
)  # fmt: skip
_TEXTS = ("tune", "profile", "level", "psy-rd", "deblock", "partitions")
_NEVER = ("debug", "max_pixels", "max_samples", "export_side_data", "threads", "thread_type")
_VALUE = re.compile(r"[A-Za-z0-9_.:,+-]{1,64}")
_PASSES = re.compile(r"pass[12]")  # these write a file of statistics
_MOVFLAGS = re.compile(
    r"([+-]?(faststart|frag_keyframe|empty_moov|default_base_moof|omit_tfhd_offset|write_colr))+"
)


@dataclass(frozen=True)
class Options:
    """Checked options of the encoder, and of the container."""

    encoder: Mapping[str, str] = field(default_factory=dict)
    muxer: Mapping[str, str] = field(default_factory=dict)


def parse_extra(texts: Sequence[str], codec: str) -> Options:
    """Check `-name value` pairs against what the encoder takes.

    Raises:
        UsageError: An option that is unknown, has a flag of its own, or could open something.
    """
    encoder: dict[str, str] = {}
    muxer: dict[str, str] = {}
    known = _known_options(codec) if texts else {}
    for name, value in _pairs(texts):
        if name == "movflags":
            muxer[name] = _checked_movflags(value)
        else:
            encoder[name] = _checked(name, value, codec, known)
    return Options(encoder, muxer)


def _pairs(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        try:
            words = iter(shlex.split(text))
        except ValueError as exc:
            raise UsageError(f"--extra-args {text!r}: {exc}") from exc
        for word in words:
            name = _name_of(word)
            value = next(words, None)
            if value is None:
                raise UsageError(f"--extra-args: option -{name} has no value")
            yield name, value


def _name_of(word: str) -> str:
    if not re.fullmatch(r"-[A-Za-z][\w.-]*(:\w+)*", word):
        raise UsageError(
            f"--extra-args: {word!r} is no option",
            hint="write them as ffmpeg does, in one text: --extra-args='-tune animation -bf 2'",
        )
    name, _, stream = word[1:].partition(":")
    if stream.startswith("a"):
        raise UsageError(
            f"--extra-args: {word} is for sound", hint="give --audio-codec and --audio-bitrate"
        )
    if name in _OURS:
        raise UsageError(f"--extra-args: {word} is refused", hint=f"give {_OURS[name]} instead")
    return name


def _known_options(codec: str) -> dict[str, CodecOption]:
    options = CodecContext.create(CODECS[codec].encoder, "w").supported_options
    needed = OptionFlags.ENCODING_PARAM | OptionFlags.VIDEO_PARAM
    # The encoder's own come last: they rule over those of all encoders.
    return {
        option.name: option
        for option in (*options.generic, *options.private)
        if option.flags & needed == needed and option.name not in _NEVER
    }


def _checked(name: str, value: str, codec: str, known: Mapping[str, CodecOption]) -> str:
    option = known.get(name)
    if option is None:
        near = closest(name, known)
        raise UsageError(
            f"--extra-args: {codec} has no option -{name} that is taken here",
            hint=f"did you mean {' or '.join(f'-{own}' for own in near)}?"
            if near
            else "only options of the encoder are, and -movflags; no filters, inputs or files",
        )
    if option.type not in _NUMBERS and name not in _TEXTS:
        raise UsageError(
            f"--extra-args: -{name} is refused: its text could name a file",
            hint="options that are numbers or fixed choices are taken",
        )
    if not _VALUE.fullmatch(value) or _PASSES.search(value):
        raise UsageError(f"--extra-args: {value!r} is no value for -{name}")
    return value


def _checked_movflags(value: str) -> str:
    if not _MOVFLAGS.fullmatch(value):
        raise UsageError(
            f"--extra-args: -movflags {value} is not taken",
            hint="of +faststart, +frag_keyframe, +empty_moov and +default_base_moof any are",
        )
    return value
