"""What `process video-transcode` is asked for, checked before anything is read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from zyra.core.errors import OutputError, UsageError
from zyra.core.outputs import STDOUT
from zyra.media.bitrates import parse_bitrate
from zyra.media.film_settings import DEFAULT_CODECS, MUXERS, FilmSettings, film_settings
from zyra.media.film_size import parse_size
from zyra.media.sound_settings import SoundSettings, sound_settings
from zyra.media.spheres import LEGACY_BITRATE, SPHERE_FPS, SPHERE_SIZES
from zyra.process.commands.video_transcode import VideoTranscodeArgs
from zyra.process.media_names import chosen_kind, chosen_media_output
from zyra.process.output_names import source_name
from zyra.process.video_transcode_options import Options, parse_extra

PICTURES_FPS = Fraction(30)
NO_SOUND = "none"

_ENDINGS = ("mp4", "webm", "mov", "mpg")
_SAME_KIND = {"mpeg": "mpg", "m4v": "mp4", "qt": "mov"}


@dataclass(frozen=True)
class FilmPlan:
    """Everything that is settled before the input is opened.

    Attributes:
        source: Path, pattern, URL or -.
        name: What messages call it.
        target: Where the film goes; - is stdout.
        metadata: Where the description goes, if anywhere.
        container, codec: As resolved.
        size: Wanted size, with -1 or -2 for a derived side; None keeps it.
        fps: Wanted rate; None keeps it.
        bitrate: Bits per second.
        options: Of the encoder and container.
        sphere: Whether the film is for a sphere, and so twice as wide as high.
        args: What was asked for.
    """

    source: str
    name: str
    target: str
    metadata: str | None
    container: str
    codec: str
    size: tuple[int, int] | None
    fps: float | None
    bitrate: int | None
    options: Options
    sphere: bool
    args: VideoTranscodeArgs

    def settings(self, natural: Fraction) -> FilmSettings:
        """Settings of the encoder, for a source of the rate `natural`."""
        settings = film_settings(
            natural if self.fps is None else self.fps,
            container=self.container,
            codec=self.codec,
            pix_fmt=self.args.pix_fmt,
            crf=self.args.crf,
            bitrate=self.bitrate,
            preset=self.args.preset,
            gop=self.args.gop,
        )
        return replace(settings, options=self.options.encoder, muxer_options=self.options.muxer)

    def notes(self, width: int, height: int) -> tuple[str, ...]:
        """What the user should know of a source of that size."""
        if not self.sphere or width == 2 * height or self.size is None:
            return ()
        note = (
            f"the source of {width}x{height} is not twice as wide as high: it is stretched, "
            "and places on a sphere are not where they belong"
        )
        return (note,)

    def sound(self, rate: int, channels: int) -> SoundSettings | None:
        """Settings of the sound, for a source of that rate; None leaves it out."""
        if self.args.audio_codec == NO_SOUND:
            return None
        return sound_settings(
            MUXERS[self.container],
            rate,
            channels,
            codec=self.args.audio_codec,
            bitrate=parse_bitrate(self.args.audio_bitrate, "--audio-bitrate"),
        )


def plan(args: VideoTranscodeArgs) -> FilmPlan:
    """Check and complete what is asked for.

    Raises:
        UsageError: Arguments that contradict each other, or have no effect.
        OutputError: A result exists and may not be replaced.
    """
    container = chosen_kind(args, "to", args.output, _ENDINGS, _SAME_KIND)
    codec = args.codec or _default_codec(args, container)
    target = chosen_media_output(args.input, args.output, f".{container}")
    if args.audio_codec == NO_SOUND and args.audio_bitrate is not None:
        raise UsageError("--audio-bitrate has no effect with --audio-codec none")
    made = FilmPlan(
        source=args.input,
        name=source_name(args.input) or "stdin",
        target=target,
        metadata=_metadata(args, target),
        container=container,
        codec=codec,
        size=parse_size(args.scale) if args.scale is not None else _sphere_size(args),
        fps=SPHERE_FPS if args.fps is None and _is_sphere(args) else args.fps,
        bitrate=_bitrate(args),
        options=parse_extra(args.extra_args, codec),
        sphere=_is_sphere(args),
        args=args,
    )
    made.settings(PICTURES_FPS)  # what is wrong shows before anything is fetched
    made.sound(48_000, 2)
    _refuse_existing(args, made)
    return made


def resolved(settings: FilmSettings, size: tuple[int, int]) -> Mapping[str, object]:
    """Settings of a film as its description shows them."""
    return {
        "container": settings.container,
        "codec": settings.codec,
        "width": size[0],
        "height": size[1],
        "fps": float(settings.fps),
        "pix_fmt": settings.pix_fmt,
        "crf": settings.crf,
        "bitrate": settings.bitrate,
        "preset": settings.preset,
        "gop": settings.gop,
        "options": {**settings.options, **settings.muxer_options},
    }


def _is_sphere(args: VideoTranscodeArgs) -> bool:
    return args.sos_legacy or args.sos is not None


def _default_codec(args: VideoTranscodeArgs, container: str) -> str:
    if args.sos_legacy and container in ("mp4", "mov"):
        return "libxvid"
    return DEFAULT_CODECS[container]


def _sphere_size(args: VideoTranscodeArgs) -> tuple[int, int] | None:
    if args.sos_legacy and args.sos is not None:
        raise UsageError("--sos and --sos-legacy contradict each other", hint="choose one")
    if args.sos_legacy:
        return SPHERE_SIZES["2k"]
    return SPHERE_SIZES[args.sos] if args.sos else None


def _bitrate(args: VideoTranscodeArgs) -> int | None:
    asked = parse_bitrate(args.bitrate, "--bitrate")
    return LEGACY_BITRATE if asked is None and args.crf is None and args.sos_legacy else asked


def _metadata(args: VideoTranscodeArgs, target: str) -> str | None:
    if args.metadata_out is not None or not args.write_metadata:
        return args.metadata_out
    if target == STDOUT:
        raise UsageError(
            "--write-metadata has no place beside stdout", hint="name a file with --metadata-out"
        )
    return f"{target}.json"


def _refuse_existing(args: VideoTranscodeArgs, made: FilmPlan) -> None:
    if made.metadata is not None and made.metadata == made.target:
        raise UsageError(f"film and description would both go to {made.target}")
    if not args.no_overwrite:
        return
    for path in (made.target, made.metadata):
        if path not in (None, STDOUT) and Path(path).exists():
            raise OutputError(f"{path} exists", hint="name another, or leave out --no-overwrite")
