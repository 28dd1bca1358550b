"""Where values lie: coordinates equal those of ecCodes' own iterator over points."""

from itertools import product

import eccodes
import numpy as np
import pytest
from pyproj import Proj

from eccodes_oracle import DATA, GRIDDED_FILES, message
from zyra.core.errors import DataError
from zyra.fields.grib import read_field, read_inventory
from zyra.fields.grib_reduced import fill_rows

# 24 million points: ecCodes' iterator would take half a minute for the mosaic.
ITERATED = [name for name in GRIDDED_FILES if "reduced" not in name and "mrms" not in name]

DEGREES = 1e-3


def lon_lat(field):
    x, y = np.meshgrid(field.grid.x, field.grid.y)
    return field.grid.crs.inverse(x, y)


def apart(one, other):
    """Difference of longitudes whatever turns they are given in."""
    return np.abs((one - other + 180.0) % 360.0 - 180.0)


def first_field(name):
    return read_field(DATA / name, read_inventory(DATA / name)[0])


def write_message(handle, path):
    path.write_bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    return read_field(path, read_inventory(path)[0])


@pytest.mark.parametrize("name", ITERATED)
def test_every_point_lies_where_eccodes_puts_it(name):
    lon, lat = lon_lat(first_field(name))
    with message(name) as handle:
        their_lat = eccodes.codes_get_double_array(handle, "latitudes")
        their_lon = eccodes.codes_get_double_array(handle, "longitudes")
    assert np.abs(lat.ravel() - their_lat).max() < DEGREES
    assert apart(lon.ravel(), their_lon).max() < DEGREES


def test_corners_of_the_radar_mosaic_are_those_of_its_header():
    grid = first_field("mrms_merged_reflectivity.grib2").grid
    assert grid.shape == (3500, 7000)
    assert (grid.x[0], grid.x[-1]) == pytest.approx((230.005, 299.994998), abs=1e-6)
    assert (grid.y[0], grid.y[-1]) == pytest.approx((54.995, 20.005001), abs=1e-6)
    assert grid.is_even


def test_global_grids_are_known_to_close_upon_themselves():
    grid = first_field("gfs_0p25_tmp_pv_missing.grib2").grid
    assert grid.is_global
    assert grid.bounds == pytest.approx((-0.125, -90.125, 359.875, 90.125))


def test_reduced_rows_are_filled_from_their_neighbours_along_the_parallel():
    name = "reduced_gg.grib1"
    field = first_field(name)
    with message(name) as handle:
        lat = eccodes.codes_get_double_array(handle, "latitudes")
        lon = eccodes.codes_get_double_array(handle, "longitudes")
        values = eccodes.codes_get_double_array(handle, "values")
    for row, latitude in enumerate(field.grid.y):
        here = np.abs(lat - latitude) < DEGREES
        expected = np.interp(field.grid.x, lon[here], values[here], period=360.0)
        np.testing.assert_allclose(field.values[row], expected, rtol=1e-5, atol=1e-5)


def test_a_missing_neighbour_makes_an_interpolated_point_missing_but_not_a_true_one():
    row = np.array([1.0, np.nan, 3.0, 5.0], np.float32)
    filled = fill_rows(row, np.array([4]), 8, is_closed=True)
    np.testing.assert_array_equal(filled[0], [1, np.nan, np.nan, np.nan, 3, 4, 5, 3])


def test_counts_of_a_reduced_grid_that_do_not_add_up_are_refused():
    with pytest.raises(DataError, match="4 values for 5 points"):
        fill_rows(np.zeros(4, np.float32), np.array([2, 3]), 3, is_closed=True)


# Edition, and the flags of table 3.4; edition 1 has no alternating rows.
SCANS = [scan for scan in product((1, 2), *[(0, 1)] * 4) if scan[0] == 2 or not scan[4]]


@pytest.mark.parametrize("scan", SCANS)
def test_every_scan_order_puts_every_value_on_its_point(tmp_path, scan):
    edition, i_negative, j_positive, consecutive, alternating = scan
    handle = eccodes.codes_grib_new_from_samples(f"regular_ll_sfc_grib{edition}")
    west_east, south_north = [350.0, 20.0], [10.0, 30.0]
    for key, value in {
        "Ni": 4,
        "Nj": 3,
        "iDirectionIncrementInDegrees": 10.0,
        "jDirectionIncrementInDegrees": 10.0,
        "longitudeOfFirstGridPointInDegrees": west_east[i_negative],
        "longitudeOfLastGridPointInDegrees": west_east[1 - i_negative],
        "latitudeOfFirstGridPointInDegrees": south_north[1 - j_positive],
        "latitudeOfLastGridPointInDegrees": south_north[j_positive],
        "iScansNegatively": i_negative,
        "jScansPositively": j_positive,
        "jPointsAreConsecutive": consecutive,
    }.items():
        eccodes.codes_set(handle, key, value)
    if alternating:
        eccodes.codes_set(handle, "alternativeRowScanning", 1)
    eccodes.codes_set_values(handle, np.arange(12.0))
    field = write_message(handle, tmp_path / "scan.grib")

    assert list(field.grid.x) == pytest.approx([350, 360, 370, 380])
    assert list(field.grid.y) == pytest.approx([10, 20, 30] if j_positive else [30, 20, 10])
    place = {
        round(float(value)): (row, column) for (row, column), value in np.ndenumerate(field.values)
    }
    assert [place[number] for number in range(12)] == walk(i_negative, consecutive, alternating)


def walk(i_negative, consecutive, alternating):
    """Rows and columns in the order of a file, after WMO flag table 3.4; columns from the west."""
    steps = []
    for line in range(4 if consecutive else 3):
        inner = range(3 if consecutive else 4)
        for step in reversed(inner) if alternating and line % 2 else inner:
            row, column = (step, line) if consecutive else (line, step)
            steps.append((row, 3 - column if i_negative else column))
    return steps


def test_a_rotated_globe_is_turned_as_proj_turns_it(tmp_path):
    handle = eccodes.codes_grib_new_from_samples("rotated_ll_sfc_grib2")
    eccodes.codes_set(handle, "latitudeOfSouthernPoleInDegrees", -35.0)
    eccodes.codes_set(handle, "longitudeOfSouthernPoleInDegrees", 15.0)
    eccodes.codes_set(handle, "angleOfRotationInDegrees", 25.0)
    crs = write_message(handle, tmp_path / "rotated.grib2").grid.crs
    # What PROJ makes of its method "Pole rotation (GRIB convention)" with these numbers.
    proj = Proj("+proj=ob_tran +o_proj=longlat +o_lon_p=-25 +o_lat_p=35 +lon_0=15 +R=6371229")
    assert crs.forward(20.0, 50.0) == pytest.approx(np.degrees(proj(20.0, 50.0)), abs=1e-6)


def test_a_gaussian_grid_has_the_latitudes_of_eccodes(tmp_path):
    handle = eccodes.codes_grib_new_from_samples("regular_gg_pl_grib2")
    lat = eccodes.codes_get_double_array(handle, "distinctLatitudes")
    field = write_message(handle, tmp_path / "gaussian.grib2")
    np.testing.assert_allclose(np.sort(field.grid.y), np.sort(lat), atol=1e-6)
    assert field.grid.is_global
    assert not field.grid.is_even
