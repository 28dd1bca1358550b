"""Contour lines on the Earth: closed, cut at the date line, absent at missing data."""

import numpy as np
import pytest

from drawn_contours import PLAIN, draw, globe
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.contour_ground import Ground, ground_of
from zyra.visualize.contour_lines import contour_lines, contour_segments, cut_at_date_line
from zyra.visualize.places import places_of
from zyra.visualize.projection import MapView

WORLD = MapView.over((-180.0, 180.0, -90.0, 90.0), 720, 360)


def test_a_parallel_goes_all_the_way_round_without_a_gap():
    grid, _, lat = globe(10.0)
    (segments,) = contour_segments(Ground(lat.astype(np.float32), grid), WORLD, [25.0])
    covered = np.zeros(720, bool)
    for start, end in np.sort(segments[:, [0, 2]], axis=1):
        covered[int(max(start, 0)) : int(np.ceil(min(end, 720)))] = True
    assert covered.all()
    assert segments[:, [1, 3]] == pytest.approx(130.0, abs=1e-3)


@pytest.mark.parametrize("extent", [(-180, 180, -90, 90), (0, 360, -90, 90), (170, 190, -20, 20)])
def test_lines_cross_the_date_line_and_greenwich_unbroken(extent):
    grid, lon, lat = globe(5.0)
    values = (lat - 5 * np.sin(np.radians(2 * lon))).astype(np.float32)
    view = MapView.over(extent, 400, 200)
    (segments,) = contour_segments(Ground(values, grid), view, [0.0])
    crossed = [
        ((segments[:, 0] - column) * (segments[:, 2] - column) <= 0).any() for column in range(401)
    ]
    assert all(crossed)


def test_lines_of_a_rotated_pole_surround_it():
    grid, lon, lat = globe(5.0)
    values = np.hypot(*(np.cos(np.radians(lat)) * f(np.radians(lon)) for f in (np.cos, np.sin)))
    (segments,) = contour_segments(Ground(values.astype(np.float32), grid), WORLD, [0.5])
    rows = np.unique(np.rint(segments[:, 1]))
    assert rows.tolist() == [60.0, 300.0]  # 60 degrees north and south


def test_a_cut_at_the_date_line_is_made_where_the_line_crosses_it():
    lines = cut_at_date_line(np.array([170.0, 190.0]), np.array([0.0, 10.0]), np.array([0]))
    assert lines.lon.tolist() == [170.0, 180.0, -180.0, -170.0]
    assert lines.lat.tolist() == [0.0, 5.0, 5.0, 10.0]
    assert lines.starts.tolist() == [0, 2]


def test_a_jump_of_a_whole_turn_is_a_step_across_the_date_line():
    lines = cut_at_date_line(
        np.array([10.0, 20.0, 175.0, -175.0]), np.array([1.0, 1.0, 0.0, 4.0]), np.array([0, 2])
    )
    assert lines.lon.tolist() == [10.0, 20.0, 175.0, 180.0, -180.0, -175.0]
    assert lines.starts.tolist() == [0, 2, 4]


def test_levels_that_are_not_reached_have_no_lines():
    grid, _, lat = globe(10.0)
    (lines,) = contour_lines(Ground(lat.astype(np.float32), grid), [99.0])
    assert len(lines.lon) == 0


def test_no_line_runs_along_the_rim_of_missing_data(npy, tmp_path):
    values = np.full((18, 36), 10.0)
    values[6:12, 12:24] = np.nan
    values[0, 0] = 0.0
    shared = {"input": npy(values), "levels": "5,", "color": "black"}
    drawn = draw(tmp_path, **shared, width=360, height=180, **PLAIN)
    rows, columns = np.nonzero(drawn.pixels[..., 3])
    assert (np.minimum(columns, 360 - columns) < 16).all()
    assert (rows < 16).all()


def test_lines_end_where_the_data_end(npy, tmp_path):
    values = np.broadcast_to(np.linspace(-85, 85, 18)[:, None], (18, 36)).copy()
    values[:, 18:] = np.nan
    drawn = draw(
        tmp_path, input=npy(values), levels="2,", color="black", width=360, height=180, **PLAIN
    )
    columns = np.nonzero((drawn.pixels[..., 3] > 127).any(axis=0))[0]
    assert (columns.min(), columns.max()) == (0, 179)


def test_coarse_grids_get_smooth_lines():
    grid = Grid(Crs("latitude_longitude", {}), np.linspace(-40, 40, 9), np.linspace(40, -40, 9))
    x, y = np.meshgrid(grid.x, grid.y)
    view = MapView.over((-40, 40, -40, 40), 800, 800)
    values = (x**2 + y**2).astype(np.float32)
    fine = ground_of(values, grid, places_of(grid, view))
    (segments,) = contour_segments(fine, view, [900.0])
    radius = np.hypot(segments[:, 0] - 400, segments[:, 1] - 400) / 10
    assert np.abs(radius - 30).max() < 0.15  # straight lines from cell to cell are 0.4 off


def test_a_plane_stays_a_plane_on_finer_cells():
    grid = Grid(Crs("latitude_longitude", {}), np.arange(10.0), np.arange(8.0, 0.0, -1.0))
    plane = (grid.x[None, :] * 2 + grid.y[:, None]).astype(np.float32)
    view = MapView.over((-0.5, 9.5, 0.5, 8.5), 200, 160)
    fine = ground_of(plane, grid, places_of(grid, view))
    assert fine.grid.bounds == pytest.approx(grid.bounds)
    wanted = fine.grid.x[None, :] * 2 + fine.grid.y[:, None]
    inside = (wanted > plane.min()) & (wanted < plane.max())
    assert fine.values[inside] == pytest.approx(wanted[inside], abs=1e-4)


def test_a_zoomed_map_of_a_global_grid_keeps_what_it_shows_across_the_seam():
    grid, lon, lat = globe(5.0)
    values = (lat + 0 * lon).astype(np.float32)
    view = MapView.over((-10, 10, -10, 10), 400, 400)
    part = ground_of(values, grid, places_of(grid, view))
    assert part.grid.shape[1] < 72 * 15 / 4
    assert part.grid.x.min() % 360 > 300
    assert (np.diff(part.grid.x) > 0).all()
    (segments,) = contour_segments(part, view, [2.5])
    assert segments[:, [0, 2]].min() <= 0
    assert segments[:, [0, 2]].max() >= 400
    assert segments[:, 1] == pytest.approx(150.0, abs=0.01)


def test_cells_beside_known_ones_get_their_mean():
    grid = Grid(Crs("latitude_longitude", {}), np.arange(5.0), np.arange(5.0))
    values = np.full((5, 5), np.nan, np.float32)
    values[:, :2] = [1.0, 3.0]
    view = MapView.over((-0.5, 4.5, -0.5, 4.5), 5, 5)
    ground = ground_of(values, grid, places_of(grid, view))
    assert ground.values[2].tolist()[:3] == [1.0, 3.0, 3.0]
    assert ground.known[2].tolist() == [True, True, False, False, False]
    assert ground.usable[2].tolist() == [True, True, True, False, False]
