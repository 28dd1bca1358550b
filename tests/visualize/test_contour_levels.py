"""Which values contours are drawn at."""

import numpy as np
import pytest

from zyra.core.errors import UsageError
from zyra.visualize.contour_levels import LevelChoice, level_choice
from zyra.visualize.palettes import Palette, named_palette
from zyra.visualize.scale import Scale


def scale(low: float, high: float) -> Scale:
    return Scale(low, high, named_palette("viridis"))


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("0,5,10", (0.0, 5.0, 10.0)),
        ("-10 0 2.5", (-10.0, 0.0, 2.5)),
        ([980, 1000], (980.0, 1000.0)),
        ("1000,", (1000.0,)),
        ([7.0], None),
    ],
)
def test_listed_levels_are_taken_as_they_are(given, values):
    choice = level_choice(given, None)
    if values is None:
        assert choice.count == 7
        return
    assert choice.levels(scale(0, 1)).values == values
    assert choice.levels(scale(0, 1)).is_listed


@pytest.mark.parametrize(
    ("low", "high", "count", "step"),
    [(0, 100, 10, 10), (0, 1, 4, 0.25), (983.2, 1041.9, 10, 10), (-3, 3, 6, 1), (0, 7e-4, 7, 1e-4)],
)
def test_counted_levels_are_round_and_cover_the_range(low, high, count, step):
    values = np.array(LevelChoice(count).levels(scale(low, high)).values)
    assert np.diff(values) == pytest.approx(step)
    assert values[0] <= low < values[1]
    assert values[-2] < high <= values[-1]
    assert values / step == pytest.approx(np.rint(values / step))


def test_an_interval_gives_its_multiples():
    levels = level_choice(None, 4.0).levels(scale(985.0, 999.0))
    assert levels.values == (984.0, 988.0, 992.0, 996.0, 1000.0)
    assert level_choice(None, 0.1).levels(scale(0.0, 0.3)).values == (0.0, 0.1, 0.2, 0.3)


def test_a_palette_with_bounds_gives_them():
    palette = Palette(named_palette("viridis").sampled(3), bounds=(0.1, 1.0, 5.0))
    assert LevelChoice().levels(Scale(0.1, 9.0, palette)).values == (0.1, 1.0, 5.0)


@pytest.mark.parametrize("given", ["", "a,b", "1,nan", "3,2", "1,1", "0", "-4", "2.5", [], 0])
def test_what_is_no_levels_is_refused(given):
    with pytest.raises(UsageError) as refused:
        level_choice(given, None)
    assert refused.value.hint


@pytest.mark.parametrize(("given", "interval"), [("191", None), (None, 0.001)])
def test_more_levels_than_can_be_told_apart_are_refused(given, interval):
    with pytest.raises(UsageError, match="too many"):
        level_choice(given, interval).levels(scale(0.0, 1.0))
