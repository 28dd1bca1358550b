"""Colours over pictures."""

import numpy as np
import pytest
from PIL import Image

from zyra.core.errors import UsageError
from zyra.visualize.inking import blank_map, colour_from, ink_pixels, inked
from zyra.visualize.projection import MapView


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#333333", (51, 51, 51, 255)),
        ("#abc", (170, 187, 204, 255)),
        ("navy", (0, 0, 128, 255)),
        ("#ff000080", (255, 0, 0, 128)),
    ],
)
def test_colours_are_read_as_people_write_them(text, colour):
    assert colour_from(text) == colour


def test_what_is_no_colour_is_refused():
    with pytest.raises(UsageError, match="'#12345z' is no colour"):
        colour_from("#12345z")


def test_ink_covers_as_much_as_it_says():
    picture = Image.new("RGBA", (3, 1), (0, 0, 200, 255))
    drawn = np.asarray(inked(picture, np.array([[0, 128, 255]], np.uint8), (200, 0, 0, 255)))
    assert drawn[0, 0].tolist() == [0, 0, 200, 255]
    assert drawn[0, 1] == pytest.approx([100, 0, 100, 255], abs=1)
    assert drawn[0, 2].tolist() == [200, 0, 0, 255]


def test_a_blank_map_has_its_lines_and_nothing_else():
    view = MapView.over((-180.0, 180.0, -90.0, 90.0), 360, 180)
    rgba = blank_map(view, ("coastline",), 1.0).rgba()
    assert 0 < (rgba[..., 3] > 0).mean() < 0.2
    assert not blank_map(view, (), 1.0).rgba().any()


@pytest.mark.parametrize("alpha", [255, 120])
def test_few_pixels_are_inked_as_the_whole_picture_would_be(alpha):
    random = np.random.default_rng(5)
    pixels = random.integers(0, 256, (16, 40, 4)).astype(np.uint8)
    pixels[:4, :, 3] = 0
    coverage = random.integers(0, 256, (16, 40)).astype(np.uint8)
    coverage[:, ::3] = 0
    colour = (200, 30, 90, alpha)
    whole = np.asarray(inked(Image.fromarray(pixels.copy()), coverage, colour)).astype(int)
    ink_pixels(pixels, coverage, colour)
    # Pillow rounds twice, and the colour of what is nearly transparent hardly shows.
    shown = whole[..., 3:] / 255
    assert np.abs((pixels - whole) * shown)[..., :3].max() <= 2
    assert np.abs(pixels[..., 3] - whole[..., 3]).max() <= 1
