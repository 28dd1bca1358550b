"""Land and ocean are filled where they are, in every projection."""

import numpy as np
import pytest

from drawn_maps import PLAIN, draw, wrong
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.land import LAND, OCEAN, is_land, land_mask
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.natural_earth import Lines, read_features
from zyra.visualize.projection import MapView

WORLD_GRID = Grid(
    Crs("latitude_longitude", {}), np.arange(0.0, 360.0, 5.0), np.arange(90.0, -90.1, -5.0)
)
# Far from any coast, on both sides of 180 degrees and of the poles.
LAND_PLACES = [(-100, 40), (20, 5), (135, -25), (100, 60), (176, 66), (-178, -87), (0, -88)]
LAND_PLACES += [(-60, -10), (-42, 72), (80, 22)]
SEA_PLACES = [(-40, 30), (-160, 10), (160, -45), (179, 30), (-179, 30), (0, 88), (80, -30)]
SEA_PLACES += [(51, 41), (18, 35), (-20, -60)]
VIEWS = {
    "plate carree": MapChoice("PlateCarree"),
    "turned": MapChoice("PlateCarree", center=(180.0,)),
    "mercator": MapChoice("Mercator"),
    "robinson": MapChoice("Robinson", center=(100.0,)),
    "ortho": MapChoice("Orthographic", center=(-60.0, 20.0)),
    "south": MapChoice("SouthPolarStereo"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_land_and_sea_are_told_apart(name):
    view = VIEWS[name].view(WORLD_GRID, 500, 400)
    land, globe = is_land(view)
    seen = 0
    for places, expected in ((LAND_PLACES, True), (SEA_PLACES, False)):
        columns, rows = view.pixels_of(*np.array(places, float).T)
        for column, row in zip(columns, rows, strict=True):
            if 0 <= column < 500 and 0 <= row < 400 and globe[int(row), int(column)]:
                assert land[int(row), int(column)] == expected, (column, row)
                seen += 1
    assert seen > 5


@pytest.mark.parametrize("scale", ["110m", "50m", "10m"])
def test_the_share_of_land_is_that_of_the_earth(scale):
    lon, lat = np.arange(-179.75, 180, 0.5), np.arange(89.75, -90, -0.5)
    land = land_mask(read_features("coastline", scale), lon, lat)
    share = np.average(land.mean(axis=1), weights=np.cos(np.radians(lat)))
    # 29.2 % is the share in every textbook; ice shelves count as land here.
    assert share == pytest.approx(0.292, abs=0.006)


@pytest.mark.parametrize("first", [-180.0, 0.0, 70.0])
def test_a_lattice_may_begin_anywhere(first):
    coast = read_features("coastline", "110m")
    lon, lat = np.arange(-179.5, 180), np.arange(89.5, -90, -1.0)
    turned = land_mask(coast, first + np.arange(360) + 0.5, lat)
    expected = land_mask(coast, lon, lat)
    np.testing.assert_array_equal(turned, np.roll(expected, -int(first + 180), axis=1))


def test_an_island_in_a_lake_on_an_island_is_land():
    rings = [30.0, 20.0, 10.0]
    lon = np.concatenate([[-r, r, r, -r, -r] for r in rings]).astype(np.float32)
    lat = np.concatenate([[-r, -r, r, r, -r] for r in rings]).astype(np.float32)
    coast = Lines(lon, lat, np.array([0, 5, 10]))
    land = land_mask(coast, np.array([-25.0, -15.0, 0.0, 40.0]), np.array([1.0]))
    assert land[0].tolist() == [True, False, True, False]


def test_areas_lie_under_the_field(tmp_path, npy):
    source = npy([[np.nan, 1.0], [np.nan, 1.0]])
    drawn = draw(
        tmp_path, input=source, features="land,ocean", vmin=0, vmax=1, cmap="gray", width=360,
        height=180,
    ).pixels  # fmt: skip
    assert drawn[50, 80].tolist() == [*LAND, 255]
    assert drawn[50, 140].tolist() == [*OCEAN, 255]
    assert drawn[50, 280].tolist() == [255, 255, 255, 255]


def test_one_area_alone_leaves_the_rest_transparent(tmp_path, npy):
    source = npy([[np.nan, np.nan], [np.nan, np.nan]])
    drawn = draw(
        tmp_path, input=source, features="land", vmin=0, vmax=1, width=360, height=180
    ).pixels
    assert drawn[50, 80, 3] == 255
    assert drawn[50, 140, 3] == 0


def test_features_that_there_are_no_data_of_are_refused_with_those_there_are(tmp_path, npy):
    error = wrong(tmp_path, input=npy([[1.0]]), features="coastline,lakes")
    assert "no map feature 'lakes'" in error.message
    assert "coastline, borders, gridlines, land, ocean" in (error.hint or "")


def test_areas_under_a_basemap_are_refused(tmp_path, npy):
    (tmp_path / "world.jpg").write_bytes(b"")
    error = wrong(
        tmp_path, input=npy([[1.0]]), features="land", basemap=str(tmp_path / "world.jpg"), **{
            name: value for name, value in PLAIN.items() if name == "no_borders"
        }
    )  # fmt: skip
    assert "a basemap hides land" in error.message


def test_a_window_sees_the_same_land_as_the_globe():
    coast = read_features("coastline", "50m")
    view = MapView.over((5.0, 15.0, 50.0, 60.0), 100, 100)
    window = land_mask(coast, *view.lonlat_lines())
    world_lon = np.arange(-179.95, 180, 0.1)
    world = land_mask(coast, world_lon, view.lonlat_lines()[1])
    np.testing.assert_array_equal(window, world[:, 1850:1950])
