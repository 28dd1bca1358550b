"""Places along the rows and columns of a grid, and back."""

import numpy as np
import pytest

from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.fields.warp_lines import Line, goes_round

LONLAT = Crs("latitude_longitude", {})
ROTATED = Crs(
    "rotated_latitude_longitude",
    {"grid_north_pole_latitude": 40.0, "grid_north_pole_longitude": 170.0},
)
EVEN, UNEVEN = np.linspace(20.0, 60.0, 21), np.array([20.0, 21.0, 25.0, 40.0, 60.0])
# Nearly even, and ends short of the poles, as Gaussian latitudes do.
GAUSSIAN = np.concatenate([[87.8], np.arange(84.0, -85.0, -4.0), [-87.8]])
AROUND = np.arange(0.0, 360.0, 30.0)


def columns(x, crs=LONLAT) -> Line:
    return Line.of_columns(Grid(crs, x, np.array([10.0, 0.0])))


def rows(y) -> Line:
    return Line.of_rows(Grid(LONLAT, np.array([0.0, 10.0]), y))


@pytest.mark.parametrize("x", [EVEN, EVEN[::-1], UNEVEN, UNEVEN[::-1], AROUND, AROUND[::-1] - 90])
def test_a_coordinate_has_the_place_that_its_knots_say(x):
    line = columns(x)
    places, coordinates = line.knots_in_order()
    between = (places[:-1] + places[1:]) / 2
    found = line.located(np.interp(between, places, coordinates))
    assert found == pytest.approx(np.clip(between, 0, None if line.wraps else line.count - 1))


@pytest.mark.parametrize("x", [EVEN, UNEVEN[::-1], AROUND])
def test_each_point_of_a_line_has_its_number(x):
    assert columns(x).located(x) == pytest.approx(np.arange(len(x)))


@pytest.mark.parametrize("turns", [-1, 1, 3])
def test_a_longitude_is_the_same_after_whole_turns(turns):
    assert columns(AROUND).located(AROUND + 360.0 * turns) == pytest.approx(np.arange(12))
    assert columns(EVEN).located(EVEN + 360.0 * turns) == pytest.approx(np.arange(21))


def test_between_the_last_column_and_the_first_again_places_go_on():
    places, coordinates = columns(AROUND).knots_in_order()
    assert (places[-1], coordinates[-1]) == (12.0, 360.0)
    assert columns(AROUND).located(np.array([345.0])) == pytest.approx([11.5])


def test_beyond_the_outer_edges_there_is_no_place():
    found = columns(EVEN).located(np.array([18.9, 19.1, 60.9, 61.1, np.nan]))
    assert np.isnan(found).tolist() == [True, False, False, True, True]
    assert found[[1, 2]].tolist() == [0.0, 20.0]


@pytest.mark.parametrize("y", [np.arange(89.0, -90, -2.0), GAUSSIAN])
def test_the_rows_nearest_to_the_poles_reach_up_to_them(y):
    found = rows(y).located(np.array([90.0, -90.0]))
    assert found.tolist() == [0.0, len(y) - 1.0]
    assert rows(y).knots_in_order()[1][[0, -1]].tolist() == pytest.approx([90.0, -90.0])


def test_a_globe_with_its_pole_elsewhere_goes_round_as_well():
    assert goes_round(Grid(ROTATED, AROUND, EVEN))
    assert not goes_round(Grid(ROTATED, AROUND[:-1], EVEN))
    assert columns(AROUND, ROTATED).located(np.array([359.9])) == pytest.approx([359.9 / 30])
