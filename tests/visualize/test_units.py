"""Units that a reader asks for."""

import json

import netCDF4
import numpy as np
import pytest

from drawn_maps import draw
from zyra.core.errors import UsageError
from zyra.core.exit_codes import WRONG_INPUT, exit_code_for
from zyra.fields.crs import Crs
from zyra.fields.field import Field
from zyra.fields.grid import Grid
from zyra.visualize.units import in_units

GRID = Grid(Crs("latitude_longitude", {}), np.array([0.0, 1.0]), np.array([0.0]))


def field(value, units):
    return Field(
        values=np.array([[value, np.nan]], np.float32), grid=GRID, variable="v", units=units
    )


# Expected: UDUNITS-2 (cf-units, `udunits2 -H ... -W ...`) and the SI brochure.
@pytest.mark.parametrize(
    ("value", "units", "wanted", "expected"),
    [
        (101325, "Pa", "hPa", 1013.25),
        (1013.25, "hPa", "Pa", 101325),
        (500, "mb", "hPa", 500),
        (273.15, "K", "degC", 0),
        (300, "K", "°C", 26.85),
        (20, "degC", "K", 293.15),
        (273.15, "K", "degF", 32),
        (5500, "gpm", "km", 5.5),
        (12, "km", "m", 12000),
        (10, "m s**-1", "kt", 19.438445),
        (10, "m/s", "km h-1", 36),
        (36, "km/h", "m s-1", 10),
        (25, "kg m**-2", "mm", 25),
        (25, "mm", "kg/m2", 25),
        (0.001, "kg m-2 s-1", "mm/h", 3.6),
        (0.07, "(0 - 1)", "%", 7),
        (45, "%", "1", 0.45),
    ],
)
def test_known_pairs_are_converted(value, units, wanted, expected):
    converted = in_units(field(value, units), wanted)
    assert converted.units == wanted
    assert converted.values[0, 0] == pytest.approx(expected, rel=3e-7, abs=1e-4)
    assert np.isnan(converted.values[0, 1])


@pytest.mark.parametrize(
    ("units", "wanted"),
    [("m s**-1", "m/s"), ("K", "Kelvin"), ("", "ug m-3"), ("(Code table 4.222)", "class")],
)
def test_other_spellings_and_unknown_units_leave_values_alone(units, wanted):
    converted = in_units(field(1.1, units), wanted)
    assert converted.values[0, 0] == np.float32(1.1)
    assert converted.units == wanted


@pytest.mark.parametrize(("units", "wanted"), [("K", "hPa"), ("Pa", "nonsense"), ("dBZ", "mm")])
def test_units_of_another_quantity_are_refused(units, wanted):
    with pytest.raises(UsageError, match="cannot be converted") as refused:
        in_units(field(1, units), wanted)
    assert exit_code_for(refused.value) == WRONG_INPUT
    assert refused.value.hint


def test_the_refusal_names_what_there_is():
    with pytest.raises(UsageError) as refused:
        in_units(field(1, "Pa"), "K")
    assert refused.value.hint == "choose one of hPa, kPa, mb, mbar"


def test_the_range_of_the_colours_is_in_the_unit_asked_for(data, tmp_path):
    scale = tmp_path / "scale.json"
    source = str(data / "eraint_uvz.nc")
    drawn = draw(
        tmp_path, input=source, var="u", message=8, units="km/h", data_encoded=True,
        vmin=-100, vmax=200, color_scale_file=str(scale),
    )  # fmt: skip
    with netCDF4.Dataset(source) as file:
        file.set_auto_maskandscale(False)
        variable = file["u"]
        speed = 3.6 * (variable[0, 1] * variable.scale_factor + variable.add_offset)
    found = -100 + drawn.pixels[..., 0] * (300 / 255)
    assert np.abs(found - np.clip(speed, -100, 200)).max() <= 150 / 255 + 1e-3
    assert json.loads(scale.read_text())["units"] == "km/h"
    assert drawn.info["Units"] == "km/h"
