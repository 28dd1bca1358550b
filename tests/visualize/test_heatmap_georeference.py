"""A pixel of a map shows the value at its longitude and latitude."""

import eccodes
import netCDF4
import numpy as np
import pyproj
import pytest
import rasterio
from rasterio import Affine

from drawn_maps import PLAIN, draw
from zyra.visualize.palettes import named_palette

GREY = {"cmap": "gray", "vmin": 0, "vmax": 192, "interpolation": "nearest", **PLAIN}


def write_netcdf(path, lat, lon, values):
    with netCDF4.Dataset(path, "w") as file:
        for name, line, units in (("lat", lat, "degrees_north"), ("lon", lon, "degrees_east")):
            file.createDimension(name, len(line))
            file.createVariable(name, "f8", (name,))[:] = line
            file[name].units = units
        file.createVariable("v", "f4", ("lat", "lon"))[:] = values
    return str(path)


@pytest.mark.parametrize("first", [0.0, -180.0])
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(
    ("lon", "lat"), [(-75.0, 40.0), (0.0, 0.0), (175.0, -85.0), (-180.0, 90.0)]
)
def test_a_hot_point_is_drawn_at_its_place(tmp_path, first, descending, lon, lat):
    lons, lats = np.arange(first, first + 360, 5.0), np.arange(-90, 90.1, 5.0)
    lats = lats[::-1] if descending else lats
    values = np.zeros((len(lats), len(lons)))
    values[lats == lat, (lons - lon) % 360 == 0] = 192
    source = write_netcdf(tmp_path / "hot.nc", lats, lons, values)
    drawn = draw(tmp_path, input=source, width=720, height=360, **GREY)
    rows, columns = np.nonzero(drawn.pixels[..., 0] == 255)
    found_lon, found_lat = -180 + (columns + 0.5) / 2, 90 - (rows + 0.5) / 2
    assert np.abs((found_lon - lon + 180) % 360 - 180).max() == pytest.approx(2.25)
    assert np.abs(found_lat - lat).max() == pytest.approx(2.25)
    assert len(rows) == 10 * (10 if abs(lat) < 90 else 5)


def test_a_map_across_the_date_line_shows_both_sides(tmp_path):
    lons, lats = np.arange(0, 360, 1.0), np.arange(-20, 21, 1.0)
    values = np.broadcast_to(np.abs(lons - 180), (len(lats), len(lons)))
    source = write_netcdf(tmp_path / "v.nc", lats, lons, values)
    drawn = draw(tmp_path, input=source, extent=[170, -170, -10, 10], width=200, height=100, **GREY)
    lon = 170 + (np.arange(200) + 0.5) / 10
    expected = np.abs(np.round(lon) - 180) / 192 * 255
    assert np.abs(drawn.pixels[50, :, 0] - expected).max() < 2


def test_hrrr_is_drawn_where_proj_puts_it(data, tmp_path):
    source = data / "hrrr_t06z_f01_tmp.grib2"
    with source.open("rb") as stream:
        message = eccodes.codes_grib_new_from_file(stream)
    values = eccodes.codes_get_values(message)
    points = {name: eccodes.codes_get_array(message, name) for name in ("latitudes", "longitudes")}
    lon, lat = (points["longitudes"] + 180) % 360 - 180, points["latitudes"]
    eccodes.codes_release(message)
    extent = [-110, -100, 35, 40]
    drawn = draw(
        tmp_path, input=str(source), extent=extent, width=400, height=200, cmap="gray",
        vmin=270, vmax=310, interpolation="nearest", **PLAIN,
    )  # fmt: skip
    shown = (lon > -109.9) & (lon < -100.1) & (lat > 35.1) & (lat < 39.9)
    columns = ((lon[shown] + 110) * 40).astype(int)
    rows = ((40 - lat[shown]) * 40).astype(int)
    # A pixel is 2.3 to 2.8 km wide, a cell 3 km: a pixel that holds a point has its colour.
    expected = np.clip((values[shown] - 270) / 40, 0, 1) * 255
    found = drawn.pixels[rows, columns, 0]
    assert (np.abs(found - expected) < 3).mean() > 0.9
    # Shifted by one pixel it would not be so.
    shifted = drawn.pixels[rows, columns + 4, 0]
    assert (np.abs(shifted - expected) < 3).mean() < 0.5


@pytest.fixture
def geotiff(tmp_path):
    def write(crs: str, transform, bands) -> str:
        path = tmp_path / "field.tif"
        count, height, width = bands.shape
        with rasterio.open(
            path, "w", driver="GTiff", width=width, height=height, count=count,
            dtype="float32", crs=crs, transform=transform, nodata=-9999,
        ) as file:  # fmt: skip
            file.write(bands)
        return str(path)

    return write


def test_a_geotiff_in_web_mercator_is_drawn_at_its_place(geotiff, tmp_path):
    left, top = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(5.0, 55.0)
    bands = np.zeros((1, 60, 80), np.float32)
    bands[0, 30, 40] = 192
    bands[0, 0, 0] = -9999
    source = geotiff("EPSG:3857", Affine(20000, 0, left, 0, -20000, top), bands)
    drawn = draw(tmp_path, input=source, extent=[4, 20, 44, 56], width=1600, height=1200, **GREY)
    x, y = left + 40.5 * 20000, top - 30.5 * 20000
    lon, lat = pyproj.Transformer.from_crs(3857, 4326, always_xy=True).transform(x, y)
    rows, columns = np.nonzero(drawn.pixels[..., 0] == 255)
    assert 4 + (columns.mean() + 0.5) / 100 == pytest.approx(lon, abs=0.01)
    assert 56 - (rows.mean() + 0.5) / 100 == pytest.approx(lat, abs=0.01)


def test_a_band_of_a_geotiff_is_chosen(geotiff, tmp_path):
    bands = np.stack([np.full((4, 8), 10.0), np.full((4, 8), 192.0)]).astype(np.float32)
    source = geotiff("EPSG:4326", Affine(45, 0, -180, 0, -45, 90), bands)
    assert draw(tmp_path, input=source, band=2, **GREY).pixels[5, 5, 0] == 255
    assert draw(tmp_path, input=source, **GREY).pixels[5, 5, 0] < 20


def test_a_wrong_crs_of_the_input_is_overridden(geotiff, tmp_path):
    left, top = pyproj.Transformer.from_crs(4326, 3035, always_xy=True).transform(5.0, 55.0)
    bands = np.full((1, 20, 20), 100, np.float32)
    source = geotiff("EPSG:3857", Affine(20000, 0, left, 0, -20000, top), bands)
    shared = {"extent": [4, 14, 50, 56], "width": 100, "height": 60, **GREY}
    drawn = draw(tmp_path, input=source, crs="EPSG:3035", **shared)
    middle = pyproj.Transformer.from_crs(3035, 4326, always_xy=True)
    lon, lat = middle.transform(left + 100000, top - 100000)
    assert drawn.pixels[int((56 - lat) * 10), int((lon - 4) * 10), 3] == 255


def test_an_array_covers_the_extent_from_its_north_west_corner(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[0, 192], [96, 0]], np.float32))
    drawn = draw(
        tmp_path, input=str(tmp_path / "a.npy"), extent=[0, 20, 0, 10], width=20, height=10, **GREY
    )
    assert [drawn.pixels[y, x, 0] for y, x in ((2, 2), (2, 15), (7, 2))] == [0, 255, 128]


def test_the_pole_of_a_polar_grid_is_inside_the_map(data, tmp_path):
    source = str(data / "cmc_polar_stereographic.grib1")
    drawn = draw(tmp_path, input=source, extent=[-180, 180, 0, 90], width=360, height=90, **PLAIN)
    assert drawn.pixels[..., 3].any()


def test_smooth_drawing_agrees_with_the_field_read_back(data, tmp_path):
    """Bilinear values of the 0.75 degree field, worked out point by point."""
    with netCDF4.Dataset(data / "eraint_uvz.nc") as file:
        file.set_auto_maskandscale(False)
        raw = file["z"]
        field = raw[0, 1] * raw.scale_factor + raw.add_offset
        lon, lat = file["longitude"][:], file["latitude"][:]
    drawn = draw(
        tmp_path, input=str(data / "eraint_uvz.nc"), var="z", message=2, cmap="gray",
        extent=[-170, 170, -80, 80], width=340, height=160, **PLAIN,
    )  # fmt: skip
    low, high = field.min(), field.max()
    palette = named_palette("gray").sampled(192)[:, 0].astype(int)
    for column, row in ((0, 0), (170, 80), (339, 159), (33, 120)):
        x, y = -170 + column + 0.5, 80 - row - 0.5
        i, j = (
            np.interp(y, lat[::-1], np.arange(len(lat))[::-1]),
            np.interp(x, lon, np.arange(len(lon))),
        )
        i0, j0 = int(i), int(j)
        corner = field[i0 : i0 + 2, j0 : j0 + 2]
        value = np.array([1 - i + i0, i - i0]) @ corner @ np.array([1 - j + j0, j - j0])
        level = int((value - low) / (high - low) * 192)
        assert abs(drawn.pixels[row, column, 0] - palette[level]) <= 2
