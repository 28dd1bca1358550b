"""Barbs carry as many feathers as the WMO's plotting model has for a speed."""

import numpy as np
import pytest

from drawn_vectors import vectors
from zyra.visualize.barbs import barb_counts, barb_shapes
from zyra.visualize.vector_artist import in_knots

# Knots: pennants, feathers, half feathers.
BARBS = {
    0: (0, 0, 0),
    2: (0, 0, 0),
    3: (0, 0, 1),
    5: (0, 0, 1),
    7: (0, 0, 1),
    8: (0, 1, 0),
    15: (0, 1, 1),
    47: (0, 4, 1),
    48: (1, 0, 0),
    65: (1, 1, 1),
    100: (2, 0, 0),
    119: (2, 2, 0),
}


def barb(u: float, v: float, lat: float = 50.0):
    """One barb at (0, 0); the wind's `v` is upwards on the map, as rows count downwards."""
    one = np.array([1.0])
    return barb_shapes(0 * one, 0 * one, u * one, -v * one, lat=lat * one, length_px=100.0)


@pytest.mark.parametrize(("knots", "counts"), BARBS.items())
def test_feathers_add_up_to_the_speed(knots, counts):
    assert tuple(int(each[0]) for each in barb_counts(np.array([float(knots)]))) == counts


@pytest.mark.parametrize(("knots", "strokes", "triangles"), [(5, 2, 0), (15, 3, 0), (65, 3, 1)])
def test_shaft_feathers_and_pennants_are_drawn(knots, strokes, triangles):
    shapes = barb(float(knots), 0.0)
    assert (len(shapes.strokes), len(shapes.triangles)) == (strokes, triangles)


def test_the_shaft_points_to_where_the_wind_comes_from():
    start, end = np.split(barb(-30.0, 0.0).strokes[0], 2)
    np.testing.assert_allclose(start, [0, 0])
    np.testing.assert_allclose(end, [100, 0], atol=1e-4)


@pytest.mark.parametrize(("lat", "side"), [(40.0, 1), (-40.0, -1)])
def test_feathers_are_on_the_side_of_low_pressure(lat, side):
    # A north wind: its shaft points up, and in the north feathers lie clockwise, to the right.
    feather = barb(0.0, -10.0, lat).strokes[1]
    assert np.sign(feather[2] - feather[0]) == side
    pennant = barb(0.0, -50.0, lat).triangles[0]
    assert np.sign(pennant[[0, 2, 4]].sum()) == side


def test_half_a_feather_alone_stands_back_from_the_end():
    assert np.hypot(*barb(5.0, 0.0).strokes[1][:2]) < 90
    assert np.hypot(*barb(10.0, 0.0).strokes[1][:2]) == pytest.approx(100)


def test_half_a_feather_is_half_as_long():
    whole, half = barb(15.0, 0.0).strokes[1:]
    assert np.hypot(*(half[2:] - half[:2])) * 2 == pytest.approx(np.hypot(*(whole[2:] - whole[:2])))


def test_feathers_do_not_overlap():
    roots = barb(45.0, 0.0).strokes[1:, 0]
    assert np.diff(np.sort(np.abs(roots))).min() > 8


def test_calm_is_a_ring():
    strokes = barb(1.0, 0.0).strokes
    np.testing.assert_allclose(np.hypot(strokes[:, 0], strokes[:, 1]), 13.0, rtol=1e-5)
    np.testing.assert_allclose(strokes[:-1, 2:], strokes[1:, :2], atol=1e-4)


def test_metres_a_second_become_knots():
    knots = in_knots(vectors(10.0, 0.0, units="m s**-1"))
    assert knots.units == "kt"
    np.testing.assert_allclose(knots.u.values, 10 * 3600 / 1852, rtol=1e-6)
