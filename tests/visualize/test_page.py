"""What stands around a map."""

import numpy as np
import pytest

from zyra.visualize.graticule import graticule_labels
from zyra.visualize.layout import laid_out, unit_of
from zyra.visualize.page import Page
from zyra.visualize.projection import MapView
from zyra.visualize.text import font

WORLD = (-180.0, 180.0, -90.0, 90.0)
EUROPE = (-10.0, 40.0, 35.0, 70.0)


def page_of(extent, width, height):
    unit = unit_of(width, height, 96)
    layout = laid_out(width, height, 2.0, None, unit=unit, degrees=True)
    view = MapView.over(extent, layout.map.width, layout.map.height)
    return Page(layout, "", "", None, graticule_labels(view))


@pytest.mark.parametrize("extent", [WORLD, EUROPE])
@pytest.mark.parametrize("size", [(300, 200), (240, 120), (500, 300), (1024, 512)])
def test_longitudes_are_labelled_at_even_steps_without_touching(extent, size):
    page = page_of(extent, *size)
    chosen = font(10 * page.layout.unit)
    shown = page.meridians(chosen)
    assert len(shown) >= 2
    steps = np.diff([label.position for label in shown])
    assert np.ptp(steps) < 0.01
    widest = max(chosen.getlength(label.text) for label in shown)
    assert steps.min() > widest * 0.5 + 0.5
    below = [label for label in page.degrees if label.side == "below"]
    assert size != (1024, 512) or shown == below
