"""What stands around a map."""

import numpy as np
import pytest

from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.graticule import graticule_labels
from zyra.visualize.layout import laid_out, unit_of
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.page import Page
from zyra.visualize.plane_graticule import plane_labels
from zyra.visualize.projection import MapView
from zyra.visualize.sheet import shows_whole_globe
from zyra.visualize.text import font

WORLD = (-180.0, 180.0, -90.0, 90.0)
EUROPE = (-10.0, 40.0, 35.0, 70.0)
GLOBAL = Grid(Crs("latitude_longitude", {}), np.arange(-180.0, 180.0), np.arange(-90.0, 90.1))


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


@pytest.mark.parametrize("size", [(256, 128), (320, 160), (1024, 512)])
def test_latitudes_are_labelled_at_even_steps_without_touching(size):
    page = page_of(WORLD, *size)
    shown = page.parallels()
    assert "0°" in [label.text for label in shown]
    steps = np.diff([label.position for label in shown])
    assert np.ptp(steps) < 0.01
    assert steps.min() > 10 * page.layout.unit


def test_names_of_parallels_stand_beside_a_globe_not_on_it():
    view = MapChoice("Robinson").view(GLOBAL, 800, 400)
    labels = [label for label in plane_labels(view) if label.text.endswith(("N", "S", "0°"))]
    assert {label.side for label in labels if label.text in ("60°N", "0°", "30°S")} == {"left"}
    for label in labels:
        edge = np.array([label.inset - 3.0, label.inset + 3.0])
        lon, _ = view.lonlat_at(edge, np.full(2, label.position))
        assert np.isfinite(lon).tolist() == [False, True], label


@pytest.mark.parametrize("size", [(60, 30), (103, 52), (320, 160), (801, 407)])
@pytest.mark.parametrize("projection", ["Robinson", "Orthographic"])
def test_a_globe_that_is_seen_whole_needs_no_frame(projection, size):
    assert shows_whole_globe(MapChoice(projection).view(GLOBAL, *size))


@pytest.mark.parametrize("projection", ["Robinson", "Orthographic", "Mercator", "NorthPolarStereo"])
def test_a_map_that_is_cut_off_has_a_frame(projection):
    part = MapChoice(projection, (-100.0, 100.0, 30.0, 80.0)).view(GLOBAL, 300, 200)
    assert not shows_whole_globe(part)
