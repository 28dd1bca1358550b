"""What lies in a box: on regular grids, across the date line, on projected grids."""

import numpy as np
import pyproj
import pytest

from eccodes_oracle import DATA
from zyra.core.errors import SelectionError, UsageError
from zyra.fields.crop import Box, inside, window_of
from zyra.fields.crop_dataset import CroppedDataset
from zyra.fields.crs import Crs
from zyra.fields.formats import open_dataset
from zyra.fields.grid import Grid

LONLAT = Crs("latitude_longitude", {})
GLOBE = Grid(LONLAT, np.arange(0.0, 360.0, 2.5), np.arange(90.0, -90.1, -2.5))
LAMBERT = Crs(
    "lambert_conformal_conic",
    {
        "standard_parallel": 38.5,
        "longitude_of_central_meridian": 262.5,
        "latitude_of_projection_origin": 38.5,
        "earth_radius": 6371229.0,
    },
)


def test_points_on_the_edges_of_the_box_are_in_it():
    window = window_of(GLOBE, Box(5.0, -10.0, 15.0, 2.5))
    assert window.grid.x.tolist() == [5.0, 7.5, 10.0, 12.5, 15.0]
    assert window.grid.y.tolist() == [2.5, 0.0, -2.5, -5.0, -7.5, -10.0]
    assert window.inside is None


@pytest.mark.parametrize(
    ("west", "east", "wanted"),
    [
        (-5.0, 5.0, [-5.0, -2.5, 0.0, 2.5, 5.0]),
        (355.0, 5.0, [355.0, 357.5, 360.0, 362.5, 365.0]),
        (175.0, -175.0, [175.0, 177.5, 180.0, 182.5, 185.0]),
        (-10.0, -5.0, [350.0, 352.5, 355.0]),
        (350.0, 355.0, [350.0, 352.5, 355.0]),
    ],
)
def test_boxes_may_cross_greenwich_and_the_date_line(west, east, wanted):
    window = window_of(GLOBE, Box(west, 0.0, east, 10.0))
    assert window.grid.x.tolist() == wanted
    assert (GLOBE.x[window.columns] - window.grid.x).tolist() == [
        360.0 * round((GLOBE.x[column] - x) / 360.0)
        for column, x in zip(window.columns, window.grid.x, strict=True)
    ]


def test_columns_from_east_to_west_stay_in_that_order():
    turned = Grid(LONLAT, GLOBE.x[::-1], GLOBE.y)
    window = window_of(turned, Box(-5.0, 0.0, 5.0, 10.0))
    assert window.grid.x.tolist() == [5.0, 2.5, 0.0, -2.5, -5.0]


def test_a_meridian_that_a_grid_has_twice_is_taken_once():
    closed = Grid(LONLAT, np.arange(0.0, 361.0, 5.0), GLOBE.y)
    assert window_of(closed, Box(-5.0, 0.0, 5.0, 10.0)).grid.x.tolist() == [-5.0, 0.0, 5.0]


@pytest.mark.parametrize("box", [Box(-180.0, -90.0, 180.0, 90.0), Box(0.0, -90.0, 360.0, 90.0)])
def test_a_box_all_the_way_round_keeps_the_grid(box):
    assert window_of(GLOBE, box).grid == GLOBE


def test_on_a_projected_grid_all_points_in_the_box_and_no_smaller_window_are_taken():
    grid = Grid(LAMBERT, np.arange(-2e6, 2e6, 5e4), np.arange(-1e6, 1.5e6, 5e4))
    project = pyproj.Proj("+proj=lcc +lat_1=38.5 +lat_0=38.5 +lon_0=262.5 +R=6371229")
    lon, lat = project(*np.meshgrid(grid.x, grid.y), inverse=True)
    wanted = (lon >= -105) & (lon <= -90) & (lat >= 35) & (lat <= 45)
    window = window_of(grid, Box(-105.0, 35.0, -90.0, 45.0))
    rows, columns = np.nonzero(wanted.any(axis=1))[0], np.nonzero(wanted.any(axis=0))[0]
    assert (window.rows[[0, -1]] == rows[[0, -1]]).all()
    assert (window.columns[[0, -1]] == columns[[0, -1]]).all()
    assert (window.inside == wanted[np.ix_(window.rows, window.columns)]).all()


def test_stride_keeps_every_so_many_of_the_points_in_the_box():
    window = window_of(GLOBE, Box(-5.0, -10.0, 5.0, 10.0), stride=(3, 2))
    assert window.grid.x.tolist() == [-5.0, 0.0, 5.0]
    assert window.grid.y.tolist() == [10.0, 2.5, -5.0]


def test_a_box_without_points_is_refused_with_what_the_grid_covers():
    regional = Grid(LONLAT, np.arange(10.0, 21.0), np.arange(40.0, 51.0))
    with pytest.raises(SelectionError, match="the box -30 40 -20 50") as refused:
        window_of(regional, Box(-30.0, 40.0, -20.0, 50.0))
    assert refused.value.hint.endswith("covers --bbox 9.5 39.5 20.5 50.5")


@pytest.mark.parametrize(
    "given",
    [(0, 1, 2), (0, 50, 10, 40), (0, -91, 10, 40), (0, 40, float("nan"), 50), (0, 0, 9e999, 1)],
)
def test_numbers_that_are_no_box_are_refused(given):
    with pytest.raises(UsageError, match="box"):
        Box.from_numbers(given)


@pytest.mark.parametrize("is_masked", [False, True])
def test_points_outside_the_box_become_missing_only_when_asked(is_masked):
    box = Box(-100.0, 35.0, -95.0, 40.0)
    with open_dataset(DATA / "hrrr_t06z_f01_tmp.grib2") as dataset:
        info = dataset.infos[0]
        whole = dataset.read(info)
        part = CroppedDataset(dataset, box, is_masked=is_masked).read(info)
    window = window_of(whole.grid, box)
    kept = whole.values[np.ix_(window.rows, window.columns)]
    within = inside(whole.grid, box)[np.ix_(window.rows, window.columns)]
    assert not within.all()
    assert np.array_equal(part.values[within], kept[within])
    assert np.isnan(part.values[~within]).all() == is_masked
    assert part.grid.shape == part.values.shape
