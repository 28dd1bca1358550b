"""GeoTIFF as other programs see it, and as it is read back."""

from datetime import UTC, datetime

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from zyra.core.errors import UnsupportedFormat
from zyra.fields.crs import Crs
from zyra.fields.field import Field, Level
from zyra.fields.formats import open_dataset, select_fields
from zyra.fields.geotiff_lattice import lattice_of
from zyra.fields.geotiff_write import write_geotiff
from zyra.fields.grid import Grid
from zyra.fields.selection import Selection

SPHERE = Crs("latitude_longitude", {"earth_radius": 6371229.0})
VALUES = np.arange(6, dtype=np.float32).reshape(2, 3)


def grid_of(x, y, crs=SPHERE):
    return Grid(crs, x=np.array(x, np.float64), y=np.array(y, np.float64))


def described(grid, values=VALUES, **known):
    return Field(values=values, grid=grid, variable="t", units="K", **known)


def write(path, field):
    return write_geotiff(path, [field], field.grid, lambda _: field)


@pytest.mark.parametrize(
    ("x", "y", "left", "top"),
    [
        ([10, 11, 12], [6, 5], 9.5, 6.5),
        ([10, 11, 12], [5, 6], 9.5, 6.5),
        ([12, 11, 10], [6, 5], 9.5, 6.5),
        ([350, 351, 352], [6, 5], -10.5, 6.5),
        ([179, 180, 181], [6, 5], 178.5, 6.5),
        ([0, 120, 240], [6, 5], -180.0, 6.5),
    ],
)
def test_each_point_is_found_at_its_place(x, y, left, top, tmp_path):
    write(tmp_path / "t.tif", described(grid_of(x, y)))
    with rasterio.open(tmp_path / "t.tif") as raster:
        assert (raster.bounds.left, raster.bounds.top) == (left, top)
        assert raster.transform.e < 0 < raster.transform.a
        for row, latitude in enumerate(y):
            for column, longitude in enumerate(x):
                place = ((longitude - left) % 360.0 + left, latitude)
                assert next(raster.sample([place]))[0] == VALUES[row, column]


def test_missing_values_are_nodata(tmp_path):
    values = VALUES.copy()
    values[0, 1] = np.nan
    write(tmp_path / "t.tif", described(grid_of([0, 1, 2], [1, 0]), values))
    with rasterio.open(tmp_path / "t.tif") as raster:
        assert raster.read_masks(1).tolist() == [[255, 0, 255], [255, 255, 255]]


@pytest.mark.parametrize(
    ("rows", "columns", "side"), [(1020, 500, 512), (500, 1020, 512), (721, 1440, 256)]
)
def test_large_rasters_are_compressed_in_tiles_that_fit(tmp_path, rows, columns, side):
    grid = grid_of(np.arange(columns) / 10, np.arange(rows) / 10)
    write(tmp_path / "t.tif", described(grid, np.zeros(grid.shape, np.float32)))
    with rasterio.open(tmp_path / "t.tif") as raster:
        assert raster.block_shapes == [(side, side)]
        assert raster.compression.value == "DEFLATE"


def test_uneven_rows_are_interpolated_linearly():
    lattice = lattice_of(grid_of([0, 1], [4, 3, 0]))
    raster = lattice.raster(np.array([[0, 0], [1, 1], [4, 4]], np.float32))
    assert lattice.is_resampled
    assert raster[:, 0].tolist() == [0.0, 2.0, 4.0]


def test_interpolation_does_not_spread_missing_values_to_rows_that_are_met():
    lattice = lattice_of(grid_of([0, 1], [4, 3, 0]))
    raster = lattice.raster(np.array([[5, 5], [np.nan, 1], [4, 4]], np.float32))
    assert np.array_equal(raster[:, 0], [5.0, np.nan, 4.0], equal_nan=True)


def test_gaussian_rows_are_close_enough_to_keep_values():
    nodes, _ = np.polynomial.legendre.leggauss(96)
    lattice = lattice_of(grid_of([0, 1], np.degrees(np.arcsin(nodes))[::-1]))
    assert not lattice.is_resampled
    assert lattice.shift < 0.02


@pytest.mark.parametrize(("x", "y"), [([0.0], [0.0, 1.0]), ([0.0, 1.0], [0.0])])
def test_single_rows_and_columns_are_refused(x, y):
    with pytest.raises(UnsupportedFormat, match="no cells"):
        lattice_of(grid_of(x, y))


def test_what_is_written_is_read_back(tmp_path):
    original = described(
        grid_of([0, 1, 2], [1, 0]),
        long_name="Temperature",
        standard_name="air_temperature",
        short_name="t",
        level=Level("depthBelowLandLayer", 0.1, "m", 0.4),
        reference_time=datetime(2026, 1, 1, tzinfo=UTC),
        valid_time=datetime(2026, 1, 1, 6, tzinfo=UTC),
        forecast_hour=6.0,
        period_hours=6.0,
        statistic="mean",
        member=3,
    )
    write(tmp_path / "t.tif", original)
    with open_dataset(tmp_path / "t.tif") as dataset:
        found = dataset.read(dataset.infos[0])
    for name in (
        "variable", "long_name", "standard_name", "short_name", "units", "level", "member",
        "reference_time", "valid_time", "forecast_hour", "period_hours", "statistic",
    ):  # fmt: skip
        assert getattr(found, name) == getattr(original, name), name
    assert np.array_equal(found.values, VALUES)


@pytest.fixture
def foreign(tmp_path):
    """Makes a GeoTIFF as other programs write it."""

    def make(values, *, crs="EPSG:4326", transform=None, **profile):
        path = tmp_path / "foreign.tif"
        rows, columns = values.shape
        with rasterio.open(
            path, "w", driver="GTiff", height=rows, width=columns, count=1, crs=crs,
            dtype=values.dtype, transform=transform or Affine(1, 0, -180, 0, -1, 90), **profile,
        ) as file:  # fmt: skip
            file.write(values, 1)
            file.scales, file.offsets = (0.5,), (10.0,)
            file.set_band_unit(1, "m")
        return path

    return make


def test_bands_of_other_makers_are_scaled_and_placed(foreign):
    path = foreign(np.array([[1, 2], [255, 4]], np.uint8), nodata=255)
    with open_dataset(path) as dataset:
        field = dataset.read(dataset.infos[0])
    assert np.array_equal(field.values, [[10.5, 11.0], [np.nan, 12.0]], equal_nan=True)
    assert (field.variable, field.units) == ("band_1", "m")
    assert field.grid.crs.is_geographic
    assert (field.grid.x.tolist(), field.grid.y.tolist()) == ([-179.5, -178.5], [89.5, 88.5])


def test_projected_raster_keeps_its_system(foreign):
    path = foreign(np.ones((2, 2), np.float32), crs="EPSG:32633")
    with open_dataset(path) as dataset:
        crs = dataset.grid(dataset.infos[0]).crs
    lon, lat = crs.inverse([500000.0], [0.0])
    assert (lon[0], lat[0]) == pytest.approx((15.0, 0.0))


def test_system_in_feet_is_placed_in_feet(foreign):
    path = foreign(np.ones((2, 2), np.float32), crs="EPSG:2264")
    with open_dataset(path) as dataset:
        crs = dataset.grid(dataset.infos[0]).crs
    # EPSG: false origin of NAD83 / North Carolina (ftUS).
    lon, lat = crs.inverse([2000000.0], [0.0])
    assert (lon[0], lat[0]) == pytest.approx((-79.0, 33.75), abs=1e-6)


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ({"crs": None}, "no coordinate system"),
        ({"transform": Affine.rotation(30)}, "rotated"),
    ],
)
def test_rasters_without_a_grid_of_ours_are_refused(profile, reason, foreign):
    path = foreign(np.ones((2, 2), np.float32), **profile)
    with open_dataset(path) as dataset, pytest.raises(UnsupportedFormat, match=reason):
        select_fields(dataset, Selection())
