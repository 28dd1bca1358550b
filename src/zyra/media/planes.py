"""Pictures as the planes that encoders take: yuv420p, BT.709, limited range.

Source: Recommendation ITU-R BT.709-6, sections 3.2 to 3.5 and 4.6.
"""

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
    rows_of(frame, 0)[:] = indices
    colours = np.frombuffer(frame.planes[1], np.uint32)  # type: ignore[call-overload]
    red, green, blue = palette.astype(np.uint32).T
    colours[: len(palette)] = 0xFF << 24 | red << 16 | green << 8 | blue
    return bt709_planes(frame, (frame.width, frame.height), "yuv420p")


def planes_from_rgb(
    pixels: Bytes, *, size: tuple[int, int] | None = None, pix_fmt: str = "yuv420p"
) -> Planes:
    """Planes of a picture in full colour.

    Args:
        pixels: Red, green, blue, (height, width, 3); odd sizes as in `planes_from_indices`.
        size: Width and height to scale to, both even; its own when None.
        pix_fmt: FFmpeg's name of another layout, such as yuv444p.

    Raises:
        ShapeMismatch: Another shape or type.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ShapeMismatch(f"pixels are {pixels.dtype} of shape {pixels.shape}, not RGB bytes")
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(even(pixels)), "rgb24")
    return bt709_planes(frame, size or (frame.width, frame.height), pix_fmt)


def even(picture: Bytes) -> Bytes:
    """The picture with its last row and column repeated where their number is odd."""
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        edges = ((0, height % 2), (0, width % 2), (0, 0))[: picture.ndim]
        return np.pad(picture, edges, mode="edge")
    return picture


def label_as_bt709(target: Any) -> None:
    """Write into a frame, or a stream's encoder, which colours its numbers mean."""
    target.colorspace = Colorspace.ITU709
    target.color_range = ColorRange.MPEG
    target.color_primaries = ColorPrimaries.BT709
    target.color_trc = ColorTrc.BT709


def label_like(target: Any, frame: VideoFrame) -> None:
    """Write into a stream's encoder that its colours mean what those of `frame` mean."""
    target.colorspace = frame.colorspace
    target.color_range = frame.color_range
    target.color_primaries = frame.color_primaries
    target.color_trc = frame.color_trc


def rows_of(frame: VideoFrame, number: int) -> Bytes:
    """A plane of bytes as (rows, bytes of a row), a view without what pads the rows."""
    plane = frame.planes[number]
    whole = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    deep = 2 if frame.format.components[0].bits > 8 else 1
    rows: Bytes = whole[: plane.height, : plane.width * deep]
    return rows


def bt709_planes(frame: VideoFrame, size: tuple[int, int], pix_fmt: str) -> Planes:
    """A frame of RGB or palette colours as planes of that size and layout."""
    planes = VideoReformatter().reformat(
        frame,
        *size,
        format=pix_fmt,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=filter_to(frame, size),
    )
    label_as_bt709(planes)
    return planes


def filter_to(frame: VideoFrame, size: tuple[int, int]) -> Interpolation:
    """How to scale a frame to `size`.

    AREA takes the mean of the pixels that become one, also of those that share a chroma value;
    other filters ring at lines. To grow, it would show blocks.
    """
    grows = size[0] > frame.width or size[1] > frame.height
    return Interpolation.BICUBIC if grows else Interpolation.AREA
