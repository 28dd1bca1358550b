"""Declaration of `process audio-metadata`."""

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputFile


class AudioMetadataArgs(Args):
    """Describe a sound, or the sound of a film, as JSON.

    The members duration_s, codec, sample_rate, channels, layout and bit_rate are those of the
    first sound; format, size_bytes and tags those of the file; streams lists all that is in
    it. What the file does not say is left out. Nothing is decoded but the beginning.
    """

    input: InputSource = arg(
        description="Sound or film, - for stdin, or an http(s) URL", positional=True
    )
    output: OutputFile = arg("-", "Where the JSON goes; - is stdout", flags=("-o",))


AUDIO_METADATA = Command(
    "process",
    "audio-metadata",
    AudioMetadataArgs,
    run="zyra.process.audio_metadata:run",
    examples=(Example("What is in a sound file", {"input": "tone.wav"}),),
)
