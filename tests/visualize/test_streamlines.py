"""Streamlines follow the flow, keep their distance, close on themselves and go round the world."""

import numpy as np
import pytest

from drawn_vectors import WORLD_GRID, vectors
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.streamline_shapes import line_shapes
from zyra.visualize.streamline_tracing import Seam, flow_of, traced
from zyra.visualize.streamlines import streamlines
from zyra.visualize.vectors import VectorLook, VectorPainter

SIZE = (320, 320)


def rotation(cells: int = 80):
    """A solid body that turns about the middle of the map."""
    place = (np.arange(cells) + 0.5) * SIZE[0] / cells - SIZE[0] / 2
    x, y = np.meshgrid(place, place)
    return flow_of(-y, x, SIZE, wraps=False)


def test_the_way_round_a_circle_keeps_its_radius():
    way = traced(rotation(), np.array([160 + 60 + 160j]), 2.0, 180)[0]
    away = np.abs(way - (160 + 160j))
    np.testing.assert_allclose(away, 60.0, atol=0.05)


def test_lines_of_a_circle_close_on_themselves():
    lines = streamlines(rotation(), 12.0)
    rings = [line for line in lines if np.abs(line - (160 + 160j)).max() < 100]
    assert len(rings) >= 5
    for ring in rings:
        assert ring[0] == ring[-1]
        turn = np.unwrap(np.angle(ring - (160 + 160j)))
        assert abs(turn[-1] - turn[0]) == pytest.approx(2 * np.pi, abs=1e-6)


def test_no_line_comes_nearer_than_half_the_distance():
    lines = streamlines(rotation(), 16.0)
    for number, line in enumerate(lines):
        others = np.concatenate([each for place, each in enumerate(lines) if place != number])
        # Two boxes of a quarter of the distance, and what rounding to boxes takes.
        assert np.abs(line[:, None] - others[None, :]).min() > 16.0 * (0.5 - 0.36)


def test_no_gap_is_left_where_a_line_could_begin():
    lines = streamlines(flow_of(np.ones((80, 80)), np.zeros((80, 80)), SIZE, wraps=False), 10.0)
    rows = np.sort(np.array([line[0].imag for line in lines if len(line) > 40]))
    assert np.diff(rows).max() <= 2 * 10.0


def test_lines_end_before_missing_values():
    across = np.ones((80, 80))
    across[:, 40:] = np.nan
    lines = streamlines(flow_of(across, np.zeros((80, 80)), SIZE, wraps=False), 10.0)
    assert lines
    assert max(line.real.max() for line in lines) <= 160


def test_where_nothing_flows_there_is_no_line():
    still = np.zeros((20, 20))
    assert streamlines(flow_of(still, still, SIZE, wraps=False), 10.0) == []


ALL_ROUND = Seam(np.zeros(SIZE[1]), np.full(SIZE[1], float(SIZE[0])))


def test_a_line_goes_on_across_the_edge_of_a_world_map():
    flow = flow_of(np.ones((80, 80)), np.zeros((80, 80)), SIZE, wraps=True)
    lines = streamlines(flow, 10.0)
    strokes = line_shapes(lines, 6.0, 100.0, flow.seam).strokes
    assert all(np.abs(np.diff(line)).max() > SIZE[0] - 4 for line in lines)
    # In pieces that begin on the map, and no longer than a step.
    assert np.abs(strokes[:, 2] - strokes[:, 0]).max() < 4
    left, right = strokes[:, [0, 2]].min(axis=1), strokes[:, [0, 2]].max(axis=1)
    assert ((right >= 0) & (left <= SIZE[0])).all()


@pytest.mark.parametrize("speed", [1.0, -1.0])
def test_a_line_that_crosses_the_edge_has_ink_on_both_sides_of_it(speed):
    # Steps of 3.7 that start anywhere: most pieces reach over the edge by a part.
    line = ALL_ROUND.turned(np.arange(200) * 3.7 * speed + 11.3 + 160j)
    shapes = line_shapes([line], 0.0, 1e9, ALL_ROUND)
    row = shapes.coverage(SIZE, 2.0)[160]
    assert row.min() > 200


@pytest.mark.parametrize("center", [None, [150.0]])
@pytest.mark.parametrize("speed", [5.0, -5.0])
def test_lines_go_on_over_the_seam_of_a_round_map(center, speed):
    view = MapChoice("Robinson", None, center).view(WORLD_GRID, 400, 200)
    ink = VectorPainter(view, VectorLook("streamlines")).coverage(vectors(speed, 0.0)) > 100
    rows, columns = np.nonzero(np.isfinite(view.lonlat_of_pixels()[0]))
    for side in (np.minimum, np.maximum):
        rim = np.full(200, -1)
        rim[rows] = columns[rows] if side is np.maximum else 400
        side.at(rim, rows, columns)
        # Every line is level and goes all the way round: it has ink beside both rims.
        inner = [ink[row, 100:300].mean() > 0.9 for row in range(30, 170)]
        at_rim = [ink[row, rim[row] - 3 : rim[row] + 4].any() for row in range(30, 170)]
        assert sum(inner) > 5
        assert all(there for lies, there in zip(inner, at_rim, strict=True) if lies)


def test_neighbours_over_the_seam_keep_their_distance():
    # On a flow that climbs, lines that have crossed lie between those that have not.
    flow = flow_of(np.ones((80, 80)), np.full((80, 80), 0.3), SIZE, wraps=True)
    lines = [line for line in streamlines(flow, 12.0) if len(line) > 20]
    points = np.concatenate(lines)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    for number, line in enumerate(lines):
        others = points[owner != number]
        away = ALL_ROUND.shortest(others[None, :] - line[:, None], line.imag[:, None])
        assert np.abs(away).min() > 12.0 * 0.25


def test_east_wind_is_drawn_as_level_lines_with_heads_to_the_right():
    view = MapChoice("PlateCarree").view(WORLD_GRID, 400, 200)
    painter = VectorPainter(view, VectorLook("streamlines"))
    shapes = painter.shapes(vectors(5.0, 0.0))
    np.testing.assert_allclose(shapes.strokes[:, 1], shapes.strokes[:, 3], atol=1e-3)
    tips, corners = shapes.triangles[:, 0], shapes.triangles[:, [2, 4]]
    assert (tips[:, None] > corners).all()


def test_on_a_polar_map_an_east_wind_goes_round_the_pole():
    view = MapChoice("NorthPolarStereo").view(WORLD_GRID, 400, 400)
    strokes = VectorPainter(view, VectorLook("streamlines")).shapes(vectors(5.0, 0.0)).strokes
    start = np.hypot(strokes[:, 0] - 200, strokes[:, 1] - 200)
    end = np.hypot(strokes[:, 2] - 200, strokes[:, 3] - 200)
    far = start > 20
    np.testing.assert_allclose(start[far], end[far], atol=0.25)


def test_the_same_flow_gives_the_same_lines():
    once, again = streamlines(rotation(), 14.0), streamlines(rotation(), 14.0)
    assert all((one == other).all() for one, other in zip(once, again, strict=True))
