"""What visualize contour refuses: exit 2, one line, a remedy."""

import numpy as np
import pytest
from pydantic import ValidationError

from drawn_contours import PLAIN, draw, wrong
from zyra.core.errors import DataError, SelectionError, UsageError
from zyra.visualize.commands.contour import ContourArgs

RAMP = np.add.outer(np.zeros(6), np.linspace(0.0, 9.0, 12))


def test_a_variable_that_is_not_there(data, tmp_path):
    error = wrong(tmp_path, input=str(data / "gfs_2p5deg_f120_all_fields.grib2"), var="nothing")
    assert isinstance(error, SelectionError)


def test_a_field_without_values(npy, tmp_path):
    error = wrong(tmp_path, input=npy(np.full((4, 8), np.nan)))
    assert isinstance(error, DataError)


@pytest.mark.parametrize("filled", [True, False])
def test_a_field_of_one_value(npy, tmp_path, filled):
    error = wrong(tmp_path, input=npy(np.full((4, 8), 7.0)), filled=filled)
    assert "7" in error.message


@pytest.mark.parametrize(
    "given",
    [
        {"levels": "100,200"},
        {"levels": "-5,-1", "filled": True},
        {"levels": "20,", "line_labels": True},
        {"levels": "5,4,3"},
        {"levels": "4,", "filled": True},
        {"levels": "warm"},
        {"interval": 1e-4},
        {"vmin": 5, "vmax": 5},
        {"vmin": 5, "vmax": 1, "filled": True},
        {"extent": [10, 10, 0, 5]},
        {"extent": [0, 10, 30, 20]},
        {"color": "no-colour"},
    ],
)
def test_levels_ranges_and_colours_that_cannot_be_drawn(npy, tmp_path, given):
    assert isinstance(wrong(tmp_path, input=npy(RAMP), **given), UsageError)


def test_levels_beside_the_values_are_told_the_range(npy, tmp_path):
    error = wrong(tmp_path, input=npy(RAMP), levels="100,200")
    assert "from 0 to 9" in error.message


@pytest.mark.parametrize(
    "given", [{"levels": "0,5,10"}, {"vmin": 0, "vmax": 10}, {"levels": "20,30", "extend": "both"}]
)
def test_bands_that_are_fixed_may_hold_a_field_of_one_value(npy, tmp_path, given):
    drawn = draw(tmp_path, input=npy(np.full((4, 8), 7.0)), filled=True, **given, **PLAIN)
    assert len(np.unique(drawn.pixels.reshape(-1, 4), axis=0)) == 1
    assert (drawn.pixels[..., 3] == 255).all()


def test_an_extent_without_data(data, tmp_path):
    error = wrong(tmp_path, input=str(data / "hrrr_t06z_f01_tmp.grib2"), extent=[10, 20, -40, -30])
    assert "nothing" in error.message


def test_directions_have_no_contours(data, tmp_path):
    error = wrong(tmp_path, input=str(data / "gfswave_atlocn_0p16_f001.grib2"), var="wdir")
    assert "heatmap" in error.hint


@pytest.mark.parametrize(
    "given",
    [
        {"levels": 5, "interval": 2},
        {"lines": True},
        {"extend": "both"},
        {"filled": True, "color": "red"},
        {"filled": True, "line_labels": True},
        {"color": "red", "cmap": "viridis"},
        {"color": "red", "colorbar": True},
        {"interval": 0},
        {"line_width": 0},
    ],
)
def test_arguments_that_do_not_fit_together(given):
    with pytest.raises(ValidationError):
        ContourArgs.model_validate({"input": "a.nc", "output": "a.png"} | given)
