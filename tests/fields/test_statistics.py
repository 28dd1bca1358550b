"""Statistics of fields against numpy on all values at once, and areas against PROJ."""

import warnings

import eccodes
import numpy as np
import pyproj
import pytest

from eccodes_oracle import DATA, message
from zyra.core.errors import ShapeMismatch
from zyra.fields.crop import Box
from zyra.fields.crs import Crs
from zyra.fields.formats import open_dataset
from zyra.fields.grid import Grid
from zyra.fields.statistics import Moments
from zyra.fields.statistics_percentiles import percentiles_of
from zyra.fields.statistics_reduced import read_points
from zyra.fields.statistics_weights import area_weights

LONLAT = Crs("latitude_longitude", {"earth_radius": 6371229.0})
EVENLY = np.ones((1, 1))


def noise(*shape, seed=1):
    values = np.random.default_rng(seed).normal(250.0, 30.0, shape).astype(np.float32)
    values.ravel()[::7] = np.nan
    return values


def test_moments_are_those_of_numpy_in_double_precision():
    values = noise(40, 50)
    found, wanted = Moments.of(values, EVENLY), values.astype(np.float64)
    assert (found.points, found.missing) == (2000, 286)
    assert (found.minimum, found.maximum) == (np.nanmin(wanted), np.nanmax(wanted))
    assert found.mean == pytest.approx(np.nanmean(wanted), rel=1e-14)
    assert found.deviation == pytest.approx(np.nanstd(wanted), rel=1e-13)
    assert found.area_mean == pytest.approx(np.nanmean(wanted), rel=1e-13)


def test_moments_of_several_fields_are_those_of_all_values_together():
    parts = [noise(7, 11, seed=seed) * seed for seed in (1, 2, 3)] + [np.full((2, 2), np.nan)]
    found = Moments()
    for part in parts:
        found += Moments.of(part.astype(np.float32), EVENLY)
    together = np.concatenate([part.astype(np.float64).ravel() for part in parts])
    assert (found.points, found.missing) == (together.size, np.isnan(together).sum())
    assert found.mean == pytest.approx(np.nanmean(together), rel=1e-13)
    assert found.deviation == pytest.approx(np.nanstd(together), rel=1e-13)
    assert found.maximum == np.nanmax(together)


def test_a_field_without_values_has_no_mean():
    found = Moments.of(np.full((3, 4), np.nan, np.float32), EVENLY)
    assert (found.points, found.count, found.missing) == (12, 0, 12)
    assert np.isnan([found.minimum, found.mean, found.deviation, found.area_mean]).all()


def test_large_offsets_do_not_cost_the_deviation_its_digits():
    values = np.tile(np.float32([1e7, 1e7 + 2]), 1000).reshape(20, 100)
    assert Moments.of(values, EVENLY).deviation == 1.0


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ShapeMismatch, match="weights"):
        Moments.of(noise(3, 4), np.ones((3, 5)))


@pytest.mark.parametrize("percentages", [(0, 5, 50, 95, 100), (33.3, 66.6), (99.99,)])
def test_percentiles_over_fields_are_those_of_numpy_on_all_values(percentages):
    parts = [noise(31, 17, seed=1), -noise(5, 3, seed=2), np.zeros((4, 4), np.float32)]
    together = np.concatenate([part.ravel() for part in parts]).astype(np.float64)
    found = percentiles_of(percentages, lambda: parts)
    assert found == pytest.approx(np.nanpercentile(together, percentages), rel=1e-14)


def test_percentiles_of_nothing_are_no_numbers():
    assert np.isnan(percentiles_of((5, 50), lambda: [np.full((2, 2), np.nan, np.float32)])).all()


def test_infinite_values_are_ranked_without_warning():
    values = np.float32([[-np.inf, 1.0, np.inf, np.inf]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert percentiles_of((0, 90, 100), lambda: [values]) == [-np.inf, np.inf, np.inf]
        assert Moments.of(values, EVENLY).maximum == np.inf


def test_regular_latitudes_count_by_their_cosine():
    grid = Grid(LONLAT, np.arange(0.0, 360.0, 2.5), np.arange(90.0, -91.0, -2.5))
    weights = area_weights(grid)
    assert weights.shape == (73, 1)
    assert weights[:, 0] / weights.max() == pytest.approx(
        np.cos(np.radians(grid.y)), rel=1e-12, abs=1e-15
    )
    # The rule of the mid-points puts the whole sphere at 4 pi but for (step in radians)^2 / 12.
    assert (weights * 144).sum() == pytest.approx(4 * np.pi, rel=2e-4)


def test_uneven_latitudes_count_by_their_zones():
    lines = np.array(list(eccodes.codes_get_gaussian_latitudes(32)))
    grid = Grid(LONLAT, np.arange(0.0, 360.0, 2.8125), lines)
    _, gauss = np.polynomial.legendre.leggauss(64)
    weights = area_weights(grid)[:, 0] * 128
    assert weights.sum() == pytest.approx(4 * np.pi, rel=1e-3)
    assert weights / weights.sum() * 2 == pytest.approx(gauss, rel=0.02)


PLANES = {
    "Lambert, tangent": "+proj=lcc +lat_1=38.5 +lat_0=38.5 +lon_0=262.5 +R=6371229",
    "Lambert, secant": "+proj=lcc +lat_1=30 +lat_2=60 +lat_0=40 +lon_0=-95 +ellps=WGS84",
    "Lambert, south": "+proj=lcc +lat_1=-20 +lat_2=-50 +lat_0=-40 +lon_0=20 +ellps=WGS84",
    "north pole": "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=-105 +R=6371229",
    "south pole": "+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +ellps=WGS84",
    "Mercator": "+proj=merc +lat_ts=20 +lon_0=0 +ellps=WGS84",
    "transverse Mercator": "+proj=tmerc +lat_0=0 +lon_0=9 +k=0.9996 +x_0=500000 +ellps=WGS84",
    "equal area": "+proj=laea +lat_0=52 +lon_0=10 +ellps=WGS84",
}


@pytest.mark.parametrize("definition", PLANES.values(), ids=PLANES)
def test_cells_of_the_plane_have_the_area_of_their_corners_on_the_earth(definition):
    crs = Crs.from_text(definition)
    step = 20_000.0
    grid = Grid(crs, np.arange(-1.1e6, 1.2e6, 5e5), np.arange(1.1e6, -1.2e6, -5e5))
    weights = area_weights(grid) * step**2 / 5e5**2
    system = pyproj.CRS(definition)
    to_degrees = pyproj.Proj(system)
    geod = system.get_geod()
    for row, column in ((0, 0), (1, 3), (4, 2)):
        x, y = grid.x[column], grid.y[row]
        corners = to_degrees(
            [x - step / 2, x + step / 2, x + step / 2, x - step / 2],
            [y - step / 2, y - step / 2, y + step / 2, y + step / 2],
            inverse=True,
        )
        area, _ = geod.polygon_area_perimeter(*corners)
        assert weights[row, column] * geod.a**2 == pytest.approx(abs(area), rel=2e-5)


def test_a_reduced_grid_counts_the_points_of_the_file():
    with message("reduced_gg.grib1") as handle:
        wanted = eccodes.codes_get_double_array(handle, "values")
        latitudes = eccodes.codes_get_double_array(handle, "latitudes")
        longitudes = eccodes.codes_get_double_array(handle, "longitudes")
    path = DATA / "reduced_gg.grib1"
    with open_dataset(path) as dataset:
        info = dataset.infos[0]
        whole, weights = read_points(path, info, dataset.grid(info))
        part, _ = read_points(path, info, dataset.grid(info), Box(-30.0, 20.0, 40.0, 60.0))
    assert np.array_equal(whole, wanted.astype(np.float32))
    assert weights.sum() == pytest.approx(4 * np.pi, rel=1e-3)
    held = (np.abs(latitudes - 40) <= 20) & ((longitudes <= 40) | (longitudes >= 330))
    assert np.array_equal(part, wanted[held].astype(np.float32))
