"""Films and sounds made and read back by bare PyAV, wave and numpy, without code of ours."""

import wave
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RED, GREEN, BLUE, GREY = (200, 30, 30), (30, 180, 40), (30, 40, 210), (120, 120, 120)


@dataclass(frozen=True)
class Film:
    """What another reader finds in a film: RGB pictures, their times, and the sound."""

    pictures: list[np.ndarray]
    times: list[float]
    size: tuple[int, int]
    fps: float
    codec: str
    sound: np.ndarray | None
    sound_rate: int


def make_film(
    path: Path,
    colours,
    *,
    fps=25,
    size=(64, 48),
    codec="libx264",
    pix_fmt="yuv420p",
    times=None,
    tone=None,
    rotation=None,
    aspect=None,
    container=None,
) -> Path:
    """A film of one colour for each picture, or of ready RGB arrays; `tone` in Hz beside it."""
    with av.open(str(path), "w", container) as film:
        stream = film.add_stream(codec, rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = Fraction(1, 1000) if times else Fraction(1, fps)
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation is not None:
            stream.set_display_rotation(rotation)
        sound = film.add_stream("aac", rate=44100) if tone else None
        for number, colour in enumerate(colours):
            frame = av.VideoFrame.from_ndarray(picture(colour, size), "rgb24")
            frame = frame.reformat(format=pix_fmt)
            frame.pts = times[number] if times else number
            frame.time_base = stream.codec_context.time_base
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
        if sound is not None:
            length = len(colours) / fps
            samples = (sine(tone, length, 44100) * 32767).astype(np.int16)
            for start in range(0, len(samples), 1024):
                part = np.repeat(samples[start : start + 1024], 2).reshape(1, -1)
                chunk = av.AudioFrame.from_ndarray(part, "s16", "stereo")
                chunk.sample_rate, chunk.pts = 44100, start
                film.mux(sound.encode(chunk))
            film.mux(sound.encode(None))
    return path


def picture(colour, size) -> np.ndarray:
    if isinstance(colour, np.ndarray):
        return colour
    return np.full((size[1], size[0], 3), colour, np.uint8)


def read_film(path: Path) -> Film:
    """Decode everything."""
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        frames = list(film.decode(stream))
        pictures = [frame.to_ndarray(format="rgb24") for frame in frames]
        times = [frame.time for frame in frames]
        size = (stream.width, stream.height)
        found = (float(stream.average_rate), stream.codec_context.codec.canonical_name)
    samples, rate = read_sound(path)
    return Film(pictures, times, size, *found, samples, rate)


def read_sound(path: Path) -> tuple[np.ndarray | None, int]:
    """Samples within -1 and 1, (channels, samples), and their rate."""
    with av.open(str(path)) as source:
        if not source.streams.audio:
            return None, 0
        stream = source.streams.audio[0]
        resampler = av.AudioResampler("fltp", stream.layout.name, stream.sample_rate)
        parts = [own for frame in source.decode(stream) for own in resampler.resample(frame)]
        return np.concatenate([part.to_ndarray() for part in parts], axis=1), stream.sample_rate


def make_tone(path: Path, *, hertz=440.0, seconds=1.0, rate=44100, channels=2) -> Path:
    """A WAV file with a sine, by the standard library."""
    samples = (sine(hertz, seconds, rate) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(np.repeat(samples, channels).tobytes())
    return path


def sine(hertz: float, seconds: float, rate: int) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def loudest_hertz(samples: np.ndarray, rate: int) -> float:
    """The frequency with the most power, by Fourier transform."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def middle(pixels: np.ndarray) -> tuple[int, int, int]:
    """Colour of the middle of a picture."""
    return tuple(int(value) for value in pixels[pixels.shape[0] // 2, pixels.shape[1] // 2])
