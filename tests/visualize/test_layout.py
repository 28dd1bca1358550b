"""The parts of a page have their places."""

import numpy as np
import pytest
from PIL import Image

from zyra.core.errors import UsageError
from zyra.visualize.colour_bar import ColourBar, legend
from zyra.visualize.layout import laid_out, unit_of
from zyra.visualize.palettes import named_palette
from zyra.visualize.projection import MapView
from zyra.visualize.scale import Scale


def bar(orientation="horizontal", low=0.0, high=10.0, unit=1.0):
    return ColourBar(Scale(low, high, named_palette("gray")), "K", orientation, unit)


@pytest.mark.parametrize("orientation", ["horizontal", "vertical"])
@pytest.mark.parametrize("size", [(1024, 512), (400, 900), (4096, 2048), (320, 200)])
@pytest.mark.parametrize("aspect", [2.0, 0.5, 5.0])
def test_everything_fits_on_the_page(size, aspect, orientation):
    unit = unit_of(*size, 96)
    page = laid_out(*size, aspect, bar(orientation, unit=unit), unit=unit, degrees=True)
    assert page.bar is not None
    for box in (page.map, page.bar):
        assert box.left >= 0
        assert box.top >= 0
        assert box.right <= size[0]
        assert box.bottom <= size[1]
    assert page.bar.top >= page.map.bottom or page.bar.left >= page.map.right


@pytest.mark.parametrize("aspect", [2.0, 1.0, 0.6])
def test_a_map_on_a_page_keeps_its_proportions(aspect):
    page = laid_out(1200, 800, aspect, bar(), unit=1.0, degrees=True)
    assert page.map.width / page.map.height == pytest.approx(aspect, rel=0.01)


def test_a_page_too_small_for_a_map_is_refused():
    with pytest.raises(UsageError, match="40 x 40 pixels leave no room"):
        laid_out(40, 40, 2.0, bar(), unit=1.0, degrees=True)


def test_a_resolution_twice_as_high_doubles_the_text():
    assert unit_of(1024, 512, 192) == 2 * unit_of(1024, 512, 96)


@pytest.mark.parametrize("orientation", ["horizontal", "vertical"])
def test_a_tick_points_at_the_colour_of_its_value(orientation):
    length = 401
    page = Image.new("RGB", (500, 500), "white")
    bar(orientation).draw(page, 20, 20, length)
    pixels = np.asarray(page).astype(int)
    strip = pixels[26, 20:421, 0] if orientation == "horizontal" else pixels[420:19:-1, 26, 0]
    # Ticks stand just beyond the 12 pixels of the bar, at whole numbers from 0 to 10.
    ticks = pixels[33, 20:421, 0] if orientation == "horizontal" else pixels[420:19:-1, 33, 0]
    places = np.flatnonzero(ticks < 128)
    assert (places / 40) == pytest.approx(np.round(places / 40), abs=0.06)
    assert (places[0], places[-1]) == (0, 400)
    inner = places[1:-1]
    assert strip[inner] == pytest.approx(inner / 400 * 255, abs=3)


def test_a_legend_with_a_power_of_ten_says_so():
    assert bar(high=1e-5).caption(400) == "\N{MULTIPLICATION SIGN}10⁻⁵ K"
    assert legend(bar(high=1e-5)).mode == "RGBA"


@pytest.mark.parametrize(
    ("extent", "aspect"),
    [
        ((-180, 180, -90, 90), 2.0),
        ((0, 10, -5, 5), 1.0),
        # cos 60 = 1/2: a degree of longitude is half as long as at the equator.
        ((-10, 10, 55, 65), 1.0),
        ((20, 60, -65, -55), 2.0),
    ],
)
def test_the_map_of_a_page_is_true_at_its_middle_latitude(extent, aspect):
    assert MapView.over(extent, 640, 480).true_aspect == pytest.approx(aspect)
