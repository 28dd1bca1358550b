"""Resampling between grids, against pyproj (places) and GDAL's warper (values)."""

import numpy as np
import pyproj
import pytest
from rasterio.enums import Resampling
from rasterio.transform import Affine
from rasterio.warp import reproject

from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.fields.warp import Warp
from zyra.fields.warp_bounds import even_grid
from zyra.fields.warp_tiles import TOLERANCE

SPHERE = {"earth_radius": 6371229.0}
MODEL = Crs.from_cf({"grid_mapping_name": "latitude_longitude", **SPHERE})
LAMBERT = Crs.from_cf(
    {
        "grid_mapping_name": "lambert_conformal_conic",
        "standard_parallel": 38.5,
        "longitude_of_central_meridian": 262.5,
        "latitude_of_projection_origin": 38.5,
        **SPHERE,
    }
)
ROTATED = Crs.from_cf(
    {
        "grid_mapping_name": "rotated_latitude_longitude",
        "grid_north_pole_latitude": 39.25,
        "grid_north_pole_longitude": -162.0,
        **SPHERE,
    }
)
DEGREES = Crs.from_text("EPSG:4326")
ARCTIC = Crs.from_text("EPSG:3413")
WEB = Crs.from_text("EPSG:3857")
DISK = Crs.from_text("+proj=ortho +lat_0=40 +lon_0=-100 +R=6371229")
BRITAIN = Crs.from_text("EPSG:27700")

GLOBAL = Grid(MODEL, np.arange(360.0), 90.0 - np.arange(181.0))
WHOLE = even_grid(DEGREES, (-180.0, -90.0, 180.0, 90.0), 400, 200)
PAIRS = {
    "Lambert to degrees": (
        Grid(LAMBERT, -2.7e6 + 3e4 * np.arange(180), -1.5e6 + 3e4 * np.arange(100)),
        even_grid(DEGREES, (-140.0, 15.0, -55.0, 60.0), 333, 222),
    ),
    "polar to the globe": (even_grid(ARCTIC, (-5e6, -5e6, 5e6, 5e6), 200, 200), WHOLE),
    "the globe to polar": (GLOBAL, even_grid(ARCTIC, (-5e6, -5e6, 5e6, 5e6), 250, 250)),
    "0..360 to -180..180": (GLOBAL, WHOLE),
    "the globe to Mercator": (GLOBAL, even_grid(WEB, (-2e7, -2e7, 2e7, 2e7), 300, 300)),
    "a rotated pole to degrees": (
        Grid(ROTATED, -30.0 + 0.5 * np.arange(120), -20.0 + 0.5 * np.arange(90)),
        even_grid(DEGREES, (-60.0, 15.0, 90.0, 85.0), 320, 200),
    ),
    "a disk to degrees": (
        even_grid(DISK, (-6.3e6, -6.3e6, 6.3e6, 6.3e6), 150, 150),
        even_grid(DEGREES, (-200.0, -60.0, 0.0, 90.0), 300, 250),
    ),
    "another datum": (
        even_grid(BRITAIN, (0.0, 0.0, 7e5, 1.3e6), 140, 260),
        even_grid(DEGREES, (-7.5, 50.0, 1.9, 60.9), 160, 180),
    ),
    "uneven rows": (
        Grid(MODEL, np.arange(0.0, 360.0, 2.0), 89.0 * np.sin(np.linspace(-1.5, 1.5, 90))),
        even_grid(WEB, (-2e7, -1e7, 2e7, 1e7), 200, 100),
    ),
}


def exact_places(source, target):
    """Fractional rows and columns of every cell of the target, by PROJ for each."""
    transformer = pyproj.Transformer.from_crs(
        target.crs.to_pyproj(), source.crs.to_pyproj(), always_xy=True
    )
    x, y = transformer.transform(*np.meshgrid(target.x, target.y))
    if source.crs.is_geographic:
        x = source.x[0] + (x - source.x[0]) % 360.0
    lines = []
    for line, wanted in ((source.y, y), (source.x, x)):
        order = np.argsort(line)
        outer = np.concatenate([[2 * line[0] - line[1]], line, [2 * line[-1] - line[-2]]])
        places = np.arange(-1.0, len(line) + 1)
        order = np.argsort(outer)
        lines.append(np.interp(wanted, outer[order], places[order], left=np.nan, right=np.nan))
    return lines


@pytest.mark.parametrize("name", PAIRS)
def test_every_cell_takes_its_value_from_where_proj_says(name):
    source, target = PAIRS[name]
    rows, columns = exact_places(source, target)
    count, width = source.shape
    # Away from edges, where values stop, and from the seam, where column numbers jump.
    inner = (rows >= 0) & (rows <= count - 1) & (columns >= 0) & (columns <= width - 1)
    numbers = np.indices(source.shape).astype(np.float32)
    warp = Warp(source, target)
    # What is tolerated is a part of a cell of the source, or of the target if that is larger.
    steps = [np.abs(each) for line in (rows, columns) for each in np.gradient(line)]
    allowed = TOLERANCE * np.fmax.reduce(steps, axis=0, initial=1.0) + 1e-3
    for wanted, given in zip((rows, columns), numbers, strict=True):
        assert (np.abs(warp.linear(given) - wanted) <= allowed)[inner].all()


@pytest.mark.parametrize("name", PAIRS)
def test_nothing_is_where_the_source_has_no_place(name):
    source, target = PAIRS[name]
    rows, columns = exact_places(source, target)
    found = Warp(source, target).nearest(np.ones(source.shape, np.float32))
    slack = 0.02
    far = (rows < -0.5 - slack) | (rows > source.shape[0] - 0.5 + slack) | np.isnan(rows)
    if not source.is_global:
        far |= (columns < -0.5 - slack) | (columns > source.shape[1] - 0.5 + slack)
        far |= np.isnan(columns)
    if name == "uneven rows":  # the last row stands for the rest up to the pole
        far &= np.abs(rows - 45) > 46
    assert np.isnan(found[far]).all()


def transform_of(grid):
    left, bottom, right, top = grid.bounds
    rows, columns = grid.shape
    return Affine((right - left) / columns, 0.0, left, 0.0, (bottom - top) / rows, top)


def test_values_are_those_of_gdal_away_from_edges():
    source, target = PAIRS["polar to the globe"]
    y, x = np.indices(source.shape)
    values = (np.sin(x / 17) + np.cos(y / 13)).astype(np.float32)
    wanted = np.full(target.shape, np.nan, np.float32)
    reproject(
        values,
        wanted,
        src_transform=transform_of(source),
        src_crs="EPSG:3413",
        dst_transform=transform_of(target),
        dst_crs="EPSG:4326",
        dst_nodata=np.nan,
        resampling=Resampling.bilinear,
        tolerance=0,
    )
    found = Warp(source, target).linear(values)
    # GDAL smooths where cells of the target are larger: only near the pole are they not.
    near = slice(0, 40)
    both = np.isfinite(found[near]) & np.isfinite(wanted[near])
    assert both.mean() > 0.95
    assert np.abs(found[near] - wanted[near])[both].max() < 0.02


def test_columns_that_go_round_have_no_seam():
    waves = np.cos(np.radians(GLOBAL.x))[None, :].repeat(181, axis=0).astype(np.float32)
    found = Warp(GLOBAL, WHOLE).linear(waves)
    wanted = np.cos(np.radians(WHOLE.x))
    # Linear interpolation of a cosine over one degree is off by its curvature.
    assert np.abs(found - wanted).max() < np.radians(1.0) ** 2 / 8 + 1e-3


def test_the_rows_nearest_to_the_poles_reach_up_to_them():
    gaussian = Grid(MODEL, np.arange(0.0, 360.0, 2.0), np.linspace(89.1, -89.1, 90))
    found = Warp(gaussian, even_grid(DEGREES, (-180.0, -90.0, 180.0, 90.0), 720, 720)).nearest(
        np.ones(gaussian.shape, np.float32)
    )
    assert np.isfinite(found).all()


def grid_of_cells(rows, columns):
    return even_grid(WEB, (0.0, 0.0, columns, rows), columns, rows)


def test_missing_neighbours_count_for_nothing():
    values = np.array([[1.0, np.nan], [3.0, 5.0]], np.float32)
    point = even_grid(WEB, (0.6, 0.6, 0.9, 0.9), 1, 1)  # a quarter of a cell from a corner
    found = Warp(grid_of_cells(2, 2), point).linear(values)
    weights = {3.0: 0.75 * 0.75, 5.0: 0.25 * 0.75, 1.0: 0.75 * 0.25}
    wanted = sum(value * weight for value, weight in weights.items()) / sum(weights.values())
    assert found[0, 0] == pytest.approx(wanted, rel=1e-5)


def test_missing_areas_keep_their_size():
    values = np.ones((10, 10), np.float32)
    values[3:6, 4:8] = np.nan
    fine = even_grid(WEB, (0.0, 0.0, 10.0, 10.0), 80, 80)
    found = Warp(grid_of_cells(10, 10), fine).linear(values)
    wanted = np.isnan(values).repeat(8, axis=0).repeat(8, axis=1)
    assert (np.isnan(found) == wanted).all()
    assert (found[~wanted] == 1.0).all()


def test_nearest_keeps_values_and_type():
    values = np.arange(100, dtype=np.uint8).reshape(10, 10)
    fine = even_grid(WEB, (-2.0, 0.0, 10.0, 10.0), 24, 20)
    found = Warp(grid_of_cells(10, 10), fine).nearest(values, 255)
    assert found.dtype == np.uint8
    assert (found[:, :4] == 255).all()
    assert (found[:, 4:] == values.repeat(2, axis=0).repeat(2, axis=1)).all()


def test_the_same_grid_gives_the_same_values():
    values = np.random.default_rng(0).random((70, 90), np.float32)
    grid = even_grid(WEB, (1e6, 2e6, 1.9e6, 2.7e6), 90, 70)
    assert np.abs(Warp(grid, grid).linear(values) - values).max() < 1e-3


def test_a_single_row_is_a_strip_of_values():
    row = Grid(MODEL, np.arange(0.0, 10.0), np.array([50.0]))
    found = Warp(row, even_grid(DEGREES, (0.0, 49.6, 9.0, 50.4), 9, 4)).linear(
        np.arange(10, dtype=np.float32)[None, :]
    )
    assert found == pytest.approx(np.arange(0.5, 9.0)[None, :].repeat(4, axis=0), abs=1e-3)


def test_grids_that_do_not_meet_are_known_to_be_empty():
    assert Warp(grid_of_cells(5, 5), even_grid(WEB, (100.0, 0.0, 110.0, 10.0), 64, 64)).is_empty
