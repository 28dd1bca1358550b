"""Pictures as the planes that encoders take: yuv420p, BT.709, limited range.

Source: Recommendation ITU-R BT.709-6, sections 3.2 to 3.5 and 4.6.
"""

from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from av import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

from zyra.core.errors import ShapeMismatch

Planes: TypeAlias = VideoFrame
Bytes: TypeAlias = npt.NDArray[np.uint8]

_MOST_COLOURS = 256


def planes_from_indices(indices: Bytes, palette: Bytes) -> Planes:
    """Planes of a palette picture; the fast way of films that are drawn.

    Luma is exact to half a step; chroma is the mean of each 2 by 2 pixels, exact to a step.

    Args:
        indices: Place in the palette of each pixel, (height, width). An odd last row or column
            is repeated, since chroma has one value for two.
        palette: Red, green, blue of at most 256 colours, (colours, 3).

    Raises:
        ShapeMismatch: Other shapes or types.
    """
    if indices.ndim != 2 or indices.dtype != np.uint8:
        raise ShapeMismatch(f"indices are {indices.dtype} of shape {indices.shape}, not a picture")
    if palette.ndim != 2 or palette.shape[1] != 3 or len(palette) > _MOST_COLOURS:
        raise ShapeMismatch(f"a palette of shape {palette.shape} is not at most 256 by 3")
    indices = even(indices)
    frame = VideoFrame(indices.shape[1], indices.shape[0], "pal8")
    _rows(frame, 0)[:, : indices.shape[1]] = indices
    colours = np.frombuffer(frame.planes[1], np.uint32)  # type: ignore[call-overload]
    red, green, blue = palette.astype(np.uint32).T
    colours[: len(palette)] = 0xFF << 24 | red << 16 | green << 8 | blue
    return _to_planes(frame)


def planes_from_rgb(pixels: Bytes) -> Planes:
    """Planes of a picture in full colour.

    Args:
        pixels: Red, green, blue, (height, width, 3); odd sizes as in `planes_from_indices`.

    Raises:
        ShapeMismatch: Another shape or type.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ShapeMismatch(f"pixels are {pixels.dtype} of shape {pixels.shape}, not RGB bytes")
    return _to_planes(VideoFrame.from_ndarray(np.ascontiguousarray(even(pixels)), "rgb24"))


def even(picture: Bytes) -> Bytes:
    """The picture with its last row and column repeated where their number is odd."""
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        edges = ((0, height % 2), (0, width % 2), (0, 0))[: picture.ndim]
        return np.pad(picture, edges, mode="edge")
    return picture


def tag_as_bt709(target: Any) -> None:
    """Write into a frame, or a stream's encoder, which colours its numbers mean."""
    target.colorspace = Colorspace.ITU709
    target.color_range = ColorRange.MPEG
    target.color_primaries = ColorPrimaries.BT709
    target.color_trc = ColorTrc.BT709


def at_time(frame: VideoFrame, number: int, fps: Fraction) -> VideoFrame:
    """Give `frame` its place in a film: `number` frames after the beginning."""
    frame.pts = number
    frame.time_base = 1 / fps
    return frame


def _rows(frame: VideoFrame, plane: int) -> Bytes:
    own = frame.planes[plane]
    return np.frombuffer(own, np.uint8).reshape(-1, own.line_size)  # type: ignore[call-overload, no-any-return]


def _to_planes(frame: VideoFrame) -> Planes:
    # AREA takes the mean of the pixels that share a chroma value; other filters ring at lines.
    planes = VideoReformatter().reformat(
        frame,
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=Interpolation.AREA,
    )
    tag_as_bt709(planes)
    return planes
