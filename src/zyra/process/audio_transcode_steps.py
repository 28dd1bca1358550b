"""The steps of `process audio-transcode`: check, decode, resample, encode."""

from fractions import Fraction
from pathlib import Path

import av
from av import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from zyra.core.errors import DataError, UsageError
from zyra.core.job import Job
from zyra.core.outputs import output_path
from zyra.media.bitrates import parse_bitrate
from zyra.media.decoding import Decoder, start_of
from zyra.media.opening import open_media, require_sound
from zyra.media.sound_frames import SoundFeed
from zyra.media.sound_settings import SoundSettings, sound_settings
from zyra.media.sound_writer import SoundWriter
from zyra.media.tags import kept_tags
from zyra.process.commands.audio_transcode import AudioTranscodeArgs
from zyra.process.media_names import chosen_kind
from zyra.process.output_names import source_name
from zyra.transfer.sources import local_copy

_ENDINGS = ("wav", "mp3", "ogg")
_SAME_KIND = {"opus": "ogg", "oga": "ogg", "wave": "wav"}


def transcode(args: AudioTranscodeArgs, job: Job) -> None:
    """Convert what `args` asks for; see `audio_transcode.run`."""
    kind = chosen_kind(args, "to", args.output, _ENDINGS, _SAME_KIND)
    _settings(args, kind, source_channels=2)  # what is wrong shows before anything is fetched
    name = source_name(args.input) or "stdin"
    with local_copy(args.input, job) as source, open_media(source, name) as container:
        sound = require_sound(container, name)
        settings = _settings(args, kind, sound.channels)
        if settings.rate != args.sample_rate:
            job.tell(f"{settings.codec} has no {args.sample_rate} samples/s: {settings.rate} taken")
        with output_path(args.output, job, suffix=f".{kind}") as path:
            seconds = _convert(container, sound, name, (path, kind, settings), job)
    job.tell(f"wrote {seconds:.2f} s of sound to {args.output}", detail=True)


def _settings(args: AudioTranscodeArgs, kind: str, source_channels: int) -> SoundSettings:
    if args.stereo and args.mono and "mono" in args.model_fields_set:
        raise UsageError("--mono and --stereo contradict each other", hint="choose one")
    channels = 2 if args.stereo else 1 if args.mono else source_channels
    bitrate = parse_bitrate(args.bitrate, "--bitrate")
    return sound_settings(kind, args.sample_rate, channels, bitrate=bitrate)


def _convert(
    container: InputContainer,
    sound: AudioStream,
    name: str,
    target: tuple[Path, str, SoundSettings],
    job: Job,
) -> float:
    """Write the sound and return how many seconds it has."""
    path, kind, settings = target
    tags = kept_tags({**sound.metadata, **container.metadata})
    length = (container.duration or 0) / av.time_base
    decoder = Decoder(container, [sound], name)
    with SoundWriter(path, kind, settings, tags=tags) as writer:
        feed = SoundFeed(writer.stream, name)
        origin: Fraction | None = None
        for frame in decoder.frames():
            if not isinstance(frame, AudioFrame):
                continue
            start = start_of(frame)
            origin = start if origin is None else origin
            since = None if start is None or origin is None else start - origin
            for own in feed.take(frame, since):
                writer.add(own)
            done = float(feed.seconds)
            job.progress(done / max(length, done, 1e-9), f"{done:.0f} s of sound")
        for own in feed.rest():
            writer.add(own)
        if not feed.samples:
            raise DataError(f"{name} has no sound that can be decoded: it is damaged or cut off")
    if decoder.skipped:
        job.tell(f"left out {decoder.skipped} packets at the beginning that cannot be decoded")
    return float(feed.seconds)
