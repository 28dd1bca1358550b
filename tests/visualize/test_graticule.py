"""Gridlines are at round degrees, in every window, and are named as on printed maps."""

import numpy as np
import pytest

from zyra.visualize.graticule import (
    graticule_labels,
    graticule_lines,
    graticule_steps,
    latitude_text,
    longitude_text,
)
from zyra.visualize.map_lines import draw_lines
from zyra.visualize.projection import MapView

GLOBE = (-180.0, 180.0, -90.0, 90.0)


def drawn(view):
    return draw_lines(view.segments_of(graticule_lines(view)), (view.width, view.height), 1.0)


def full_lines(mask):
    """Columns and rows where a crisp line runs through the whole picture."""
    dark = mask > 240
    return np.flatnonzero(dark.all(axis=0)).tolist(), np.flatnonzero(dark.all(axis=1)).tolist()


@pytest.mark.parametrize(
    ("extent", "size", "steps"),
    [
        (GLOBE, (1024, 512), (30, 30)),
        (GLOBE, (4096, 2048), (30, 30)),
        ((0.0, 360.0, -90.0, 90.0), (1024, 512), (30, 30)),
        ((-130.0, -60.0, 20.0, 55.0), (1000, 500), (10, 10)),
        ((-12.0, 32.0, 34.0, 62.0), (1000, 800), (5, 5)),
        ((170.0, -170.0, -25.0, -10.0), (1000, 750), (2, 2)),
        ((10.0, 10.4, 50.0, 50.4), (600, 600), (0.05, 0.05)),
        ((-180.0, 180.0, -90.0, 90.0), (512, 512), (30, 15)),
    ],
)
def test_steps_are_round_and_fit_the_map(extent, size, steps):
    assert graticule_steps(MapView.over(extent, *size)) == steps


@pytest.mark.parametrize("extent", [GLOBE, (0.0, 360.0, -90.0, 90.0), (-90.0, 270.0, -90.0, 90.0)])
def test_lines_run_through_the_whole_picture_at_the_right_places(extent):
    columns, rows = full_lines(drawn(MapView.over(extent, 720, 360)))
    assert columns == list(range(60, 720, 60))
    assert rows == [edge - 1 for edge in range(60, 360, 60)]


def test_lines_cross_the_date_line_without_a_gap():
    columns, rows = full_lines(drawn(MapView.over((170.0, -170.0, -10.0, 10.0), 400, 400)))
    assert columns == list(range(40, 400, 40))
    assert rows == [edge - 1 for edge in columns]


def test_lines_between_pixels_are_not_smeared_over_two():
    view = MapView.over((-130.0, -60.0, 20.0, 55.0), 937, 511)
    assert set(np.unique(drawn(view))) == {0, 255}


def test_lines_of_a_tiny_window_are_complete():
    mask = drawn(MapView.over((179.95, 180.05, 0.0, 0.1), 1000, 1000))
    assert full_lines(mask)[1] == [edge - 1 for edge in range(100, 1000, 100)]


def test_a_window_without_round_degrees_has_no_lines():
    view = MapView.over((0.001, 0.002, 0.001, 0.002), 100, 100)
    assert not drawn(view).any()
    assert graticule_labels(view) == []


def test_labels_name_meridians_and_parallels_of_a_window_over_the_date_line():
    labels = graticule_labels(MapView.over((150.0, -150.0, -30.0, 30.0), 600, 600))
    below = [(label.text, label.position) for label in labels if label.side == "below"]
    assert below[:2] == [("150°E", 0.0), ("155°E", 50.0)]
    assert ("180°", 300.0) in below
    assert below[-1] == ("150°W", 600.0)
    left = {label.text: label.position for label in labels if label.side == "left"}
    assert (left["30°N"], left["0°"], left["30°S"]) == (0.0, 300.0, 600.0)


@pytest.mark.parametrize(
    ("lon", "text"),
    [(0, "0°"), (360, "0°"), (180, "180°"), (-180, "180°"), (540, "180°"), (190, "170°W"),
     (-150, "150°W"), (210, "150°W"), (7.25, "7.25°E"), (-190, "170°E"), (0.3, "0.3°E")],
)  # fmt: skip
def test_longitudes_are_written_for_people(lon, text):
    assert longitude_text(lon) == text


@pytest.mark.parametrize(("lat", "text"), [(0, "0°"), (30, "30°N"), (-7.5, "7.5°S"), (90, "90°N")])
def test_latitudes_are_written_for_people(lat, text):
    assert latitude_text(lat) == text
