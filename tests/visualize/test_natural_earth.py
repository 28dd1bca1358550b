"""The packaged coastlines and borders are those of the manifest and lie where the coasts lie."""

import hashlib
import re

import numpy as np
import pytest

from zyra.core.errors import DataError
from zyra.visualize import natural_earth
from zyra.visualize.natural_earth import FOLDER, HEADER, MAGIC, read_features, scale_for

KINDS = ["coastline", "borders"]
SCALES = ["110m", "50m", "10m"]
# Positions of lighthouses, capes and towns at the sea from gazetteers.
ON_THE_COAST = {
    "Land's End": (-5.716, 50.066),
    "Cape Agulhas": (20.00, -34.83),
    "Cape Horn": (-67.29, -55.98),
    "Europa Point, Gibraltar": (-5.345, 36.11),
    "Cabo da Roca": (-9.50, 38.78),
    "Cape Leeuwin": (115.135, -34.375),
    "Cape Comorin": (77.55, 8.08),
    "Cape Byron": (153.64, -28.64),
}
# El Paso, where three states meet; Basel; the Brenner pass; Iguazu.
ON_A_BORDER = [(-106.53, 31.78), (7.59, 47.59), (11.50, 47.00), (-54.59, -25.59)]


def manifest():
    rows = re.findall(
        r"\| `(.+\.bin)` \| (\d+) \| (\d+) \| (\d+) \| `(\w+)` \|",
        (FOLDER / "README.md").read_text(),
    )
    return {
        name: (int(lines), int(points), int(size), sha) for name, lines, points, size, sha in rows
    }


def distance_degrees(lines, lon, lat):
    """Distance to the nearest point of a line, in degrees of a great circle."""
    east = (lines.lon - lon) * np.cos(np.radians(lat))
    return float(np.hypot(east, lines.lat - lat).min())


def inner_edges(lines):
    """Steps between neighbours within one line, shape (edges, 2)."""
    steps = np.diff(np.stack([lines.lon, lines.lat], axis=1), axis=0)
    return np.delete(steps, lines.starts[1:] - 1, axis=0)


def test_the_manifest_names_every_file():
    assert sorted(manifest()) == sorted(f"{kind}-{scale}.bin" for kind in KINDS for scale in SCALES)


@pytest.mark.parametrize("name", sorted(manifest()))
def test_a_packaged_file_is_that_of_the_manifest(name):
    data = (FOLDER / name).read_bytes()
    lines, points, size, sha256 = manifest()[name]
    assert HEADER.unpack_from(data)[:3] == (MAGIC, lines, points)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (size, sha256)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", SCALES)
def test_lines_are_whole_and_lie_on_the_globe(kind, scale):
    features = read_features(kind, scale)
    lines, points, *_ = manifest()[f"{kind}-{scale}.bin"]
    assert len(features.starts) == lines
    assert features.lon.shape == features.lat.shape == (points,)
    assert np.diff(np.append(features.starts, points)).min() >= 2
    assert np.abs(features.lon).max() <= 180
    assert np.abs(features.lat).max() <= 90


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", SCALES)
def test_no_edge_goes_round_the_world_or_along_the_date_line(kind, scale):
    features = read_features(kind, scale)
    assert np.abs(inner_edges(features)).max() < 10
    at_180 = np.abs(features.lon) == 180
    beside = np.append(at_180[1:] & at_180[:-1], False)
    beside[features.starts[1:] - 1] = False
    assert not beside.any()


@pytest.mark.parametrize("place", ON_THE_COAST)
def test_the_coast_passes_known_places(place):
    lon, lat = ON_THE_COAST[place]
    # Natural Earth draws Cape Horn 9 km too far north; the others are within 2 km.
    assert distance_degrees(read_features("coastline", "10m"), lon, lat) < 0.1
    assert distance_degrees(read_features("coastline", "50m"), lon, lat) < 0.2
    assert distance_degrees(read_features("coastline", "110m"), lon, lat) < 1.2


@pytest.mark.parametrize(("lon", "lat"), ON_A_BORDER)
def test_borders_pass_known_places(lon, lat):
    assert distance_degrees(read_features("borders", "10m"), lon, lat) < 0.03


@pytest.mark.parametrize(
    ("lon", "lat"), [(-150, 40), (-130, -40), (-30, 30), (-179.5, 40), (20, 25)]
)
def test_open_sea_and_desert_have_no_coast(lon, lat):
    assert distance_degrees(read_features("coastline", "10m"), lon, lat) > 3


@pytest.mark.parametrize("scale", ["50m", "10m"])
def test_the_coast_reaches_the_date_line_from_both_sides(scale):
    coast = read_features("coastline", scale)
    west, east = (np.sort(coast.lat[coast.lon == side]) for side in (-180, 180))
    # Chukotka has two coasts there, Wrangel Island two, Antarctica one.
    assert len(east) >= 5
    np.testing.assert_allclose(west, east, atol=0.002)


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "coastline-110m.bin").write_bytes(b"x" * 200)
    monkeypatch.setattr(natural_earth, "FOLDER", tmp_path)
    with pytest.raises(DataError, match="damaged"):
        read_features("coastline", "110m")


@pytest.mark.parametrize(
    ("degrees", "width", "scale"),
    [
        (360, 1024, "110m"),
        (360, 4096, "50m"),
        (70, 1024, "50m"),
        (20, 1024, "10m"),
    ],
)
def test_the_scale_follows_the_degrees_per_pixel(degrees, width, scale):
    assert scale_for(degrees / width) == scale
