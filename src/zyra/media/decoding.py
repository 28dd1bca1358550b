"""Decode the streams of a film in the order in which they stand in the file."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain

import av
from av import AudioFrame, Packet, VideoFrame
from av.container import InputContainer
from av.stream import Stream

from zyra.core.errors import DataError
from zyra.media.failures import reading, said

# Their headers say how long they are; other durations are guesses from the first part.
_SAY_THEIR_LENGTH = ("mov", "matroska", "avi", "wav", "flac")
_MISSING_S = 1.0
_MISSING_PART = 0.02


class Decoder:
    """Gives decoded frames, in the file's order.

    What cannot be decoded before the first picture or sound is left out, since recordings often
    begin in the middle of something; later it is an error.

    Args:
        container: An open film or sound.
        streams: What to decode.
        name: What the user calls it, for errors.

    Attributes:
        skipped: Packets at the beginning that could not be decoded.
    """

    def __init__(self, container: InputContainer, streams: Sequence[Stream], name: str) -> None:
        self._container = container
        self._streams = streams
        self._name = name
        self._end: Fraction = Fraction(0)
        self._begun: set[int] = set()
        self.skipped = 0

    def frames(self) -> Iterator[VideoFrame | AudioFrame]:
        """Every frame.

        Raises:
            DataError: The file is damaged, or ends before it should.
        """
        with reading(self._name):
            for packet in self._packets():
                for frame in self._decoded(packet):
                    self._begun.add(packet.stream_index)
                    self._end = max(self._end, end_of(frame))
                    yield frame
        self._check_end()

    def _packets(self) -> "Iterator[Packet[Stream]]":
        try:
            yield from self._container.demux(*self._streams)
        except IndexError as exc:
            # PyAV finds a stream by its number, which a damaged file may give twice.
            raise DataError(
                f"{self._name} is damaged: its streams are numbered wrongly",
                hint="fetch or make the file again",
            ) from exc

    def _decoded(self, packet: "Packet[Stream]") -> list[VideoFrame | AudioFrame]:
        try:
            return [f for f in packet.decode() if isinstance(f, (VideoFrame, AudioFrame))]
        except av.error.InvalidDataError as exc:
            if packet.stream_index in self._begun:
                at = float(self._end)
                raise DataError(
                    f"{self._name} is damaged after {at:.2f} s: {said(exc)}",
                    hint="fetch or make the file again",
                ) from exc
            self.skipped += 1
            return []

    def _check_end(self) -> None:
        length = self._container.duration
        if not length or self._container.format.name.split(",")[0] not in _SAY_THEIR_LENGTH:
            return
        start = max(0.0, (self._container.start_time or 0) / av.time_base)
        declared, found = start + length / av.time_base, float(self._end)
        if declared - found > max(_MISSING_S, _MISSING_PART * declared):
            raise DataError(
                f"{self._name} is cut off: it ends after {found:.1f} s of {declared:.1f} s",
                hint="fetch or make the file again",
            )


def end_of(frame: VideoFrame | AudioFrame) -> Fraction:
    """When a frame ends, in seconds of the file's clock; 0 where it tells no time."""
    start = start_of(frame)
    if start is None:
        return Fraction(0)
    if isinstance(frame, AudioFrame):
        return start + Fraction(frame.samples, max(1, frame.sample_rate))
    return start + (frame.duration or 0) * (frame.time_base or 0)


def start_of(frame: VideoFrame | AudioFrame) -> Fraction | None:
    """When a frame begins, in seconds of the file's clock, where it tells."""
    if frame.pts is None or frame.time_base is None:
        return None
    return frame.pts * frame.time_base


def with_first(frames: Iterator[VideoFrame], name: str) -> tuple[VideoFrame, Iterator[VideoFrame]]:
    """The first picture, and all of them.

    Raises:
        DataError: There is none.
    """
    first = next(frames, None)
    if first is None:
        raise DataError(f"{name} has no picture that can be decoded: it is damaged or cut off")
    return first, chain([first], frames)
