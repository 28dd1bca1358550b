"""Palette and RGB pictures as planes, against the formulas of BT.709 in floating point."""

import numpy as np
import pytest

from zyra.core.errors import ShapeMismatch
from zyra.media.planes import planes_from_indices, planes_from_rgb

PALETTE = np.random.default_rng(7).integers(0, 256, (256, 3), dtype=np.uint8)
PICTURE = np.random.default_rng(8).integers(0, 256, (48, 64), dtype=np.uint8)


def bt709(pixels: np.ndarray) -> list[np.ndarray]:
    """Y, Cb, Cr in limited range; chroma is the mean of 2 by 2 pixels."""
    red, green, blue = np.moveaxis(pixels.astype(float), -1, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    height, width = luma.shape
    chroma = [
        (128 + 224 / 255 * (own - luma) / (2 * (1 - share)))
        .reshape(height // 2, 2, width // 2, 2)
        .mean(axis=(1, 3))
        for own, share in ((blue, 0.0722), (red, 0.2126))
    ]
    return [16 + 219 / 255 * luma, *chroma]


def arrays(frame) -> list[np.ndarray]:
    return [
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    ]


@pytest.mark.parametrize("make", ["indices", "rgb"])
def test_planes_are_those_of_bt709_to_a_step(make):
    pixels = PALETTE[PICTURE]
    frame = planes_from_indices(PICTURE, PALETTE) if make == "indices" else planes_from_rgb(pixels)
    for found, wanted in zip(arrays(frame), bt709(pixels), strict=True):
        assert np.abs(found - wanted).max() <= 1.1


def test_black_and_white_have_the_ends_of_the_limited_range():
    indices = np.zeros((2, 4), np.uint8)
    indices[:, 2:] = 1
    luma = arrays(planes_from_indices(indices, np.array([[0, 0, 0], [255] * 3], np.uint8)))[0]
    assert luma.tolist() == [[16, 16, 235, 235]] * 2


def test_an_odd_row_and_column_are_repeated():
    frame = planes_from_indices(PICTURE[:47, :63], PALETTE)
    luma = arrays(frame)[0]
    assert luma.shape == (48, 64)
    assert (luma[47] == luma[46]).all()
    assert (luma[:, 63] == luma[:, 62]).all()


def test_planes_say_which_colours_they_mean():
    frame = planes_from_indices(PICTURE, PALETTE)
    labels = (frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc)
    assert labels == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("indices", "palette"),
    [
        (PICTURE.astype(np.int16), PALETTE),
        (PALETTE[PICTURE], PALETTE),
        (PICTURE, PALETTE[:, :2]),
        (PICTURE, np.zeros((257, 3), np.uint8)),
    ],
)
def test_other_shapes_are_refused(indices, palette):
    with pytest.raises(ShapeMismatch):
        planes_from_indices(indices, palette)
