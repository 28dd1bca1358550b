"""From values to levels."""

import numpy as np
import pytest

from zyra.core.errors import DataError, UsageError
from zyra.visualize.palettes import Palette, named_palette
from zyra.visualize.scale import FIELD_LEVELS, MISSING, Scale, scale_of

VIRIDIS = named_palette("viridis")


def array(*values):
    return np.array([values], np.float32)


def test_the_ends_of_the_range_have_the_first_and_last_colour():
    levels = Scale(-5.0, 5.0, VIRIDIS).levels(array(-5, 5, -99, 99))
    assert levels.tolist() == [[0, FIELD_LEVELS - 1, 0, FIELD_LEVELS - 1]]


def test_values_that_are_not_finite_are_missing():
    levels = Scale(0.0, 1.0, VIRIDIS).levels(array(np.nan, np.inf, -np.inf))
    assert (levels == MISSING).all()


def test_the_range_is_that_of_the_finite_values():
    scale = scale_of(array(np.nan, 3, np.inf, 7), VIRIDIS)
    assert (scale.low, scale.high) == (3.0, 7.0)


def test_one_end_may_be_given():
    scale = scale_of(array(3, 7), VIRIDIS, vmax=100.0)
    assert (scale.low, scale.high) == (3.0, 100.0)


def test_a_constant_field_needs_both_ends():
    with pytest.raises(UsageError, match="every value of the field is 4,") as refused:
        scale_of(array(4, 4), VIRIDIS)
    assert refused.value.hint == "give --vmin and --vmax"
    scale = scale_of(array(4, 4), VIRIDIS, 3.0, 5.0)
    assert scale.levels(array(4)).tolist() == [[FIELD_LEVELS // 2]]


def test_a_field_without_values_is_refused():
    with pytest.raises(DataError, match="every value of the field is missing"):
        scale_of(array(np.nan, np.nan), VIRIDIS)


@pytest.mark.parametrize(("vmin", "vmax"), [(5.0, 5.0), (6.0, 5.0), (np.nan, 5.0), (8.0, None)])
def test_an_empty_range_is_refused(vmin, vmax):
    with pytest.raises(UsageError, match="is empty"):
        scale_of(array(3, 7), VIRIDIS, vmin, vmax)


def test_classes_start_at_their_bounds():
    colours = np.array([(c, c, c, 255) for c in (10, 20, 30)], np.uint8)
    scale = scale_of(array(0), Palette(colours, bounds=(0.0, 50.0, 100.0)))
    values = array(-1, 0, 49.9, 50, 99, 100, 1e6)
    assert scale.levels(values).tolist() == [[0, 0, 0, 1, 1, 2, 2]]
    assert scale.colours[:, 0].tolist() == [10, 20, 30]


def test_no_radar_echo_is_not_drawn():
    scale = scale_of(array(0), named_palette("NWSReflectivity"))
    assert scale.levels(array(-99, 4.9, 5))[0].tolist() == [MISSING, MISSING, 0]


def test_a_range_for_a_palette_with_bounds_is_refused():
    with pytest.raises(UsageError, match="bounds of its own"):
        scale_of(array(0), named_palette("NWSReflectivity"), vmin=0.0)
