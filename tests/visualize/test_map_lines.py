"""Lines are drawn where they belong, smoothly, and only there."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from zyra.core.errors import UsageError
from zyra.visualize.map_lines import draw_lines
from zyra.visualize.natural_earth import Lines, read_features
from zyra.visualize.projection import MapView

GLOBE = (-180.0, 180.0, -90.0, 90.0)
PACIFIC_GLOBE = (0.0, 360.0, -90.0, 90.0)


def drawn(*pieces, size=(20, 20), width_px=1.0):
    return draw_lines(np.array(pieces, np.float32).reshape(-1, 4), size, width_px)


def coast_mask(extent, size, scale="110m"):
    view = MapView.over(extent, *size)
    return draw_lines(view.segments_of(read_features("coastline", scale)), size, 1.0)


def polyline(*points):
    lon, lat = np.array(points, np.float32).T
    return Lines(lon, lat, np.array([0]))


def test_a_line_through_pixel_centres_colours_just_them():
    mask = drawn((5.5, 10.5, 14.5, 10.5))
    assert (mask[10, 5:15] == 255).all()
    assert not mask[[9, 11]].any()


def test_a_line_between_two_rows_colours_half_of_each():
    mask = drawn((5.5, 10.0, 14.5, 10.0))
    np.testing.assert_array_equal(mask[9:11, 6:14], 128)


@pytest.mark.parametrize("width_px", [0.5, 1.0, 1.5, 3.0])
def test_a_line_across_the_picture_covers_length_times_width(width_px):
    mask = drawn((-30.0, 40.3, 130.0, 60.9), size=(100, 100), width_px=width_px)
    length = 100 / np.cos(np.arctan2(20.6, 160.0))
    assert mask.sum() / 255 == pytest.approx(length * width_px, rel=0.06)


def test_a_thick_line_agrees_with_pillow_at_16_times_the_size():
    large = Image.new("L", (1600, 1600))
    ImageDraw.Draw(large).line((200, 300, 1400, 1100), fill=255, width=80)
    expected = np.asarray(large.resize((100, 100), Image.Resampling.BOX), float)
    mask = drawn((12.5, 18.75, 87.5, 68.75), size=(100, 100), width_px=5.0)
    inside = np.s_[25:60, 25:75]
    # Share by distance and share by area differ by a tenth on slanted edges, no more.
    assert np.abs(expected[inside] - mask[inside]).max() < 0.13 * 255


def test_the_direction_of_a_line_does_not_matter():
    np.testing.assert_array_equal(drawn((3.2, 4.1, 15.7, 9.9)), drawn((15.7, 9.9, 3.2, 4.1)))


def test_a_steep_line_is_the_mirror_of_a_flat_one():
    np.testing.assert_array_equal(drawn((4.1, 3.2, 9.9, 15.7)), drawn((3.2, 4.1, 15.7, 9.9)).T)


def test_lines_that_overlap_do_not_get_darker():
    line = (3.2, 4.1, 15.7, 9.9)
    np.testing.assert_array_equal(drawn(line, line), drawn(line))


def test_a_point_is_a_dot():
    mask = drawn((10.5, 10.5, 10.5, 10.5), width_px=1.0)
    assert mask[10, 10] == 255
    assert mask.astype(bool).sum() == 1


def test_what_lies_outside_the_picture_is_left_out():
    assert not drawn((-50, 3, -2, 9), (3, 22, 9, 50), (25, 25, 25, 25), (-9, -9, 40, -9)).any()


def test_a_line_that_passes_through_is_drawn_up_to_the_rim():
    mask = drawn((-1e5, 10.5, 1e5, 10.5))
    assert mask[10].min() >= 252


def test_nothing_is_drawn_from_no_lines():
    assert not drawn(size=(7, 5)).any()


def test_many_lines_are_the_same_as_each_alone():
    pieces = np.random.default_rng(3).uniform(-10, 110, (9000, 4)).astype(np.float32)
    pieces[:, 2:] = pieces[:, :2] + pieces[:, 2:] / 50
    halves = [draw_lines(half, (100, 100), 1.2) for half in (pieces[:4500], pieces[4500:])]
    np.testing.assert_array_equal(draw_lines(pieces, (100, 100), 1.2), np.maximum(*halves))


@pytest.mark.parametrize("extent", [GLOBE, PACIFIC_GLOBE, (-90.0, 270.0, -90.0, 90.0)])
def test_the_coast_is_the_same_in_every_window(extent):
    size = (720, 360)
    expected = np.roll(coast_mask(GLOBE, size), -int((extent[0] + 180) * 2), axis=1)
    different = np.abs(coast_mask(extent, size).astype(int) - expected) > 2
    # At a rim the piece on the other side is not there to round the end.
    assert different.sum() < 40
    assert set(np.flatnonzero(different.any(axis=0))) <= {
        0,
        1,
        359,
        360,
        718,
        719,
        180,
        179,
        181,
        539,
        540,
    }


@pytest.mark.parametrize("extent", [GLOBE, PACIFIC_GLOBE, (100.0, 300.0, -60.0, 70.0)])
def test_no_streak_crosses_the_picture(extent):
    mask = coast_mask(extent, (1000, 500), "10m") > 64
    assert mask.mean(axis=1).max() < 0.5
    assert mask.mean(axis=0).max() < 0.3


@pytest.mark.parametrize("scale", ["110m", "50m", "10m"])
def test_the_open_pacific_along_the_date_line_is_empty(scale):
    assert not coast_mask((175.0, 185.0, 30.0, 50.0), (200, 400), scale).any()
    assert not coast_mask((-160.0, -130.0, 25.0, 50.0), (300, 250), scale).any()


def test_a_window_across_the_date_line_can_be_written_both_ways():
    a, b = (coast_mask((170.0, east, -25.0, -10.0), (400, 300), "50m") for east in (190.0, -170.0))
    assert a.any()
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(-5.716, 50.066), (20.0, -34.83), (-5.345, 36.11), (-9.5, 38.78), (153.64, -28.64)],
)
def test_the_drawn_coast_passes_known_capes_within_two_pixels(lon, lat):
    extent = (lon - 10, lon + 10, lat - 5, lat + 5)
    mask = coast_mask(extent, (1000, 500), "10m")
    assert mask[248:253, 498:503].max() > 128


def test_segments_of_a_small_window_are_few():
    view = MapView.over((-6.0, -5.0, 50.0, 50.5), 800, 400)
    assert len(view.segments_of(read_features("coastline", "10m"))) < 300


def test_separate_lines_are_not_joined():
    lines = Lines(np.array([0, 1, 50, 51], np.float32), np.zeros(4, np.float32), np.array([0, 2]))
    assert len(MapView.over(GLOBE, 360, 180).segments_of(lines)) == 2


def test_a_place_shown_twice_is_drawn_twice():
    view = MapView.over((-180.0, 180.0, -90.0, 90.0), 360, 180)
    mask = draw_lines(view.segments_of(polyline((179, 0), (180, 0))), (360, 180), 1.0)
    assert mask[:, 358:].any()
    wrapped = MapView.over((170.0, 530.0, -90.0, 90.0), 360, 180)
    assert (
        draw_lines(wrapped.segments_of(polyline((175, 0), (165, 0))), (360, 180)).any(axis=0).sum()
        > 9
    )


def test_pixels_and_places_are_inverse():
    view = MapView.over((170.0, -150.0, -30.0, 10.0), 80, 40)
    lon, lat = view.lonlat_lines()
    columns, rows = view.pixels_of(lon, np.zeros_like(lon))
    np.testing.assert_allclose(columns, np.arange(80) + 0.5)
    columns, rows = view.pixels_of(np.full_like(lat, -180.0), lat)
    np.testing.assert_allclose(rows, np.arange(40) + 0.5)
    np.testing.assert_allclose(columns, 20.0)


def test_places_just_outside_the_map_stay_beside_it():
    columns, _ = MapView.over((0.0, 10.0, 0.0, 10.0), 100, 100).pixels_of(
        np.array([-1.0, 359.0, 11.0, -349.0]), np.zeros(4)
    )
    np.testing.assert_allclose(columns, [-10, -10, 110, 110])


def test_longitudes_of_a_window_over_the_date_line_go_on_beyond_180():
    lon, lat = MapView.over((170.0, -170.0, -10.0, 10.0), 20, 20).lonlat_lines()
    np.testing.assert_allclose(lon, np.arange(170.5, 190))
    np.testing.assert_allclose(lat, np.arange(9.5, -10, -1))


@pytest.mark.parametrize(
    "extent",
    [(0, 0, 0, 1), (0, 361, 0, 1), (0, 10, 5, 5), (0, 10, 5, -5), (0, 10, -91, 0), (400, 410, 0, 1),
     (0, 10, float("nan"), 5), (float("nan"), 10, 0, 5)],
)  # fmt: skip
def test_an_impossible_extent_is_refused(extent):
    with pytest.raises(UsageError):
        MapView.over(extent, 10, 10)
