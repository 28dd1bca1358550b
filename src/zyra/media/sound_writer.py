"""Write a sound file."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av import AudioFrame
from av.audio.stream import AudioStream

from zyra.media.failures import writing
from zyra.media.sound_settings import SoundSettings
from zyra.media.sound_stream import add_sound_stream

# A WAV file of more than 4 GiB becomes one with 64-bit sizes.
_MUXER_OPTIONS = {"wav": {"rf64": "auto"}}


class SoundWriter:
    """A sound file under construction; a context manager that finishes it.

    Args:
        path: File to write, usually what `core.outputs.output_path` gives.
        muxer: FFmpeg's name of the container: wav, mp3 or ogg.
        settings: See `sound_settings`.
        tags: Texts to keep in it, such as title and artist.

    Raises:
        UsageError: The encoder refuses the settings.
        OutputError: The file cannot be written.
    """

    def __init__(
        self, path: Path, muxer: str, settings: SoundSettings, *, tags: Mapping[str, str]
    ) -> None:
        self._name = f"the {settings.codec} sound"
        options = {"fflags": "+bitexact", **_MUXER_OPTIONS.get(muxer, {})}
        with writing(self._name):
            # An absolute path cannot be taken for a protocol.
            self._container = av.open(str(path.absolute()), "w", muxer, options=options)
        self._container.metadata.update(tags)
        self.stream: AudioStream = add_sound_stream(self._container, settings)

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
                self._write(None)
        finally:
            with writing(self._name):
                self._container.close()

    def add(self, frame: AudioFrame) -> None:
        """Append samples, as a `SoundFeed` of `stream` gives them."""
        self._write(frame)

    def _write(self, frame: AudioFrame | None) -> None:
        with writing(self._name):
            self._container.mux(self.stream.encode(frame))
