"""Decode the pictures of a film, turn them upright, bring them to a constant rate and a size."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from av import VideoFrame
from av.filter import Graph
from av.video.reformatter import ColorRange, VideoReformatter
from av.video.stream import VideoStream

from zyra.core.errors import DataError
from zyra.media.film_settings import LEAST_FPS, MOST_FPS
from zyra.media.planes import bt709_planes, filter_to

LONGEST_STILL_S = 600  # a longer pause between two pictures is a damaged time stamp
_USUAL_FPS = Fraction(30)

# Filters that undo a rotation, by degrees counterclockwise.
_TURNS = {
    90: (("transpose", "cclock"),),
    -90: (("transpose", "clock"),),
    180: (("hflip", ""), ("vflip", "")),
    -180: (("hflip", ""), ("vflip", "")),
}


def rate_of(stream: VideoStream) -> Fraction:
    """Frames per second on average; 30 where a film says none or nonsense."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and LEAST_FPS <= rate <= MOST_FPS:
            return rate
    return _USUAL_FPS


def constant_rate(
    frames: Iterable[VideoFrame], fps: Fraction, natural: Fraction, name: str
) -> Iterator[tuple[VideoFrame, int]]:
    """Give each frame with the number of times that it stands at a constant rate.

    A frame stands from its time, rounded to a whole frame, to that of the next; one that would
    stand for none is left out.

    Args:
        frames: In the order of their times.
        fps: Wanted rate.
        natural: The film's own rate, for frames that tell no time or duration.
        name: Of the film, for errors.

    Raises:
        DataError: A frame stands for more than ten minutes.
    """
    given, last = 0, None
    clock = _Clock(natural)
    for frame in frames:
        start = clock.start_of(frame)
        times = round(start * fps) - given
        if last is not None and times > 0:
            _check_still(times / fps, name)
            yield last, times
            given += times
        last = frame
    if last is not None:
        times = round(clock.end * fps) - given
        _check_still(times / fps, name)
        if times > 0 or given == 0:
            yield last, max(1, times)


class _Clock:
    """Times of frames in seconds after the first."""

    def __init__(self, natural: Fraction) -> None:
        self._step = 1 / natural
        self._origin: Fraction | None = None
        self.end = Fraction(0)

    def start_of(self, frame: VideoFrame) -> Fraction:
        base = frame.time_base
        start = self.end
        if frame.pts is not None and base is not None:
            time = frame.pts * base
            if self._origin is None:
                self._origin = time
            start = time - self._origin
        length = frame.duration * base if frame.duration and base else self._step
        self.end = max(self.end, start + length)
        return start


class Fitter:
    """Brings frames to one size and layout of pixels, upright, keeping what their colours mean.

    RGB and palette pictures become BT.709, limited range. Others keep their matrix; full range
    becomes limited.

    Args:
        size: Width and height, both even.
        pix_fmt: FFmpeg's name of the layout.
    """

    def __init__(self, size: tuple[int, int], pix_fmt: str) -> None:
        self._size = size
        self._pix_fmt = pix_fmt
        self._reformatter = VideoReformatter()

    def fit(self, frame: VideoFrame) -> VideoFrame:
        """The frame, ready for the encoder."""
        upright = turned(frame)
        if is_rgb(upright):
            return bt709_planes(upright, self._size, self._pix_fmt)
        width, height = self._size
        return self._reformatter.reformat(
            upright,
            width,
            height,
            self._pix_fmt,
            dst_color_range=ColorRange.MPEG,
            interpolation=filter_to(upright, self._size),
        )


def is_rgb(frame: VideoFrame) -> bool:
    """Whether the pixels are red, green and blue, or places in a palette of them."""
    return frame.format.is_rgb or frame.format.has_palette


def turned(frame: VideoFrame) -> VideoFrame:
    """The frame as it is to be seen, where a camera was held sideways."""
    steps = _TURNS.get(round(frame.rotation / 90) * 90)
    if steps is None:
        return frame
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
    )
    nodes = [graph.add(name, options or None) for name, options in steps]
    graph.link_nodes(source, *nodes, graph.add("buffersink")).configure()
    graph.vpush(frame)
    upright = graph.vpull()
    upright.pts, upright.time_base = frame.pts, frame.time_base
    return upright


def shown_size(frame: VideoFrame, aspect: Fraction) -> tuple[int, int]:
    """Width and height as seen: upright, with square pixels."""
    width, height = max(1, round(frame.width * aspect)), frame.height
    return (height, width) if round(frame.rotation / 90) % 2 else (width, height)


def _check_still(seconds: Fraction, name: str) -> None:
    if seconds > LONGEST_STILL_S:
        raise DataError(
            f"{name} stands still for {float(seconds):.0f} s: its time stamps are damaged",
            hint=f"pauses of up to {LONGEST_STILL_S} s are taken",
        )
