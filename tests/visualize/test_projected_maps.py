"""Pixels of maps in every projection show the values of their places."""

import netCDF4
import numpy as np
import pyproj
import pytest
import rasterio.warp
from matplotlib import colormaps
from rasterio import Affine

from drawn_maps import PLAIN, draw
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.map_projections import RADIUS

GREY = {"cmap": "gray", "vmin": 0, "vmax": 192, "interpolation": "nearest", **PLAIN}
PACIFIC = [160, -140, -60, -20]
# Arguments, with what PROJ calls the same projection.
PROJECTED = {
    "Robinson": ({}, "+proj=robin +lon_0=0"),
    "Robinson turned": ({"projection": "Robinson", "center": [180]}, "+proj=robin +lon_0=180"),
    "Orthographic": ({"center": [-60, 20]}, "+proj=ortho +lon_0=-60 +lat_0=20"),
    "NorthPolarStereo": ({}, "+proj=stere +lat_0=90 +lon_0=0"),
    "SouthPolarStereo": ({"center": [100]}, "+proj=stere +lat_0=-90 +lon_0=100"),
    "LambertConformal": (
        {"extent": PACIFIC, "center": [190, -40], "parallels": [-30, -50]},
        "+proj=lcc +lon_0=190 +lat_0=-40 +lat_1=-30 +lat_2=-50",
    ),
    "Mercator": ({}, "+proj=merc +lon_0=0"),
}
PLACES = [(-75.0, 40.0), (0.0, 0.0), (175.0, -40.0), (-180.0, -30.0), (20.0, 80.0), (0.0, 90.0)]


def arguments(name):
    given, proj = PROJECTED[name]
    return {"projection": name.split(maxsplit=1)[0]} | given, pyproj.Proj(f"{proj} +R={RADIUS}")


def world_file(folder, values, first):
    path = folder / "world.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, line, units in (
            ("lat", np.arange(-90, 90.1, 1.0), "degrees_north"),
            ("lon", np.arange(first, first + 360, 1.0), "degrees_east"),
        ):
            file.createDimension(name, len(line))
            file.createVariable(name, "f8", (name,))[:] = line
            file[name].units = units
        file.createVariable("v", "f4", ("lat", "lon"))[:] = values
    return str(path)


def window_of(args, width, height):
    """Left, right, bottom and top of the map in metres, as the view has them."""
    grid = Grid(
        Crs("latitude_longitude", {}), np.arange(-180.0, 180.0), np.arange(-90.0, 90.1, 1.0)
    )
    extent = tuple(map(float, args["extent"])) if "extent" in args else None
    choice = MapChoice(args["projection"], extent, args.get("center"), args.get("parallels"))
    view = choice.view(grid, width, height)
    if args["projection"] != "Mercator":
        return view.window
    half = RADIUS * np.pi
    return -half, half, -half, half


@pytest.mark.parametrize("name", PROJECTED)
@pytest.mark.parametrize("first", [0.0, -180.0])
def test_hot_points_are_drawn_where_proj_puts_them(tmp_path, name, first):
    args, proj = arguments(name)
    found = 0
    left, right, bottom, top = window_of(args, 600, 600)
    for lon, lat in PLACES:
        x, y = proj(lon, lat)
        column, row = (x - left) / (right - left) * 600, (top - y) / (top - bottom) * 600
        # The rim of Robinson's globe is drawn over its poles and its last meridian.
        at_rim = (lat == 90 and "Robinson" in name) or (lon == -180 and name == "Robinson")
        on_map = np.isfinite([x, y]).all() and 6 < column < 594 and 6 < row < 594
        if at_rim or not on_map:
            continue
        values = np.zeros((181, 360))
        values[int(lat) + 90, (np.arange(360) + first - lon) % 360 == 0] = 192
        if abs(lat) == 90:
            values[int(lat) + 90] = 192
        source = world_file(tmp_path, values, first)
        drawn = draw(tmp_path, input=source, width=600, height=600, **args, **GREY)
        rows, columns = np.nonzero(drawn.pixels[..., 0] == 255)
        # At the seam half of the cell lies on the other side; at the rim it is seen edgewise.
        nearest = np.hypot(columns + 0.5 - column, rows + 0.5 - row).min()
        assert nearest < 1.5, (lon, lat)
        found += 1
    assert found >= 1


@pytest.mark.parametrize("name", PROJECTED)
def test_maps_agree_with_gdal(tmp_path, name):
    """The same field, warped by GDAL to the same window."""
    args, _ = arguments(name)
    lat, lon = np.meshgrid(np.arange(-90, 90.1, 1.0), np.arange(-180.0, 180.0), indexing="ij")
    values = 96 + 90 * np.sin(np.radians(2 * lon)) * np.cos(np.radians(2 * lat))
    source = world_file(tmp_path, values, -180.0)
    width, height = 240, 200
    drawn = draw(
        tmp_path, input=source, width=width, height=height, cmap="gray", vmin=0, vmax=192,
        **args, **PLAIN,
    )  # fmt: skip
    left, right, bottom, top = window_of(args, width, height)
    warped = np.full((height, width), np.nan)
    rasterio.warp.reproject(
        values[::-1], warped, dst_nodata=np.nan, resampling=rasterio.warp.Resampling.bilinear,
        src_transform=Affine(1, 0, -180.5, 0, -1, 90.5),
        src_crs=f"+proj=longlat +R={RADIUS}",
        dst_transform=Affine((right - left) / width, 0, left, 0, (bottom - top) / height, top),
        dst_crs=f"{PROJECTED[name][1]} +R={RADIUS}", init_dest_nodata=True,
    )  # fmt: skip
    known = inner(np.isfinite(warped) & (drawn.pixels[..., 3] == 255))
    assert known.mean() > 0.3
    away = np.abs(drawn.pixels[..., 0] - warped / 192 * 255)[known]
    # A level of 192 is 1.3 of 255; GDAL warps by an approximation and has no seam to close.
    assert np.quantile(away, 0.98) < 3.5


def inner(known):
    """Without what is three pixels from the rim of the globe, whose outline is drawn."""
    for _ in range(3):
        padded = np.pad(known, 1, constant_values=True)
        known = known & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return known


def test_beside_the_globe_a_picture_is_transparent(tmp_path):
    source = world_file(tmp_path, np.full((181, 360), 96.0), 0.0)
    drawn = draw(tmp_path, input=source, projection="Orthographic", width=200, height=100, **GREY)
    rows, columns = np.indices((100, 200)) + 0.5
    away = np.hypot(columns - 100, rows - 50)
    assert (drawn.pixels[away < 48, 3] > 0).all()
    assert (drawn.pixels[away > 51, 3] == 0).all()


def test_the_whole_globe_on_a_page_stands_on_paper_without_a_frame(tmp_path):
    source = world_file(tmp_path, np.full((181, 360), np.nan), 0.0)
    drawn = draw(
        tmp_path, input=source, projection="Orthographic", colorbar=True, vmin=0, vmax=1,
        width=400, height=400, **PLAIN,
    )  # fmt: skip
    # Above the globe there is paper, in its middle the shade of missing values.
    assert (drawn.pixels[60, 60, :3] == 255).all()
    assert drawn.pixels[190, 200, :3].tolist() == [238, 238, 236]


def test_a_field_in_its_native_system_is_drawn_cell_by_cell(tmp_path):
    with netCDF4.Dataset(tmp_path / "lcc.nc", "w") as file:
        for name, line in (("y", np.arange(0, 60) * 3e3), ("x", np.arange(0, 80) * 3e3)):
            file.createDimension(name, len(line))
            file.createVariable(name, "f8", (name,))[:] = line
            file[name].standard_name = f"projection_{name}_coordinate"
            file[name].units = "m"
        cone = file.createVariable("cone", "i4")
        cone.grid_mapping_name = "lambert_conformal_conic"
        cone.standard_parallel, cone.longitude_of_central_meridian = 38.5, -97.5
        cone.latitude_of_projection_origin, cone.earth_radius = 38.5, 6371229.0
        field = file.createVariable("v", "f4", ("y", "x"))
        field.grid_mapping = "cone"
        values = np.random.default_rng(1).integers(0, 192, (60, 80))
        field[:] = values
    drawn = draw(
        tmp_path, input=str(tmp_path / "lcc.nc"), projection="native", width=160, height=120, **GREY
    )
    expected = (colormaps["gray"](np.linspace(0, 1, 192))[:, 0] * 255).round()[values[::-1]]
    assert np.abs(drawn.pixels[::2, ::2, 0] - expected).max() <= 2
    assert np.abs(drawn.pixels[1::2, 1::2, 0] - expected).max() <= 2
