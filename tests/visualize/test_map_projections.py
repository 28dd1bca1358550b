"""Projections of maps put places where PROJ puts them, and bring them back."""

import numpy as np
import pyproj
import pytest

from zyra.visualize.map_projections import RADIUS, Orthographic, Robinson

LON, LAT = (
    each.ravel() for each in np.meshgrid(np.arange(-179.0, 180, 7), np.arange(-89.0, 90, 4))
)


def proj(text):
    return pyproj.Proj(f"{text} +R={RADIUS} +units=m")


@pytest.mark.parametrize("middle", [0.0, 150.0, -97.5])
def test_robinson_agrees_with_proj(middle):
    x, y = Robinson(middle).forward(LON, LAT)
    expected_x, expected_y = proj(f"+proj=robin +lon_0={middle}")(LON, LAT)
    # PROJ interpolates the same table with other curves, which differ most beside the poles.
    near_poles = np.abs(LAT) > 85
    assert np.abs(x - expected_x)[~near_poles].max() < 3200
    assert np.abs(x - expected_x)[near_poles].max() < 10000
    assert np.abs(y - expected_y).max() < 3200


def test_robinson_has_the_printed_table_at_its_knots():
    x, y = Robinson(0.0).forward(np.array([90.0, 90.0]), np.array([45.0, -60.0]))
    np.testing.assert_allclose(
        x / RADIUS, 0.8487 * np.pi / 2 * np.array([0.8962, 0.7986]), rtol=1e-6
    )
    np.testing.assert_allclose(y / RADIUS, 1.3523 * np.array([0.5571, -0.7346]), rtol=1e-6)


@pytest.mark.parametrize("middle", [(0.0, 0.0), (-100.0, 40.0), (170.0, -80.0), (20.0, 90.0)])
def test_orthographic_agrees_with_proj(middle):
    x, y = Orthographic(*middle).forward(LON, LAT)
    expected_x, expected_y = proj(f"+proj=ortho +lon_0={middle[0]} +lat_0={middle[1]}")(LON, LAT)
    hidden = ~np.isfinite(expected_x)
    assert hidden.any()
    np.testing.assert_array_equal(np.isnan(x), hidden)
    np.testing.assert_allclose(x[~hidden], expected_x[~hidden], atol=0.01)
    np.testing.assert_allclose(y[~hidden], expected_y[~hidden], atol=0.01)


@pytest.mark.parametrize("projection", [Robinson(-97.5), Orthographic(150.0, -30.0)])
def test_places_come_back(projection):
    x, y = projection.forward(LON, LAT)
    seen = np.isfinite(x) & (np.hypot(x, y) < 0.999 * RADIUS)
    lon, lat = projection.inverse(x[seen], y[seen])
    np.testing.assert_allclose((lon - LON[seen] + 180) % 360, 180, atol=1e-4)
    np.testing.assert_allclose(lat, LAT[seen], atol=1e-4)


@pytest.mark.parametrize(
    ("projection", "x", "y"),
    [
        (Robinson(0.0), 2.7 * RADIUS, 0.0),
        (Robinson(0.0), 2.6 * RADIUS, 1.2 * RADIUS),
        (Robinson(0.0), 0.0, 1.4 * RADIUS),
        (Orthographic(0.0, 40.0), 0.8 * RADIUS, 0.8 * RADIUS),
    ],
)
def test_there_is_no_place_beside_the_globe(projection, x, y):
    lon, _ = projection.inverse(np.array([x]), np.array([y]))
    assert np.isnan(lon[0])
