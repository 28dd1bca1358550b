"""Lines over pictures that are kept as palette indices."""

import numpy as np
import pytest

from zyra.visualize.line_shades import (
    DARK_LINES,
    LIGHT_LINES,
    OPACITIES,
    line_shades,
    line_work,
    work_of_pixels,
)
from zyra.visualize.palettes import named_palette, palette_names
from zyra.visualize.scale import FIELD_LEVELS, MISSING

GREY = named_palette("gray_r").sampled(FIELD_LEVELS)


def drawn(levels, coverage, opacity=1.0, colours=GREY):
    picture = np.array([levels], np.uint8)
    shades = line_shades(colours)
    shades.draw(picture, line_work(np.array([coverage], np.uint8), opacity))
    return shades.colours[picture][0].astype(int)


def test_pixels_without_a_line_keep_their_colour():
    assert (drawn(range(FIELD_LEVELS), [0] * FIELD_LEVELS) == GREY).all()


@pytest.mark.parametrize("name", palette_names())
def test_the_256_colours_of_a_png_suffice(name):
    assert len(line_shades(named_palette(name).sampled(FIELD_LEVELS)).colours) == 256


def test_a_full_line_is_nearly_as_dark_as_its_ink():
    assert drawn([0], [255])[0, :3] == pytest.approx(DARK_LINES, abs=40)


def test_lines_over_dark_colours_are_light():
    assert drawn([FIELD_LEVELS - 1], [255])[0, :3] == pytest.approx(LIGHT_LINES, abs=40)


@pytest.mark.parametrize("name", ["YlOrBr", "RdYlBu", "Spectral", "Oranges", "YlGn"])
def test_lines_are_of_one_shade_over_palettes_that_stay_light_enough(name):
    colours = named_palette(name).sampled(FIELD_LEVELS)
    lines = drawn(range(FIELD_LEVELS), [255] * FIELD_LEVELS, colours=colours)
    assert (lines[:, :3].max(axis=1) < 64).all()


def test_light_lines_differ_from_the_darkest_colour_no_more_than_dark_ones_from_the_lightest():
    lines = drawn([0, FIELD_LEVELS - 1], [255, 255])[:, 0]
    assert 100 < lines[1] - GREY[-1, 0] < GREY[0, 0] - lines[0]


def test_more_coverage_is_darker():
    shades = drawn([10] * 5, [40, 90, 130, 180, 255])[:, 0]
    assert (np.diff(shades) < 0).all()


@pytest.mark.parametrize("opacity", OPACITIES)
def test_a_blended_colour_is_near_the_true_blend(opacity):
    light = np.arange(100)
    shades = drawn(light, [255] * 100, opacity)[:, 0]
    true = GREY[light, 0] * (1 - opacity) + DARK_LINES[0] * opacity
    assert np.abs(shades - true).max() < 9


def test_lines_turn_light_at_one_value_whatever_their_strength():
    # The weakest lines change a colour less than leaving out shades does.
    strengths = OPACITIES[1:]
    picture = np.tile(np.arange(FIELD_LEVELS, dtype=np.uint8), (len(strengths), 1))
    shades = line_shades(GREY)
    for row, opacity in zip(picture, strengths, strict=True):
        shades.draw(row, work_of_pixels(np.arange(FIELD_LEVELS), opacity))
    lighter = shades.colours[picture][..., 0].astype(int) > GREY[:, 0]
    assert (lighter == lighter[0]).all()


def test_lines_over_missing_values_let_the_ground_show_through():
    colour = drawn([MISSING], [128])[0]
    assert tuple(colour[:3]) == DARK_LINES
    assert colour[3] == pytest.approx(128, abs=12)


def test_where_lines_cross_the_stronger_one_counts():
    shades = line_shades(GREY)
    one, two = np.full((1, 1), 20, np.uint8), np.full((1, 1), 20, np.uint8)
    strong, weak = (work_of_pixels(np.array([0]), opacity) for opacity in (0.86, 0.15))
    for picture, order in ((one, (strong, weak)), (two, (weak, strong))):
        for work in order:
            shades.draw(picture, work)
    assert abs(int(shades.colours[one[0, 0], 0]) - int(shades.colours[two[0, 0], 0])) < 8


def test_line_work_finds_every_covered_pixel():
    coverage = np.random.default_rng(2).integers(0, 255, (13, 37)).astype(np.uint8)
    coverage[coverage < 200] = 0
    found = line_work(coverage, 1.0).pixels
    assert found.tolist() == np.flatnonzero(coverage).tolist()
