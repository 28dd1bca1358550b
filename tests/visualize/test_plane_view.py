"""Maps in bent projections: places in pixels, and lines cut where the map is torn."""

import numpy as np
import pyproj
import pytest

from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.map_projections import RADIUS
from zyra.visualize.natural_earth import Lines, read_features
from zyra.visualize.places import places_of
from zyra.visualize.plane_graticule import plane_graticule, plane_labels

LONLAT = Crs("latitude_longitude", {})
WORLD_GRID = Grid(LONLAT, np.arange(0.0, 360.0, 5.0), np.arange(90.0, -90.1, -5.0))
US = (-125.0, -65.0, 25.0, 50.0)
PACIFIC = (160.0, -140.0, -50.0, -20.0)
CHOICES = {
    "robin": MapChoice("Robinson"),
    "robin across the date line": MapChoice("Robinson", PACIFIC),
    "ortho": MapChoice("Orthographic", center=(-100.0, 40.0)),
    "north": MapChoice("NorthPolarStereo"),
    "south": MapChoice("SouthPolarStereo", (-180.0, 180.0, -90.0, -40.0), center=(30.0,)),
    "lcc": MapChoice("LambertConformal", US),
    "lcc across the date line": MapChoice("LambertConformal", PACIFIC),
}
# What PROJ calls the same, with the automatic middles and parallels spelled out.
PROJ = {
    "robin": "+proj=robin +lon_0=0",
    "robin across the date line": "+proj=robin +lon_0=190",
    "ortho": "+proj=ortho +lon_0=-100 +lat_0=40",
    "north": "+proj=stere +lat_0=90 +lat_ts=90 +lon_0=0",
    "south": "+proj=stere +lat_0=-90 +lat_ts=-90 +lon_0=30",
    "lcc": "+proj=lcc +lon_0=-95 +lat_0=37.5 +lat_1=29.166666667 +lat_2=45.833333333",
    "lcc across the date line": "+proj=lcc +lon_0=190 +lat_0=-35 +lat_1=-45 +lat_2=-25",
}
CITIES = np.array(
    [(-74.0, 40.7), (151.2, -33.9), (0.0, 51.5), (-118.2, 34.0), (18.4, -33.9), (178.0, -18.1)]
)  # New York, Sydney, London, Los Angeles, Cape Town, Suva


def view_of(name, width=800, height=600):
    return CHOICES[name].view(WORLD_GRID, width, height)


def line(*points):
    lon, lat = np.array(points, np.float32).T
    return Lines(lon, lat, np.zeros(1, np.intp))


@pytest.mark.parametrize("name", CHOICES)
def test_cities_lie_where_proj_puts_them(name):
    view = view_of(name)
    columns, rows = view.pixels_of(*CITIES.T)
    x, y = pyproj.Proj(f"{PROJ[name]} +R={RADIUS}")(*CITIES.T)
    left, right, _, top = view.window
    seen = np.isfinite(x) & (np.abs(x) < 1e8)
    assert seen.sum() >= 3
    pixel = (right - left) / 800
    # Robinson's table is interpolated otherwise by PROJ, by up to 3 km.
    slack = 3000 / pixel if "robin" in name else 0.001
    np.testing.assert_allclose(columns[seen], (x[seen] - left) / pixel, atol=slack)
    np.testing.assert_allclose(rows[seen], (top - y[seen]) / pixel, atol=slack)


@pytest.mark.parametrize("name", CHOICES)
def test_pixels_are_square_and_the_places_of_pixels_come_back(name):
    view = view_of(name, 80, 60)
    left, right, bottom, top = view.window
    assert (right - left) / 80 == pytest.approx((top - bottom) / 60)
    lon, lat = np.broadcast_arrays(*view.lonlat_of_pixels())
    columns, rows = view.pixels_of(lon, lat)
    expected_rows, expected_columns = np.indices((60, 80)) + 0.5
    seen = np.isfinite(lon)
    np.testing.assert_allclose(columns[seen], expected_columns[seen], atol=0.02)
    np.testing.assert_allclose(rows[seen], expected_rows[seen], atol=0.02)


@pytest.mark.parametrize("name", CHOICES)
def test_a_part_of_the_rows_is_that_of_all(name):
    view = view_of(name, 80, 60)
    whole, part = view.lonlat_of_pixels(), view.lonlat_of_pixels(slice(20, 30))
    for all_rows, some in zip(whole, part, strict=True):
        np.testing.assert_array_equal(
            np.broadcast_to(all_rows, (60, 80))[20:30], np.broadcast_to(some, (10, 80))
        )


@pytest.mark.parametrize("name", CHOICES)
def test_no_coast_runs_across_the_map(name):
    view = view_of(name)
    segments = view.segments_of(read_features("coastline", "110m"))
    assert len(segments) > 20
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    on_map = (segments > 0).all(axis=1) & (segments < [800, 600, 800, 600]).all(axis=1)
    assert lengths[on_map].max() < 90


def test_a_line_over_the_seam_goes_on_at_the_other_rim():
    view = view_of("robin")
    pieces = view.segments_of(line((170, 0), (-170, 10)))
    assert len(pieces) == 2
    rim = view.pixels_of(np.array([179.999999, -179.999999]), np.array([5.0, 5.0]))
    np.testing.assert_allclose(pieces[0, 2:], (rim[0][0], rim[1][0]), atol=0.01)
    np.testing.assert_allclose(pieces[1, :2], (rim[0][1], rim[1][1]), atol=0.01)


def test_a_line_that_ends_on_the_seam_has_no_spot_on_the_other_side():
    pieces = view_of("robin").segments_of(line((170, 0), (180, 0)))
    assert len(pieces) == 1
    assert (pieces[:, 2] > pieces[:, 0]).all()


def test_a_line_ends_at_the_horizon():
    view = MapChoice("Orthographic", center=(0.0, 0.0)).view(WORLD_GRID, 600, 600)
    (piece,) = view.segments_of(line((80, 0), (100, 0)))
    column, row = view.pixels_of(np.array([90.0]), np.array([0.0]))
    assert piece[2:] == pytest.approx((column[0], row[0]), abs=0.5)


def test_the_far_side_of_the_globe_has_no_lines():
    view = MapChoice("Orthographic", center=(0.0, 0.0)).view(WORLD_GRID, 600, 600)
    assert len(view.segments_of(line((170, 0), (175, 10), (178, 5)))) == 0


def test_the_outline_is_the_horizon():
    view = MapChoice("Orthographic", center=(20.0, 50.0)).view(WORLD_GRID, 500, 500)
    away = np.hypot(view.outline()[:, 0] - 250, view.outline()[:, 1] - 250)
    assert away == pytest.approx(np.full(len(away), 250 / 1.008), abs=0.3)


def test_a_cone_is_not_drawn_into_its_gap():
    choice = MapChoice("LambertConformal", (-180.0, 180.0, 20.0, 89.0), parallels=(50.0, 50.0))
    lon, _ = choice.view(WORLD_GRID, 100, 100).lonlat_of_pixels()
    # A cone on 50 degrees opens to sin 50 of a full turn, upwards from the pole here.
    assert 0.02 < np.isnan(lon).mean() < 0.4


def test_the_system_of_the_data_is_a_window_of_its_own_grid():
    cone = Crs(
        "lambert_conformal_conic",
        {"standard_parallel": 38.5, "longitude_of_central_meridian": -97.5,
         "latitude_of_projection_origin": 38.5, "earth_radius": 6371229.0},
    )  # fmt: skip
    grid = Grid(cone, np.arange(0.0, 3e5, 3e3), np.arange(0.0, 1.5e5, 3e3))
    view = MapChoice("native").view(grid, 200, 100)
    x, y = view.lines_in(cone)
    assert (x[0], x[-1]) == pytest.approx((-1500 + 750, 298500 - 750))
    assert (y[0], y[-1]) == pytest.approx((148500 - 750, -1500 + 750))
    assert view.lines_in(LONLAT) is None


def test_equal_choices_make_equal_views():
    for name in CHOICES:
        assert view_of(name) == view_of(name)
        assert hash(view_of(name)) == hash(view_of(name))


def test_parallels_run_from_rim_to_rim_and_are_named_there():
    view = view_of("robin", 1000, 500)
    segments = view.segments_of(plane_graticule(view).lines)
    level = segments[np.abs(segments[:, 1] - 250) + np.abs(segments[:, 3] - 250) < 0.1]
    rim = view.outline()[:, 0]
    assert (level[:, [0, 2]].min(), level[:, [0, 2]].max()) == pytest.approx(
        (rim.min(), rim.max()), abs=1.5
    )
    (equator,) = (label for label in plane_labels(view) if label.text == "0°")
    assert (equator.position, equator.inset) == pytest.approx((250, rim.min()), abs=1.5)


def test_meridians_are_named_where_they_meet_the_lower_edge():
    view = view_of("lcc")
    below = {label.text: label.position for label in plane_labels(view) if label.side == "below"}
    assert len(below) >= 4
    for text, column in below.items():
        lon = -float(text.removesuffix("°W"))
        lat = np.linspace(0.0, 50.0, 20001)
        columns, rows = view.pixels_of(np.full(20001, lon), lat)
        assert columns[np.abs(rows - 600).argmin()] == pytest.approx(column, abs=0.5)


def test_parallels_around_a_pole_are_named_below_it_on_the_map():
    view = view_of("north")
    named = {label.text: label for label in plane_labels(view) if label.side == "on"}
    assert {"80°N", "60°N"} <= set(named)
    for text, label in named.items():
        columns, rows = view.pixels_of(np.zeros(1), np.array([float(text.removesuffix("°N"))]))
        assert (label.inset, label.position) == pytest.approx((columns[0], rows[0]), abs=1.0)


@pytest.mark.parametrize("name", CHOICES)
def test_places_of_a_large_map_are_those_of_its_pixels(name):
    """They are interpolated; GDAL tolerates an eighth of a cell, here it is a fiftieth."""
    view = view_of(name, 1200, 900)
    places = places_of(WORLD_GRID, view)
    lon, lat = (np.broadcast_to(line, (900, 1200)) for line in view.lonlat_of_pixels())
    assert np.array_equal(places.inside, np.isfinite(lon))
    rows, columns = (90.0 - lat) / 5.0, lon / 5.0
    inside = places.inside
    assert places.rows[inside] == pytest.approx(rows[inside], abs=0.02)
    apart = np.abs(places.columns - columns)[inside] % 72.0
    assert np.minimum(apart, 72.0 - apart).max() < 0.03
