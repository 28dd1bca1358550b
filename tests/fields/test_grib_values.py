"""Values and inventory of every sample file equal what ecCodes reads directly."""

import eccodes
import numpy as np
import pytest

from eccodes_oracle import DATA, GRIB_FILES, GRIDDED_FILES, every_message, message
from zyra.core.errors import UnsupportedFormat
from zyra.fields.grib import read_field, read_inventory, read_values


def keys_of(handle):
    return (
        eccodes.codes_get(handle, "gridType"),
        eccodes.codes_get(handle, "packingType"),
        eccodes.codes_get(handle, "bitsPerValue"),
        eccodes.codes_get(handle, "validityDate"),
        eccodes.codes_get(handle, "validityTime"),
        eccodes.codes_get(handle, "typeOfLevel"),
    )


MISSING = 2.0**100  # the same in both precisions


def values_of(handle, read):
    """Values as ecCodes gives them, NaN where it says missing."""
    eccodes.codes_set(handle, "missingValue", MISSING)
    values = read(handle, "values")
    return np.where(values == MISSING, np.nan, values)


def double_values(handle):
    return values_of(handle, eccodes.codes_get_double_array)


def own_values(handle):
    """In single precision, where ecCodes unpacks to that, else rounded to it."""
    if eccodes.codes_get(handle, "packingType") in ("grid_jpeg", "grid_png"):
        return double_values(handle).astype(np.float32)
    return values_of(handle, eccodes.codes_get_float_array)


@pytest.mark.parametrize("name", GRIB_FILES)
def test_inventory_has_every_field_with_eccodes_own_keys(name):
    ours = [
        (
            found.grid.kind,
            found.packing,
            found.bits,
            int(f"{found.valid_time:%Y%m%d}"),
            int(f"{found.valid_time:%H%M}"),
            found.level.kind,
        )
        for found in read_inventory(DATA / name)
    ]
    assert ours == every_message(name, keys_of)


@pytest.mark.parametrize("name", GRIB_FILES)
def test_names_are_those_of_eccodes_wherever_it_has_one(name):
    def names(handle):
        return tuple(
            eccodes.codes_get(handle, key) for key in ("shortName", "name", "units", "cfVarName")
        )

    theirs = every_message(name, names)
    ours = [
        (found.short_name, found.long_name, found.units, found.variable)
        for found in read_inventory(DATA / name)
    ]
    known = [place for place, given in enumerate(theirs) if "unknown" not in given]
    assert [ours[place] for place in known] == [theirs[place] for place in known]


@pytest.mark.parametrize("name", GRIB_FILES)
def test_no_field_is_called_unknown(name):
    for found in read_inventory(DATA / name):
        assert "unknown" not in (found.variable, found.short_name, found.long_name)
        assert found.variable.isidentifier()


MRMS = "mrms_merged_reflectivity.grib2"


@pytest.mark.parametrize(
    "name", [name for name in GRIDDED_FILES if "reduced" not in name and name != MRMS]
)
def test_values_are_exactly_those_of_eccodes(name):
    inventory = read_inventory(DATA / name)
    for number in sorted({1, len(inventory) // 2 + 1, len(inventory)}):
        ours = read_field(DATA / name, inventory[number - 1])
        with message(name, number) as handle:
            theirs, precise = own_values(handle), double_values(handle)
        assert ours.values.dtype == np.float32
        np.testing.assert_array_equal(ours.values.ravel(), theirs)
        np.testing.assert_allclose(ours.values.ravel(), precise, rtol=3e-7, atol=1e-30)


def test_no_echo_and_no_coverage_of_a_radar_mosaic_are_missing():
    # Operational MRMS GRIB2 Tables, 209-10-0: missing -99, no coverage -999.
    (found,) = read_inventory(DATA / MRMS)
    with message(MRMS) as handle:
        theirs = own_values(handle)
    expected = np.where((theirs == -99) | (theirs == -999), np.nan, theirs)
    assert np.isnan(expected).sum() == 23153192
    np.testing.assert_array_equal(read_values(DATA / MRMS, found), expected)
    np.testing.assert_array_equal(read_field(DATA / MRMS, found).values.ravel(), expected)


@pytest.mark.parametrize(
    ("centre", "category", "expected"),
    [
        (161, 6, [np.nan, np.nan, -99, -999, 5]),
        (161, 3, [-1, -3, -99, np.nan, 5]),
        (98, 6, [-1, -3, -99, -999, 5]),
    ],
)
def test_flags_are_those_of_the_kind_of_mosaic(tmp_path, centre, category, expected):
    handle = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
    numbers = {"discipline": 209, "centre": centre, "parameterCategory": category}
    for key, value in (*numbers.items(), ("parameterNumber", 1)):
        eccodes.codes_set(handle, key, value)
    # With the largest number of 16 bits as range, whole numbers are packed exactly.
    eccodes.codes_set(handle, "bitsPerValue", 16)
    values = np.full(16 * 31, 5.0)
    values[:4] = -1, -3, -99, -999
    values[-1] = values[3] + 65535
    eccodes.codes_set_values(handle, values)
    path = tmp_path / "mosaic.grib2"
    path.write_bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    found = read_values(path, read_inventory(path)[0])
    np.testing.assert_array_equal(found[:5], expected)


def test_every_field_of_a_multi_field_file_is_its_own():
    name = "nam_awp211.grib2"
    sums = every_message(name, lambda handle: np.nansum(double_values(handle)))
    ours = [
        np.nansum(read_values(DATA / name, found), dtype=np.float64)
        for found in read_inventory(DATA / name)
    ]
    np.testing.assert_allclose(ours, sums, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("gfs_0p25_tmp_pv_missing.grib2", 409080),  # complex packing's own missing values
        ("missing_values.grib1", 10808),  # bitmap
        ("gfswave_atlocn_0p16_f001.grib2", 70212),  # bitmap, JPEG 2000
    ],
)
def test_missing_points_are_nan(name, missing):
    with message(name) as handle:
        assert eccodes.codes_get(handle, "numberOfMissing") in (0, missing)
    field = read_field(DATA / name, read_inventory(DATA / name)[0])
    assert np.isnan(field.values).sum() == missing


def test_a_true_value_equal_to_eccodes_default_for_missing_stays(tmp_path):
    handle = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
    eccodes.codes_set_values(handle, np.linspace(9998.0, 10000.0, 16 * 31))
    path = tmp_path / "high.grib2"
    path.write_bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    values = read_field(path, read_inventory(path)[0]).values
    assert not np.isnan(values).any()


def test_a_field_of_one_value_is_filled_with_it(tmp_path):
    handle = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
    eccodes.codes_set_values(handle, np.full(16 * 31, 7.5))
    path = tmp_path / "constant.grib2"
    path.write_bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    (message,) = read_inventory(path)
    assert message.bits == 0
    assert set(read_field(path, message).values.ravel()) == {7.5}


def test_spherical_harmonics_are_listed_but_refused_with_a_remedy():
    path = DATA / "spherical_harmonics.grib1"
    (found,) = read_inventory(path)
    assert (found.grid.kind, found.grid.resolution) == ("sh", "T63")
    with pytest.raises(UnsupportedFormat, match="type sh") as refusal:
        read_field(path, found)
    assert "cdo sp2gpl" in refusal.value.hint
