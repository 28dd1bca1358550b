"""Values written into contour lines."""

import numpy as np
import pytest
from PIL import Image

from drawn_contours import PLAIN, draw
from zyra.visualize.contour_labels import (
    Label,
    draw_labels,
    placed_labels,
    without_labels,
    written_level,
)
from zyra.visualize.text import MINUS

SIZE = (800, 400)


def ring(radius: float, x=400.0, y=200.0) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 400)
    points = np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)])
    return np.hstack([points[:-1], points[1:]]).astype(np.float32)


def level_lines(*rows: float) -> list[np.ndarray]:
    columns = np.linspace(-5, 805, 200)
    return [
        np.column_stack([columns[:-1], np.full(199, y), columns[1:], np.full(199, y)]).astype(
            np.float32
        )
        for y in rows
    ]


def corners(label: Label) -> np.ndarray:
    ahead, down = label.direction
    along = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) / 2 * [label.length, label.height]
    turn = np.array([[ahead, down], [-down, ahead]])
    return along @ turn + [label.column, label.row]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1000.0, "1000"), (-5.0, f"{MINUS}5"), (0.25, "0.25"), (2e-5, f"2e{MINUS}05")],
)
def test_a_label_says_the_level(value, text):
    assert written_level(value) == text


def test_labels_are_never_upside_down_and_lie_on_their_line():
    labels = placed_labels([ring(150)], [12.0], SIZE, 1.0)
    assert labels
    for label in labels:
        assert -90 < label.slope <= 90
        assert np.hypot(label.column - 400, label.row - 200) == pytest.approx(150, abs=0.5)
        outward = np.degrees(np.arctan2(label.row - 200, label.column - 400))
        assert (label.slope + outward - 90) % 180 == pytest.approx(0, abs=2) or (
            label.slope + outward - 90
        ) % 180 == pytest.approx(180, abs=2)


def test_labels_keep_away_from_each_other_and_from_the_rim():
    rings = [ring(radius) for radius in (60, 90, 120, 150, 180)]
    labels = placed_labels(rings, [1.0, 2.0, 3.0, 4.0, 5.0], SIZE, 1.0)
    assert {label.level for label in labels} == {0, 1, 2, 3, 4}
    for number, label in enumerate(labels):
        assert (corners(label) > 2).all()
        assert (corners(label) < np.array(SIZE) - 2).all()
        steps = np.linspace(-0.5, 0.5, 9)
        for other in labels[number + 1 :]:
            for share in steps:
                place = np.array([other.column, other.row]) + share * other.length * np.array(
                    other.direction
                )
                assert not label.covers(*np.split(place, 2)).any()


def test_lines_without_room_between_them_get_no_labels():
    assert placed_labels(level_lines(*range(100, 160, 4)), list(range(15)), SIZE, 1.0) == []


def test_short_and_crooked_lines_get_no_labels():
    assert placed_labels([ring(12)], [1000.0], SIZE, 1.0) == []


def test_lines_stop_before_their_labels():
    lines = level_lines(200.0)
    labels = placed_labels(lines, [5.0], SIZE, 1.0)
    (cut,) = without_labels(lines, labels)
    length = np.hypot(cut[:, 2] - cut[:, 0], cut[:, 3] - cut[:, 1]).sum()
    assert length == pytest.approx(810 - sum(label.length for label in labels), abs=6)
    label = labels[0]
    assert not (np.abs((cut[:, 0] + cut[:, 2]) / 2 - label.column) < label.length / 2 - 2).any()


def test_text_has_a_light_halo():
    label = Label(0, "1000", 60.0, 30.0, 0.0, 40.0, 12.0)
    picture = draw_labels(Image.new("RGBA", (120, 60), (0, 90, 0, 255)), [label], [(0, 0, 0)], 1.0)
    seen = np.asarray(picture.convert("L")).astype(int)
    assert seen[24:36, 42:78].min() < 60
    assert seen[20:40, 38:82].max() > 200
    assert (seen[:10] == seen[0, 0]).all()


def test_turned_text_follows_its_line():
    label = Label(0, "1000000", 60.0, 60.0, 45.0, 60.0, 12.0)
    picture = draw_labels(Image.new("RGBA", (120, 120)), [label], [(0, 0, 0)], 1.0)
    rows, columns = np.nonzero(np.asarray(picture)[..., 3] > 100)
    assert np.corrcoef(rows, columns)[0, 1] < -0.9  # climbs from left to right


def test_labels_appear_when_asked_for(npy, tmp_path):
    values = np.broadcast_to(np.linspace(0, 30, 18)[:, None], (18, 36))
    shared = {"input": npy(values), "levels": "10,20", "color": "navy", **PLAIN}
    plain = draw(tmp_path, **shared)
    labelled = draw(tmp_path, line_labels=True, **shared)
    assert plain.mode == "P"
    changed = (plain.pixels != labelled.pixels).any(axis=2).sum()
    assert 400 < changed < 20000
