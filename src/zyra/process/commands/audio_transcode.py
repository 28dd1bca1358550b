"""Declaration of `process audio-transcode`."""

from typing import Literal

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputFile


class AudioTranscodeArgs(Args):
    """Convert a sound, or the sound of a film, to WAV, MP3 or Ogg.

    The first sound of the file is taken, mixed to one channel and resampled to 16000 samples
    per second, as recognisers of speech want it; --stereo and --sample-rate choose otherwise.
    WAV holds 16-bit samples, Ogg holds Opus. MP3 and Opus know some rates only: another becomes
    the next higher one, which is told.

    Pauses in the time stamps become silence. Title, artist and the like are kept.
    """

    input: InputSource = arg(
        description="Sound or film, - for stdin, or an http(s) URL", positional=True
    )
    output: OutputFile = arg(description="Sound to write; - is stdout", flags=("-o",))
    to: Literal["wav", "mp3", "ogg"] = arg(
        "wav", "Format; not given, the suffix of --output decides"
    )
    sample_rate: int = arg(16000, "Samples per second", ge=4000, le=192_000)
    mono: bool = arg(True, "One channel; --no-mono alone keeps the channels as they are")
    stereo: bool = arg(False, "Two channels, instead of one")
    bitrate: str | None = arg(
        None, "Bits per second, such as 128k; not given: 96k (MP3) or 64k (Ogg) per channel"
    )


AUDIO_TRANSCODE = Command(
    "process",
    "audio-transcode",
    AudioTranscodeArgs,
    run="zyra.process.audio_transcode:run",
    examples=(
        Example(
            "The sound of a film as WAV, for a recogniser of speech",
            {"input": "film.mp4", "output": "speech.wav"},
        ),
        Example(
            "A sound as MP3 in stereo",
            {
                "input": "tone.wav",
                "output": "tone.mp3",
                "sample_rate": 44100,
                "stereo": True,
            },
        ),
    ),
)
