"""Bring decoded sound to one layout and rate, without gaps."""

from fractions import Fraction

from av import AudioFrame, AudioResampler
from av.audio.stream import AudioStream

from zyra.core.errors import DataError
from zyra.media.failures import reading

LONGEST_PAUSE_S = 600  # a longer one is a damaged time stamp
_JITTER_S = 0.1  # time stamps are coarse; a smaller gap is none


class SoundFeed:
    """Makes the frames that a stream of sound takes, one after the other.

    Where the source has a pause, silence is put in; what lies before the beginning is left out.

    Args:
        target: The stream of the file under construction.
        name: Of the source, for errors.
    """

    def __init__(self, target: AudioStream, name: str) -> None:
        self._format = target.format.name
        self._layout = target.layout.name
        self._rate = target.sample_rate
        self._name = name
        self._resampler: AudioResampler | None = None
        self._source: tuple[str, str, int] | None = None
        self.samples = 0

    def take(self, frame: AudioFrame, start: Fraction | None) -> list[AudioFrame]:
        """The frames to write for a decoded one.

        Args:
            frame: As decoded.
            start: Seconds after the beginning; None continues.

        Raises:
            DataError: A pause of more than ten minutes, or samples that cannot be.
        """
        if frame.sample_rate < 1:
            raise DataError(f"the sound of {self._name} has no rate: it is damaged")
        if start is not None and start + Fraction(frame.samples, frame.sample_rate) <= 0:
            return []
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        ready = [] if shape == self._source else self._renew(shape)
        assert self._resampler is not None
        if start is not None:
            ready += self._silence_until(start)
        frame.pts = None
        with reading(self._name):
            ready += [self._placed(own) for own in self._resampler.resample(frame)]
        return ready

    def rest(self) -> list[AudioFrame]:
        """What the resampler still holds, at the end."""
        if self._resampler is None:
            return []
        with reading(self._name):
            left = [own for own in self._resampler.resample(None) if own is not None]
        return [self._placed(own) for own in left]

    @property
    def seconds(self) -> Fraction:
        """How much sound there is by now."""
        return Fraction(self.samples, self._rate)

    def _renew(self, shape: tuple[str, str, int]) -> list[AudioFrame]:
        left = self.rest()
        self._source = shape
        self._resampler = AudioResampler(self._format, self._layout, self._rate)
        return left

    def _silence_until(self, start: Fraction) -> list[AudioFrame]:
        pause = start - self.seconds
        if pause <= _JITTER_S:
            return []
        if pause > LONGEST_PAUSE_S:
            raise DataError(
                f"the sound of {self._name} pauses for {float(pause):.0f} s: its time stamps are "
                "damaged",
                hint=f"pauses of up to {LONGEST_PAUSE_S} s are taken",
            )
        left = round(pause * self._rate)
        frames = []
        while left > 0:
            frames.append(self._placed(self._silence(min(left, self._rate))))
            left -= self._rate
        return frames

    def _silence(self, samples: int) -> AudioFrame:
        frame = AudioFrame(self._format, self._layout, samples)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = self._rate
        return frame

    def _placed(self, frame: AudioFrame) -> AudioFrame:
        frame.pts = self.samples
        frame.time_base = Fraction(1, self._rate)
        self.samples += frame.samples
        return frame
