"""Which part of the Earth a map shows, and which it refuses to."""

import numpy as np
import pytest
from pydantic import ValidationError

from zyra.core.errors import UsageError
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.commands.heatmap import HeatmapArgs
from zyra.visualize.map_choice import MapChoice

WORLD_GRID = Grid(
    Crs("latitude_longitude", {}), np.arange(0.0, 360.0, 5.0), np.arange(90.0, -90.1, -5.0)
)


def edge_latitudes(view):
    """Latitude in the middle of the lower and the upper edge."""
    lat = np.broadcast_to(view.lonlat_of_pixels()[1], (view.height, view.width))
    return lat[-1, view.width // 2], lat[0, view.width // 2]


def test_mercator_ends_where_web_maps_end():
    view = MapChoice("Mercator").view(WORLD_GRID, 512, 512)
    assert view.north == pytest.approx(85.0511288, abs=1e-6)
    assert view.true_aspect == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("lat", "row"),
    # Spherical Mercator: y = ln tan(45 deg + lat / 2), in shares of pi. Snyder, section 7.
    [(0.0, 256.0), (45.0, 256 - 0.881374 / np.pi * 256), (-66.51326, 384.0)],
)
def test_mercator_spaces_latitudes_as_snyder_says(lat, row):
    view = MapChoice("Mercator").view(WORLD_GRID, 512, 512)
    assert view.rows_of(np.array([lat]))[0] == pytest.approx(row, abs=0.001)
    assert view.latitudes_of(np.array([row]))[0] == pytest.approx(lat, abs=0.001)


def test_a_center_turns_a_map_of_all_longitudes():
    view = MapChoice("PlateCarree", center=(150.0,)).view(WORLD_GRID, 360, 180)
    assert (view.west, view.east) == (-30.0, 330.0)


def test_the_center_of_a_region_is_its_own():
    choice = MapChoice("Mercator", (0.0, 20.0, 0.0, 20.0), center=(150.0,))
    with pytest.raises(UsageError, match="is the middle of its extent"):
        choice.view(WORLD_GRID, 100, 100)


def test_a_polar_map_of_the_world_shows_one_hemisphere_without_the_tropics():
    view = MapChoice("NorthPolarStereo").view(WORLD_GRID, 300, 300)
    assert edge_latitudes(view) == pytest.approx((20.0, 20.0), abs=0.5)
    south = MapChoice("SouthPolarStereo").view(WORLD_GRID, 300, 300)
    assert edge_latitudes(south) == pytest.approx((-20.0, -20.0), abs=0.5)


def test_a_polar_map_reaches_to_the_parallel_asked_for():
    choice = MapChoice("NorthPolarStereo", (-180.0, 180.0, 60.0, 90.0))
    assert edge_latitudes(choice.view(WORLD_GRID, 300, 300)) == pytest.approx((60, 60), abs=0.2)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (MapChoice("LambertConformal"), "cannot show all from -90 to 90 degrees north"),
        (MapChoice("LambertConformal", (0.0, 40.0, -20.0, 20.0)), "cannot show all from -20 to 20"),
        (MapChoice("NorthPolarStereo", (0.0, 40.0, -80.0, 20.0)), "cannot show all from -80 to 20"),
        (MapChoice("SouthPolarStereo", (0.0, 40.0, 20.0, 50.0)), "cannot show all from 20 to 50"),
        (MapChoice("Orthographic", (0.0, 20.0, 0.0, 20.0), (180.0, 0.0)), "shows nothing of the"),
        (MapChoice("Robinson", (0.0, 20.0, 30.0, 20.0)), "30 to 20 degrees north"),
    ],
)
def test_what_a_projection_cannot_show_is_refused(choice, words):
    with pytest.raises(UsageError, match=words) as refused:
        choice.view(WORLD_GRID, 100, 100)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"projection": "Robinson", "parallels": [30]}, "parallels is for LambertConformal"),
        ({"projection": "LambertConformal", "parallels": [1, 2, 3]}, "one or two latitudes"),
        ({"projection": "Robinson", "reproject": True}, "not in Robinson"),
        ({"projection": "native", "center": [3]}, "leave out center"),
        ({"projection": "Robinson", "center": [3, 4]}, "leave out the latitude"),
        ({"projection": "Orthographic", "center": [3, 94]}, "not on the Earth"),
        ({"center": [3, 4, 5]}, "a longitude, or a longitude and a latitude"),
        ({"data_encoded": True, "vmin": 0, "vmax": 1, "projection": "Robinson"}, "no map"),
        ({"map_type": "tile", "tile_source": "t", "basemap": "b"}, "either basemap or"),
    ],
)
def test_arguments_without_effect_are_refused(args, words):
    with pytest.raises(ValidationError, match=words):
        HeatmapArgs.model_validate({"input": "a", "output": "b"} | args)
