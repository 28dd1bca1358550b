"""The build script cuts lines at 180 degrees and packs them so that they are read back exactly."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from zyra.visualize import natural_earth
from zyra.visualize.natural_earth import read_features

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_natural_earth.py"
SOUTH_POLE = 10  # quanta


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(SCRIPT))


def prepared(script, *points):
    return [line.tolist() for line in script["prepare"](np.array(points), SOUTH_POLE)]


def test_a_line_over_the_antimeridian_ends_there_and_goes_on_at_the_other_side(script):
    lines = prepared(script, (99_899, 1000), (99_989, 1000), (10, 2000), (20, 2000))
    assert sorted(lines) == [
        [[0, 1500], [10, 2000], [20, 2000]],
        [[99_899, 1000], [99_989, 1000], [99_999, 1500]],
    ]


def test_a_line_that_crosses_back_is_cut_twice(script):
    lines = prepared(script, (90, 100), (99_989, 120), (99_979, 130), (30, 140), (60, 150))
    assert sorted(lines) == [
        [[0, 134], [30, 140], [60, 150]],
        [[90, 100], [0, 118]],
        [[99_999, 118], [99_989, 120], [99_979, 130], [99_999, 134]],
    ]


def test_edges_along_the_antimeridian_and_at_the_pole_are_left_out(script):
    points = [(50, 900), (0, 950), (0, 800), (40, 700), (40, 5), (80, 5), (80, 300)]
    assert prepared(script, *points) == [
        [[50, 900], [0, 950]],
        [[0, 800], [40, 700], [40, 5]],
        [[80, 5], [80, 300]],
    ]


def test_a_point_given_twice_does_not_end_a_line(script):
    assert prepared(script, (1, 20), (2, 30), (2, 30), (3, 40)) == [[[1, 20], [2, 30], [3, 40]]]


def test_arcs_of_one_country_are_coast_and_of_two_are_borders(script):
    countries = {
        "geometries": [
            {"type": "Polygon", "arcs": [[0, 1]]},
            {"type": "MultiPolygon", "arcs": [[[~1, 2]], [[3, 4, ~4]]]},
        ]
    }
    assert script["classify"](countries) == {"coastline": [0, 2, 3], "borders": [1]}


def test_packed_lines_are_read_back_exactly(script, tmp_path, monkeypatch):
    lines = [
        np.array([[0, 99_999], [16_000, 90_000], [16_001, 90_001]]),
        np.array([[99_999, 0], [99_000, 7]]),
    ]
    packed = script["encode"](lines, [-180.0, -90.0], [360 / 99_999, 180 / 99_999])
    (tmp_path / "borders-10m.bin").write_bytes(packed)
    monkeypatch.setattr(natural_earth, "FOLDER", tmp_path)
    read = read_features("borders", "10m")
    points = np.concatenate(lines)
    assert read.starts.tolist() == [0, 3]
    np.testing.assert_allclose(read.lon, points[:, 0] * 360 / 99_999 - 180, atol=1e-5)
    np.testing.assert_allclose(read.lat, points[:, 1] * 180 / 99_999 - 90, atol=1e-5)


def test_a_tarball_other_than_the_pinned_one_is_refused(script, tmp_path, monkeypatch):
    tarball = tmp_path / "world-atlas.tgz"
    tarball.write_bytes(b"something else")
    monkeypatch.setattr("sys.argv", ["build_natural_earth.py", "--tarball", str(tarball)])
    with pytest.raises(SystemExit, match="has sha256"):
        script["main"]()
