"""Particles in winds whose paths are known: turns of the whole Earth about some axis."""

import numpy as np
import pytest

from animations import animate, write_series
from drawn_maps import read_picture
from zyra.core.errors import UsageError
from zyra.fields.crs import Crs
from zyra.fields.field import Field
from zyra.fields.grid import Grid
from zyra.visualize.map_projections import RADIUS
from zyra.visualize.particle_steps import GridDrift, SphereDrift, lonlat_of, sampled
from zyra.visualize.particles import Swarm
from zyra.visualize.vector_pairs import Vectors

LONLAT = Crs("latitude_longitude", {})
LAMBERT = Crs(
    "lambert_conformal_conic",
    {
        "standard_parallel": (38.5, 38.5),
        "longitude_of_central_meridian": -97.5,
        "latitude_of_projection_origin": 38.5,
        "earth_radius": 6371229.0,
    },
)
WORLD = Grid(LONLAT, np.arange(0.0, 360.0, 2.0), np.arange(90.0, -90.1, -2.0))
DAY_HOURS = 24.0
PER_HOUR = 2 * np.pi / DAY_HOURS


def turning(grid, axis_lat, axis_lon=0.0):
    """The wind of an Earth that turns once a day about the axis through a place (Rodrigues)."""
    lon, lat = (np.radians(each) for each in lonlat_of(grid))
    alpha, mu = np.radians(90.0 - axis_lat), np.radians(axis_lon)
    speed = RADIUS * PER_HOUR / 3600.0
    # Williamson et al., A standard test set for the shallow water equations (1992), eq. 75-76,
    # with their angle between the axes, for an axis at any longitude.
    u = np.cos(lat) * np.cos(alpha) - np.cos(lon - mu) * np.sin(lat) * np.sin(alpha)
    v = np.sin(lon - mu) * np.sin(alpha)
    parts = (
        Field(values=(speed * part).astype(np.float32), grid=grid, variable=name, units="m s-1")
        for name, part in (("u", u), ("v", v))
    )
    return Vectors(*parts)


def turned(lon, lat, axis_lat, axis_lon, hours):
    """Places after a turn about the axis, by Rodrigues' formula."""

    def place(lon, lat):
        lon, lat = np.radians(lon), np.radians(lat)
        return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)

    axis, points, angle = place(axis_lon, axis_lat), place(lon, lat), PER_HOUR * hours
    along = (points @ axis)[:, None] * axis
    return (
        points * np.cos(angle)
        + np.cross(axis, points) * np.sin(angle)
        + along * (1 - np.cos(angle))
    )


def away_km(points, lon, lat):
    lon, lat = np.radians(lon), np.radians(lat)
    found = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)
    return np.linalg.norm(found - points, axis=1) * RADIUS / 1000


def test_the_test_wind_follows_the_turn():
    wind = turning(WORLD, 90.0)
    assert wind.u.values[45] == pytest.approx(RADIUS * PER_HOUR / 3600.0)
    assert np.abs(wind.v.values).max() < 1e-4


@pytest.mark.parametrize("axis", [(90.0, 0.0), (0.0, 0.0), (30.0, 50.0), (-60.0, -120.0)])
def test_particles_on_the_sphere_come_back_after_a_day(axis):
    lon = np.array([0.0, 100.0, -170.0, 45.0, 10.0])
    lat = np.array([0.0, 50.0, -30.0, 89.0, -85.0])
    drift = SphereDrift.of(turning(WORLD, *axis))
    for steps in (6, 13, 48):
        moved = drift.moved(lon, lat, 0.5, steps)
        expected = turned(lon, lat, *axis, 0.5 * steps)
        # What is left is the bilinear error of a grid of 2 degrees.
        assert away_km(expected, *moved).max() < 25.0


def test_particles_in_a_grid_go_round_with_it():
    lon, lat = np.array([0.0, 175.0, -60.0]), np.array([0.0, 40.0, -70.0])
    moved = GridDrift.of(turning(WORLD, 90.0)).moved(lon, lat, 0.5, 20)
    assert np.mod(moved[0] - lon, 360.0) == pytest.approx(360.0 * 10 / 24, abs=0.02)
    assert moved[1] == pytest.approx(lat, abs=1e-3)


def test_both_ways_agree_on_a_projected_grid():
    x = np.arange(-1.5e6, 1.5e6, 2.5e4)
    grid = Grid(LAMBERT, x, x)
    lon, lat = np.array([-97.5, -100.0, -92.0]), np.array([38.5, 42.0, 35.0])
    wind = turning(grid, 60.0, 20.0)
    expected = turned(lon, lat, 60.0, 20.0, 0.6)
    for drift in (SphereDrift, GridDrift):
        moved = drift.of(wind).moved(lon, lat, 0.1, 6)
        assert away_km(expected, *moved).max() < 2.0


def test_winds_along_the_axes_of_a_grid_are_turned_to_true_north():
    x = np.arange(-1.5e6, 1.5e6, 2.5e4)
    grid = Grid(LAMBERT, x, x)
    still = np.zeros(grid.shape, np.float32)
    u, v = (
        Field(values=values, grid=grid, variable=name, units="m s-1")
        for name, values in (("u", still), ("v", still + 10))
    )
    lon, lat = np.array([-88.0]), np.array([36.0])
    start = grid.crs.forward(lon, lat)
    end = grid.crs.forward(*SphereDrift.of(Vectors(u, v, True)).moved(lon, lat, 1.0, 5))
    assert end[0] - start[0] == pytest.approx(0.0, abs=200)
    assert end[1] - start[1] == pytest.approx(10 * 3600 * 5, rel=0.05)


def test_a_particle_that_leaves_the_data_is_lost():
    grid = Grid(LONLAT, np.arange(0.0, 21.0), np.arange(20.0, -1.0, -1.0))
    wind = turning(grid, 90.0)
    for drift in (SphereDrift, GridDrift):
        lon, _ = drift.of(wind).moved(np.array([5.0, 19.0]), np.array([10.0, 10.0]), 0.1, 2)
        assert np.isfinite(lon).tolist() == [True, False]


def test_values_between_points_are_bilinear():
    values = np.arange(12, dtype=np.float32).reshape(3, 4, 1)
    rows, columns = np.array([0.5, 1.0, np.nan, 2.0]), np.array([1.0, 2.5, 1.0, 3.5])
    found = sampled(values, rows, columns, wraps=True)[:, 0]
    assert found.tolist()[:2] == [3.0, 6.5]
    assert np.isnan(found[2])
    assert found[3] == pytest.approx((11 + 8) / 2)


def test_swarms_of_one_seed_are_the_same():
    drift = SphereDrift.of(turning(WORLD, 40.0))
    made = []
    for seed in (1, 1, 2):
        swarm = Swarm(50, (-180.0, 180.0, -90.0, 90.0), lifetime=4, seed=seed)
        swarm.start(drift, 1.0)
        for _ in range(5):
            swarm.drift(drift, 1.0, 1)
        made.append(swarm.lon.tolist())
    assert made[0] == made[1] != made[2]


def test_particles_start_evenly_on_earth():
    swarm = Swarm(4000, (-180.0, 180.0, -90.0, 90.0), lifetime=9)
    assert (np.abs(swarm.lat) < 30.0).mean() == pytest.approx(0.5, abs=0.01)
    assert np.histogram(swarm.lon, 12)[0] == pytest.approx(4000 / 12, abs=8)


def test_particles_grow_old_and_start_again():
    drift = SphereDrift.of(turning(WORLD, 90.0))
    swarm = Swarm(100, (-180.0, 180.0, -60.0, 60.0), lifetime=10, seed=3)
    swarm.start(drift, 0.5)
    before = swarm.lon.copy()
    swarm.drift(drift, 0.5, 1)
    stayed = np.isclose(np.mod(swarm.lon - before, 360.0), 7.5, atol=0.1)
    assert stayed.sum() == 90
    ways = swarm.trail()[-1]
    # No line leads from where one grew old to where it starts again.
    assert (ways[:2, ~stayed] == ways[2:, ~stayed]).all()
    assert ways[0, stayed] == pytest.approx(before[stayed])


def test_trails_run_along_the_wind(tmp_path):
    grid_shape = (2, 9, 18)
    source = write_series(tmp_path / "w.nc", u=np.full(grid_shape, 100.0), v=np.zeros(grid_shape))
    animate(
        input=source, mode="particles", output_dir=str(tmp_path / "f"), particles=1, lifetime=999,
        dt=1, steps_per_frame=3, color="red", width=720, height=360, no_coastline=True,
        no_borders=True, no_gridlines=True,
    )  # fmt: skip
    first, second = (read_picture(tmp_path / f"f/frame_000{n}.png").pixels for n in (0, 1))
    (rows, columns), (rows_then, columns_then) = (
        np.nonzero(pixels[..., 3] > 128) for pixels in (first, second)
    )
    assert first[rows, columns, :3].tolist() == [[255, 0, 0]] * len(rows)
    assert (np.ptp(rows), np.ptp(columns)) <= (2, 2)
    # The particle starts at R2's first place: 0.755 of the way round, 0.57 of the way up by area.
    lat = np.degrees(np.arcsin(-1 + 2 * 0.5698402909980532))
    assert rows.mean() == pytest.approx((90 - lat) * 2 - 0.5, abs=1)
    degrees = np.degrees(100 * 3 * 3600 / RADIUS) / np.cos(np.radians(lat))
    assert np.ptp(columns_then) == pytest.approx(degrees * 2, abs=3)
    assert np.ptp(rows_then) <= 3


def test_one_wind_gives_as_many_frames_as_asked_for(tmp_path, data):
    animate(
        input=str(data / "gfs_2p5deg_f120_all_fields.grib2"), mode="particles", uvar="u",
        vvar="v", level="250 hPa", frames_per_time=5, output_dir=str(tmp_path), particles=200,
        width=180, height=90,
    )  # fmt: skip
    made = [path.read_bytes() for path in sorted(tmp_path.glob("frame_*.png"))]
    assert len(set(made)) == 5


def test_one_wind_alone_asks_for_frames(tmp_path, data):
    source = str(data / "gfs_2p5deg_f120_all_fields.grib2")
    with pytest.raises(Exception, match="one time only") as refused:
        animate(
            input=source, mode="particles", uvar="u", vvar="v", level="250 hPa",
            output_dir=str(tmp_path),
        )  # fmt: skip
    assert "--frames-per-time" in refused.value.hint


def test_an_unknown_colour_is_refused(tmp_path, data):
    shape = (2, 9, 18)
    source = write_series(tmp_path / "w.nc", u=np.ones(shape), v=np.ones(shape))
    with pytest.raises(UsageError, match="no colour"):
        animate(input=source, mode="particles", color="reddish", output_dir=str(tmp_path))
