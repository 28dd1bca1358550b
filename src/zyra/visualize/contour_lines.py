"""Find contour lines: in the cells of a grid, and from there in the pixels of a map."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import contourpy
import numpy as np
from numpy.typing import NDArray

from zyra.fields.grid import Grid
from zyra.fields.warp_lines import Line, goes_round
from zyra.visualize.contour_ground import Cell, Ground
from zyra.visualize.natural_earth import Lines
from zyra.visualize.view import Numbers, Segments, View

if TYPE_CHECKING:
    from contourpy._contourpy import LineReturn, LineReturn_ChunkCombinedOffset

Starts = NDArray[np.intp]


def contour_segments(ground: Ground, view: View, levels: Sequence[float]) -> list[Segments]:
    """Pieces of the contour lines of each of `levels` on a map, in the order they run."""
    return [view.segments_of(lines) for lines in contour_lines(ground, levels)]


def contour_lines(ground: Ground, levels: Sequence[float]) -> list[Lines]:
    """Contour lines of each of `levels`, empty where the values do not reach it.

    They go on to the outer edges of the grid, within whose last half cells values stay the same,
    and close on themselves around the Earth where the grid does. None goes through a cell that
    is not `usable`.
    """
    grid, usable = ground.grid, ground.usable
    if min(grid.shape) < 2:
        return [_no_lines() for _ in levels]
    values = _to_the_edges(ground.values, grid)
    generator = contourpy.contour_generator(
        Line.of_columns(grid).knots_in_order()[0],
        Line.of_rows(grid).knots_in_order()[0],
        values if usable is None else np.ma.MaskedArray(values, ~_to_the_edges(usable, grid)),
        # Threads need chunks, whose lines end at their rims; and a run of the service has one.
        name="serial",
        line_type="ChunkCombinedOffset",
        corner_mask=False,
    )
    return [
        _no_lines() if points is None else _on_earth(points, starts, grid)
        for points, starts in map(_chunk, generator.multi_lines(levels))
    ]


def _to_the_edges(cells: NDArray[Cell], grid: Grid) -> NDArray[Cell]:
    """Cells with the outer ones once more, or the first column where the grid closes."""
    rows = np.pad(cells, ((1, 1), (0, 0)), mode="edge")
    if goes_round(grid):
        return np.pad(rows, ((0, 0), (0, 1)), mode="wrap")
    return np.pad(rows, ((0, 0), (1, 1)), mode="edge")


def _chunk(found: "LineReturn") -> tuple[Numbers | None, Starts]:
    """Points of the lines of a level, None for no line, and which of them start one."""
    points, offsets = cast("LineReturn_ChunkCombinedOffset", found)
    if points[0] is None or offsets[0] is None:
        return None, np.empty(0, np.intp)
    return points[0], offsets[0][:-1].astype(np.intp)


def _no_lines() -> Lines:
    return Lines(np.empty(0, np.float32), np.empty(0, np.float32), np.empty(0, np.intp))


def _on_earth(points: Numbers, starts: Starts, grid: Grid) -> Lines:
    """Lines of places counted in columns and rows as longitudes and latitudes."""
    lon = np.interp(points[:, 0], *Line.of_columns(grid).knots_in_order())
    lat = np.interp(points[:, 1], *Line.of_rows(grid).knots_in_order())
    if not grid.crs.is_geographic:
        lon, lat = grid.crs.inverse(lon, lat)
    return cut_at_date_line(lon, np.clip(lat, -90.0, 90.0), starts)


def cut_at_date_line(lon: Numbers, lat: Numbers, starts: Starts) -> Lines:
    """Lines that may cross 180 degrees, at any turn, as lines that end there and go on.

    Args:
        lon: Degrees east of the points of all lines; a step of more than half a turn is one
            across the date line.
        lat: Degrees north.
        starts: Index of the first point of each line.
    """
    lon = lon - 360.0 * np.cumsum(np.rint(np.diff(lon, prepend=lon[:1]) / 360.0))
    turn = np.floor((lon + 180.0) / 360.0)
    joined = np.ones(max(len(lon) - 1, 0), bool)
    joined[starts[1:] - 1] = False
    before = np.flatnonzero(joined & (turn[:-1] != turn[1:]))
    after = before + 1
    place = 360.0 * np.maximum(turn[before], turn[after]) - 180.0
    share = (place - lon[before]) / (lon[after] - lon[before])
    cut_lat = lat[before] + share * (lat[after] - lat[before])
    side = 180.0 * np.sign(lon[after] - lon[before])
    # Two points for each cut: the end of what comes before, the start of what comes after.
    where = np.repeat(after, 2)
    cut_lon = np.insert(lon - 360.0 * turn, where, np.column_stack([side, -side]).ravel())
    longer_lat = np.insert(lat, where, np.repeat(cut_lat, 2))
    cut_starts = after + 2 * np.arange(len(after)) + 1
    moved = starts + 2 * np.searchsorted(after, starts, side="right")
    all_starts = np.sort(np.concatenate([moved, cut_starts]))
    return Lines(cut_lon.astype(np.float32), longer_lat.astype(np.float32), all_starts)
