"""NetCDF that convert-format makes keeps the rules of CF 1.11, whatever the GRIB file holds.

Each test is a rule of the conventions (https://cfconventions.org), read from the file by netCDF4.
"""

import re

import netCDF4
import numpy as np
import pytest

from eccodes_oracle import GRIDDED_FILES

# CF 1.11, appendix E.
CELL_METHODS = {
    "point", "sum", "maximum", "maximum_absolute_value", "median", "mid_range", "minimum",
    "minimum_absolute_value", "mean", "mean_absolute_value", "mean_of_upper_decile", "mode",
    "range", "root_mean_square", "standard_deviation", "sum_of_squares", "variance", "difference",
}  # fmt: skip
# CF 1.11, appendix F.
GRID_MAPPINGS = {
    "latitude_longitude", "lambert_conformal_conic", "polar_stereographic", "mercator",
    "rotated_latitude_longitude",
}  # fmt: skip


@pytest.fixture(params=GRIDDED_FILES)
def file(request, converted):
    with netCDF4.Dataset(converted(request.param, "netcdf")) as opened:
        opened.set_auto_mask(False)
        yield opened


def attributes(variable):
    return {name: variable.getncattr(name) for name in variable.ncattrs()}


def data_variables(file):
    return [
        variable for variable in file.variables.values() if "grid_mapping" in variable.ncattrs()
    ]


def test_conventions_are_named(file):
    assert file.Conventions == "CF-1.11"


def test_every_field_has_a_name_and_units_that_udunits_reads(file):
    for variable in data_variables(file):
        given = attributes(variable)
        assert given.keys() & {"standard_name", "long_name"}
        assert re.fullmatch(r"[a-z0-9_]+", given.get("standard_name", "none"))
        # Words of the GRIB tables such as "Degree true" or "Proportion" are no units.
        assert re.fullmatch(r"1|%|[A-Za-z/(][\w\s^*/().-]*", given.get("units", "1"))
        assert not re.search(
            r"(?i)true|code|proportion|fraction|unknown|gpm", given.get("units", "")
        )


def test_amounts_of_water_have_the_name_that_goes_with_their_unit(file):
    # CF standard name table: thicknesses are in m, amounts in kg m-2.
    for variable in data_variables(file):
        given = attributes(variable)
        is_thickness = given.get("standard_name", "").startswith("lwe_thickness_of_")
        assert not (is_thickness and given["units"].startswith("kg"))


def test_coordinate_variables_rise_or_fall_and_miss_nothing(file):
    for name in file.dimensions:
        if name in file.variables:
            values = file[name][...]
            steps = np.diff(values.astype(float))
            assert file[name].dimensions == (name,)
            assert np.isfinite(values).all()
            assert (steps > 0).all() or (steps < 0).all()
            assert "_FillValue" not in file[name].ncattrs()


def test_named_coordinates_are_there_and_lie_on_dimensions_of_the_variable(file):
    for variable in data_variables(file):
        for name in attributes(variable).get("coordinates", "").split():
            assert set(file[name].dimensions) <= set(variable.dimensions)


def test_horizontal_and_time_axes_are_marked(file):
    for variable in data_variables(file):
        axes = [attributes(file[name]).get("axis") for name in variable.dimensions]
        assert axes[-2:] == ["Y", "X"]
        assert axes.count("T") == 1
        assert sorted(axis for axis in axes if axis in ("T", "Z")) == [
            axis for axis in axes if axis in ("T", "Z")
        ]


def test_vertical_coordinates_say_which_way_is_up_or_are_pressures(file):
    for variable in file.variables.values():
        given = attributes(variable)
        if given.get("axis") == "Z" and given.get("standard_name"):
            assert given.get("positive") in ("up", "down")


def test_bounds_have_the_shape_of_their_coordinate_and_enclose_it(file):
    for variable in file.variables.values():
        if "bounds" in variable.ncattrs():
            bounds = file[variable.bounds]
            assert bounds.shape == (*variable.shape, 2)
            low, high = bounds[...].min(axis=-1), bounds[...].max(axis=-1)
            assert ((low <= variable[...]) & (variable[...] <= high)).all()


def test_intervals_have_cell_methods_and_bounds(file):
    for variable in data_variables(file):
        methods = attributes(variable).get("cell_methods", "")
        if methods:
            name, method = methods.split(": ")
            assert name == "time"
            assert method in CELL_METHODS
            (time,) = (d for d in variable.dimensions if attributes(file[d]).get("axis") == "T")
            assert "bounds" in file[time].ncattrs()


def test_grid_mappings_are_those_of_the_appendix(file):
    for variable in data_variables(file):
        assert file[variable.grid_mapping].grid_mapping_name in GRID_MAPPINGS


def test_missing_values_are_marked_in_the_type_of_the_values(file):
    for variable in data_variables(file):
        assert variable.dtype == np.float32
        assert np.asarray(variable.getncattr("_FillValue")).dtype == np.float32
