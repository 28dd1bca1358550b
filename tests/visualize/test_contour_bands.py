"""Colours of bands and lines, on the map and on the colour bar."""

import numpy as np
import pytest
from PIL import Image

from drawn_contours import PLAIN, draw
from drawn_maps import read_picture
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.contour_bands import (
    Ends,
    band_scale,
    contour_colours,
    ends_of,
    line_scale,
    painted_bands,
)
from zyra.visualize.contour_ground import ground_of
from zyra.visualize.contour_levels import Levels
from zyra.visualize.contour_pen import index_levels
from zyra.visualize.painter import Painter
from zyra.visualize.palettes import named_palette
from zyra.visualize.projection import MapView
from zyra.visualize.scale import MISSING, Scale

GRAY = named_palette("gray")
BASE = Scale(0.0, 40.0, GRAY)
LEVELS = Levels((0.0, 10.0, 20.0, 40.0), is_listed=True)
VALUES = np.array([-1, 0, 9.99, 10, 25, 40, 40.1, np.nan], np.float32)


@pytest.mark.parametrize(
    ("ends", "classes"),
    [
        (Ends(below=False, above=False), [MISSING, 0, 0, 1, 2, 2, MISSING, MISSING]),
        (Ends(below=True, above=False), [0, 1, 1, 2, 3, 3, MISSING, MISSING]),
        (Ends(below=False, above=True), [MISSING, 0, 0, 1, 2, 3, 3, MISSING]),
        (Ends(below=True, above=True), [0, 1, 1, 2, 3, 4, 4, MISSING]),
    ],
)
def test_a_value_is_in_the_band_that_its_levels_bound(ends, classes):
    scale = band_scale(LEVELS, ends, BASE, anchored=False)
    assert scale.levels(VALUES).tolist() == classes


def test_bands_have_all_colours_of_the_palette_evenly():
    scale = band_scale(LEVELS, Ends(below=False, above=False), BASE, anchored=False)
    assert scale.colours[:, 0].tolist() == [0, 128, 255]


def test_anchored_bands_have_the_colours_of_their_values():
    colours = contour_colours(np.array([5.0, 15.0, 30.0]), BASE, anchored=True)
    assert colours[:, 0] == pytest.approx([32, 96, 191], abs=1)


def test_many_bands_are_classified_like_few():
    levels = Levels(tuple(np.arange(60.0)), is_listed=True)
    scale = band_scale(levels, Ends(below=False, above=False), BASE, anchored=False)
    values = np.linspace(-2, 62, 999, dtype=np.float32)
    wanted = np.where((values < 0) | (values > 59), MISSING, np.minimum(np.floor(values), 58))
    assert (scale.levels(values) == wanted).all()


@pytest.mark.parametrize(
    ("extend", "is_listed", "ends"),
    [
        ("auto", True, (False, False)),
        ("auto", False, (True, False)),
        ("both", True, (True, True)),
        ("max", False, (False, True)),
        ("neither", False, (False, False)),
    ],
)
def test_what_lies_beyond_is_drawn_as_asked(extend, is_listed, ends):
    levels = Levels((0.0, 1.0), is_listed=is_listed)
    found = ends_of(extend, levels, low_fixed=True, high_fixed=False)
    assert (found.below, found.above) == ends


def bar_pixels(bar: ColourBar) -> np.ndarray:
    page = Image.new("RGB", (300, 60), "white")
    bar.draw(page, 0, 0, 300)
    return np.asarray(page).astype(int)


def test_the_bar_has_one_field_for_each_band():
    scale = band_scale(LEVELS, Ends(below=False, above=False), BASE, anchored=False)
    row = bar_pixels(ColourBar(scale, "K", "horizontal", 1.0))[6, :, 0]
    assert row[[50, 150, 250]].tolist() == [0, 128, 255]
    assert row[[95, 105, 195, 205]].tolist() == [0, 128, 128, 255]


def test_open_ends_are_arrows_on_the_bar():
    scale = band_scale(LEVELS, Ends(below=True, above=True), BASE, anchored=False)
    pixels = bar_pixels(ColourBar(scale, "K", "horizontal", 1.0, below=True, above=True))
    assert pixels[6, [5, 294], 0].tolist() == [0, 255]
    assert pixels[1, [1, 298]].tolist() == [[255] * 3] * 2  # the tips leave paper
    assert pixels[6, [60, 150, 240], 0].tolist() == [64, 128, 191]


def test_the_bar_of_lines_labels_the_middle_of_each_colour():
    scale = line_scale(Levels((5.0, 10.0, 15.0), is_listed=True), BASE, anchored=False)
    pixels = bar_pixels(ColourBar(scale, "K", "horizontal", 1.0, centred=True))
    ticks = np.flatnonzero((pixels[14] < 100).all(axis=1))
    assert ticks == pytest.approx([50, 150, 249], abs=1)


def test_the_bar_on_a_page_shows_the_colours_of_the_map(npy, tmp_path):
    values = np.broadcast_to(np.linspace(-5, 35, 60), (30, 60))
    drawn = draw(
        tmp_path, input=npy(values), levels="0,10,20,30", filled=True, colorbar=True,
        cmap="viridis", extend="both", **PLAIN,
    )  # fmt: skip
    five = named_palette("viridis").sampled(256)[[0, 64, 128, 191, 255]]
    upper, lower = drawn.pixels[:430], drawn.pixels[430:]
    for colour in five:
        assert (upper == colour).all(axis=2).sum() > 1000
        assert (lower == colour).all(axis=2).sum() > 30


def test_the_legend_is_written_alone(npy, tmp_path):
    legend = tmp_path / "legend.png"
    draw(
        tmp_path, input=npy(np.eye(8)), filled=True, levels=4, legend_file=str(legend),
        legend_orientation="vertical",
    )  # fmt: skip
    pixels = read_picture(legend).pixels
    assert pixels.shape[0] > pixels.shape[1]
    assert (pixels[..., 3] == 0).any()


@pytest.mark.parametrize(
    ("values", "every", "thick"),
    [
        ((996, 1000, 1004, 1020), 5, []),
        ((992, 996, 1000, 1004), 5, [1000]),
        ((-10, -5, 0, 5), 2, [-10, 0]),
        ((0.1, 0.2, 0.3, 0.4, 0.5), 5, [0.5]),
        ((1, 2, 3), 0, []),
    ],
)
def test_index_lines_are_multiples_of_some_steps(values, every, thick):
    marked = index_levels(values, every)
    assert [value for value, mark in zip(values, marked, strict=True) if mark] == thick


def test_index_lines_are_thicker(npy, tmp_path):
    values = np.broadcast_to(np.linspace(0.5, 9.5, 19)[:, None], (19, 20))
    drawn = draw(
        tmp_path, input=npy(values), interval=1, color="black", width=200, height=400, **PLAIN
    )
    strength = drawn.pixels[:, 100, 3].reshape(-1)
    row_of = {level: round((level - 0.25) / 9.5 * 400) for level in (4, 5, 6)}
    sums = {level: strength[row - 9 : row + 9].sum() for level, row in row_of.items()}
    assert sums[5] > 1.5 * sums[4]
    assert sums[4] == pytest.approx(sums[6], rel=0.1)


def test_bounds_of_large_maps_are_where_those_of_small_ones_are():
    grid = Grid(
        Crs("latitude_longitude", {}), np.arange(-175.0, 180, 10), np.arange(85.0, -90, -10)
    )
    values = np.hypot(grid.x[None, :], grid.y[:, None]).astype(np.float32)
    scale = band_scale(Levels((0.0, 60.0, 200.0), True), Ends(False, False), BASE, anchored=False)
    found = []
    for width in (256, 4096):
        painter = Painter(MapView.over((-180, 180, -90, 90), width, width // 2), (), 1.0)
        ground = ground_of(values, grid, painter.places(grid))
        levels = painted_bands(ground, painter, scale).levels
        found.append((levels[width // 4] == 0).sum() / width)
    # Of the small one, the pixel at either end is a blend.
    assert found[0] == pytest.approx(found[1], abs=2 / 256)


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("hrrr_t06z_f01_tmp.grib2", {"projection": "native"}),
        ("rotated_ll.grib1", {}),
        ("cmc_polar_stereographic.grib1", {"projection": "NorthPolarStereo"}),
        ("missing_values.grib1", {"message": 1}),
        ("reduced_gg.grib1", {"projection": "Robinson"}),
        ("aqm_hawaii_mercator.grib2", {"projection": "Mercator"}),
        ("eraint_uvz.nc", {"var": "z", "message": 2, "projection": "Orthographic"}),
        ("gfs_0p25_tmp_pv_missing.grib2", {"extent": [170, 190, -40, -20]}),
    ],
)
def test_sample_files_are_drawn(data, tmp_path, name, choice, filled):
    drawn = draw(
        tmp_path, input=str(data / name), width=200, height=120, filled=filled, **choice, **PLAIN
    )
    colours = np.unique(drawn.pixels.reshape(-1, 4), axis=0)
    assert len(colours) > 6
