"""Colours by quantity: the table knows real fields, and gives ranges in their units."""

import numpy as np
import pytest

from drawn_maps import PLAIN, draw
from zyra.fields.field import FieldInfo, Level
from zyra.fields.formats import open_dataset
from zyra.visualize.palettes import Palette, named_palette
from zyra.visualize.quantities import DEFAULT, quantity_of, suited_colours

NOTHING = np.empty(0, np.float32)
GROUND = Level("heightAboveGround", 2.0, "m")


def colours_of(shown=NOTHING, *, is_fixed=False, **info) -> Palette:
    return suited_colours(FieldInfo(**info), np.asarray(shown, np.float32), is_fixed=is_fixed)


def test_temperature_near_the_ground_is_white_at_freezing_point():
    palette = colours_of(variable="t2m", short_name="2t", units="K", level=GROUND)
    assert palette.span == (233.15, 313.15)
    assert sum(palette.span) / 2 == pytest.approx(273.15)


def test_a_range_is_given_in_the_unit_of_the_data():
    given = {"variable": "t2m", "short_name": "2t", "level": GROUND}
    assert colours_of(units="degC", **given).span == (-40.0, 40.0)
    assert colours_of(units="degF", **given).span == (-40.0, 104.0)


def test_a_unit_that_is_not_known_leaves_the_range_to_the_values():
    assert colours_of(variable="t2m", short_name="2t", units="furlong", level=GROUND).span is None


def test_classes_of_rain_begin_where_rain_does():
    palette = colours_of(variable="tp", units="m")
    assert palette.bounds is not None
    assert palette.bounds[:2] == pytest.approx((1e-4, 5e-4))
    assert palette.hides_below
    assert len(palette.colours) == len(palette.bounds)


def test_given_ends_make_a_range_of_classes():
    assert colours_of(variable="tp", units="m", is_fixed=True).bounds is None
    assert colours_of(variable="refc", units="dB", is_fixed=True).bounds is None
    assert colours_of(variable="refc", units="dB").bounds is not None


def test_signed_quantities_have_their_middle_at_zero():
    assert colours_of([-3.0, 8.0, np.nan], variable="u10", units="m s-1").span == (-8.0, 8.0)
    assert colours_of([0.0, 0.0], variable="u10", units="m s-1").span is None


def test_directions_go_round():
    palette = colours_of(variable="wdir", long_name="Wind direction", units="Degree true")
    assert palette.span == (0.0, 360.0)
    assert np.abs(palette.colours[0].astype(int) - palette.colours[-1]).max() < 12


def test_what_is_not_known_gets_even_colours_over_its_range():
    palette = colours_of(variable="ozone_stuff", units="ppb")
    assert palette.span is None
    assert (palette.colours == named_palette(DEFAULT).colours).all()


@pytest.mark.parametrize(
    ("name", "number", "palette"),
    [
        ("hrrr_t06z_f01_tmp.grib2", 1, "RdYlBu_r"),
        ("gfs_0p25_tmp_pv_missing.grib2", 1, "thermal"),
        ("safrica.grib2", 1, "YlGnBu"),
        ("cmc_polar_stereographic.grib1", 1, "speed"),
        ("mrms_merged_reflectivity.grib2", 1, "NWSReflectivity"),
        ("rotated_ll.grib1", 1, "RdYlBu_r"),
    ],
)
def test_real_fields_are_known(data, name, number, palette):
    with open_dataset(data / name) as dataset:
        quantity = quantity_of(dataset.infos[number - 1])
    assert quantity is not None
    assert quantity.palette == palette


@pytest.mark.parametrize("message", [8, 10])
def test_automatic_colours_are_drawn(data, tmp_path, message):
    source = str(data / "eraint_uvz.nc")
    shared = {"input": source, "var": "u", "message": message, "width": 90, "height": 45, **PLAIN}
    automatic = draw(tmp_path, cmap="auto", **shared).pixels
    plain = draw(tmp_path, cmap="balance", **shared).pixels
    assert (automatic != plain).any()
