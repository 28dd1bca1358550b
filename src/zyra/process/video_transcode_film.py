"""From a film to a film."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
from av import AudioFrame, VideoFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.reformatter import ColorTrc
from av.video.stream import VideoStream

from zyra.core.job import Job
from zyra.media.decoding import Decoder, start_of, with_first
from zyra.media.description import describe
from zyra.media.film_frames import Fitter, constant_rate, is_rgb, rate_of, shown_size, turned
from zyra.media.film_settings import FilmSettings
from zyra.media.film_size import even_size, scaled_size
from zyra.media.film_writer import FilmWriter
from zyra.media.opening import check_sound, open_media, require_film, sound_of
from zyra.media.sound_frames import SoundFeed
from zyra.media.tags import kept_tags
from zyra.process.video_transcode_made import Made
from zyra.process.video_transcode_plan import FilmPlan

_HDR = (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)


def convert_film(source: Path, asked: FilmPlan, path: Path, job: Job) -> Made:
    """Decode `source` and write it to `path` as asked.

    Raises:
        UnsupportedFormat: It is no film.
        DataError: It is damaged or cut off.
        LimitExceeded: Its pictures are beyond any film.
    """
    with open_media(source, asked.name) as container:
        film = require_film(container, asked.name)
        sound = wanted_sound(container, asked)
        settings = asked.settings(rate_of(film))
        conversion = _Conversion(container, film, sound, asked, settings)
        made = conversion.write(path, expected_frames(container, film, settings.fps), job)
        info = describe(container, source.stat().st_size).to_json()
    return replace(made, source={"name": asked.name, **info})


class _Conversion:
    """One film on its way: pictures are pulled by the writer, sound comes along."""

    def __init__(
        self,
        container: InputContainer,
        film: VideoStream,
        sound: AudioStream | None,
        asked: FilmPlan,
        settings: FilmSettings,
    ) -> None:
        self._container = container
        self._film = film
        self._asked = asked
        self._settings = settings
        self._sound = asked.sound(sound.sample_rate, sound.channels) if sound is not None else None
        streams = [film] if sound is None or self._sound is None else [film, sound]
        self._decoder = Decoder(container, streams, asked.name)
        self._waiting: deque[AudioFrame] = deque()

    def write(self, path: Path, expected: int, job: Job) -> Made:
        """Write the film; `expected` frames are 100 %."""
        first, frames = with_first(self._pictures(), self._asked.name)
        size, aspect = result_size(first, self._film, self._asked)
        fitter = Fitter(size, self._settings.pix_fmt)
        like = None if is_rgb(first) else fitter.fit(first)
        with FilmWriter(
            path,
            self._settings,
            size,
            sound=self._sound,
            aspect=aspect,
            like=like,
            tags=kept_tags(self._container.metadata),
        ) as film:
            feed = SoundFeed(film.sound_stream, self._asked.name) if film.sound_stream else None
            origin = start_of(first)
            steady = constant_rate(
                frames, self._settings.fps, rate_of(self._film), self._asked.name
            )
            for frame, times in steady:
                film.add(fitter.fit(frame), times=times)
                self._pass_sound(film, feed, origin)
                job.progress(film.frames / max(expected, film.frames), f"frame {film.frames}")
            self._pass_sound(film, feed, origin)
            if feed is not None:
                for own in feed.rest():
                    film.add_sound(own)
        return Made(film.frames, size, self._settings, self._sound, self._notes(first))

    def _pictures(self) -> Iterator[VideoFrame]:
        for frame in self._decoder.frames():
            if isinstance(frame, VideoFrame):
                yield frame
            else:
                self._waiting.append(frame)

    def _pass_sound(
        self, film: FilmWriter, feed: SoundFeed | None, origin: Fraction | None
    ) -> None:
        while self._waiting and feed is not None:
            frame = self._waiting.popleft()
            start = start_of(frame)
            since = None if start is None or origin is None else start - origin
            for own in feed.take(frame, since):
                film.add_sound(own)

    def _notes(self, first: VideoFrame) -> tuple[str, ...]:
        notes = list(self._asked.notes(first.width, first.height))
        if self._decoder.skipped:
            notes.append(
                f"left out {self._decoder.skipped} packets at the beginning that cannot be decoded"
            )
        if first.color_trc in _HDR:
            notes.append(
                "the film has a high dynamic range: its values and labels are kept, not mapped to "
                "the range of usual screens"
            )
        if any(component.is_alpha for component in first.format.components):
            notes.append("the film has transparency, which is left out")
        return tuple(notes)


def first_picture(container: InputContainer, film: VideoStream, name: str) -> VideoFrame:
    """The first picture of a film.

    Raises:
        DataError: There is none that can be decoded.
    """
    frames = Decoder(container, [film], name).frames()
    first, _ = with_first((own for own in frames if isinstance(own, VideoFrame)), name)
    return first


def wanted_sound(container: InputContainer, asked: FilmPlan) -> AudioStream | None:
    """The sound to keep, if there is one and it is not to be left out.

    Raises:
        UnsupportedFormat: It cannot be decoded.
    """
    sound = sound_of(container)
    if sound is None or asked.args.audio_codec == "none":
        return None
    check_sound(sound, asked.name)
    return sound


def result_size(
    first: VideoFrame, film: VideoStream, asked: FilmPlan
) -> tuple[tuple[int, int], Fraction]:
    """Size of the result, and the aspect of its pixels: square where the size is asked for."""
    aspect = film.sample_aspect_ratio or Fraction(1)
    if asked.size is not None:
        return scaled_size(asked.size, shown_size(first, aspect)), Fraction(1)
    upright = turned(first)
    is_turned = (upright.width, upright.height) != (first.width, first.height)
    return even_size((upright.width, upright.height)), 1 / aspect if is_turned else aspect


def expected_frames(container: InputContainer, film: VideoStream, fps: Fraction) -> int:
    """How many frames the result will have by what the file says; 0 where it says nothing."""
    if film.duration and film.time_base:
        return round(film.duration * film.time_base * fps)
    return round(container.duration / av.time_base * fps) if container.duration else 0
