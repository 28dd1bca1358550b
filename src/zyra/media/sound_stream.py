"""The sound track of a file under construction."""

import av
from av.audio.stream import AudioStream
from av.codec.context import Flags as CodecFlags
from av.container import OutputContainer

from zyra.core.errors import UsageError
from zyra.media.failures import said
from zyra.media.sound_settings import SOUND_CODECS, SoundSettings

# FFmpeg's names of the usual layouts of that many channels.
LAYOUTS = {
    1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1",
}  # fmt: skip


def add_sound_stream(container: OutputContainer, sound: SoundSettings) -> AudioStream:
    """Add the stream and open its encoder, so that its frame size is known.

    Raises:
        UsageError: The encoder refuses rate, channels or bitrate.
    """
    codec = SOUND_CODECS[sound.codec]
    stream = container.add_stream(codec.encoder, rate=sound.rate)
    assert isinstance(stream, AudioStream)
    stream.codec_context.layout = LAYOUTS[sound.channels]
    stream.codec_context.flags |= CodecFlags.bitexact.value
    if sound.bitrate is not None:
        stream.codec_context.bit_rate = sound.bitrate
    try:
        stream.codec_context.open()
    except av.FFmpegError as exc:
        raise UsageError(
            f"{sound.codec} cannot be encoded with {sound.rate} samples/s, {sound.channels} "
            f"channels and {sound.bitrate} bits/s: {said(exc)}",
            hint="choose another rate or bitrate",
        ) from exc
    return stream
