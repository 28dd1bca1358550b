"""A colour bar says what its colours mean: read back from its pixels, tick by tick."""

import numpy as np
import pytest
from PIL import Image

from zyra.visualize.colour_bar import ColourBar
from zyra.visualize.palettes import named_palette
from zyra.visualize.scale import Scale

LENGTH = 400
SCALE = Scale(230.0, 310.0, named_palette("viridis"))


def drawn(orientation: str) -> np.ndarray:
    """Pixels of a bar from the upper left corner on, upright ones with their foot on the left."""
    page = Image.new("RGB", (LENGTH + 100, LENGTH + 100), "white")
    ColourBar(SCALE, "K", orientation, 1.0).draw(page, 0, 0, LENGTH)
    pixels = np.asarray(page).astype(int)
    return pixels if orientation == "horizontal" else pixels[:LENGTH].transpose(1, 0, 2)[:, ::-1]


@pytest.mark.parametrize("orientation", ["horizontal", "vertical"])
@pytest.mark.parametrize("value", [235.0, 250.0, 270.0, 290.0, 305.0])
def test_the_colour_at_a_value_is_that_of_fields_of_that_value(orientation, value):
    at = round((value - SCALE.low) / (SCALE.high - SCALE.low) * (LENGTH - 1))
    shown = drawn(orientation)[6, at]
    level = int(SCALE.levels(np.array([[value]], np.float32))[0, 0])
    painted = SCALE.colours[level][:3].astype(int)
    assert np.abs(shown - painted).max() <= 5


@pytest.mark.parametrize("orientation", ["horizontal", "vertical"])
def test_ticks_stand_at_round_values(orientation):
    beside = drawn(orientation)[14]
    ticks = np.flatnonzero((beside < 100).all(axis=1))
    values = SCALE.low + ticks / (LENGTH - 1) * (SCALE.high - SCALE.low)
    assert len(values) > 2
    assert values / 10 == pytest.approx(np.round(values / 10), abs=0.03)


@pytest.mark.parametrize("ends", [(-40.0, 40.0), (230.0, 310.0), (958.0, 1062.0), (0.0, 1e-5)])
@pytest.mark.parametrize("length", [40, 60, 90])
def test_even_a_short_bar_names_two_values(ends, length):
    page = Image.new("RGB", (200, 60), "white")
    ColourBar(Scale(*ends, named_palette("gray")), "K", "horizontal", 0.75).draw(
        page, 50, 0, length
    )
    beside = np.asarray(page).astype(int)[11]
    assert len(np.flatnonzero((beside < 100).all(axis=1))) >= 2
