"""Packed numbers of NetCDF become the values that netCDF4 itself unpacks."""

import netCDF4
import numpy as np
import pytest

from zyra.core.errors import DataError
from zyra.fields.cf_values import packing_of, unpack

NAN = np.nan


def unpacked(numbers, dtype, **attributes):
    stored = np.array(numbers, dtype)
    return unpack(stored, packing_of(stored.dtype, attributes))


@pytest.mark.parametrize(
    ("numbers", "dtype", "attributes", "values"),
    [
        ([1, 2], "i2", {"scale_factor": 0.5, "add_offset": 10.0}, [10.5, 11.0]),
        ([1, -999], "i2", {"_FillValue": np.int16(-999)}, [1, NAN]),
        ([1, -999, -998], "i2", {"missing_value": np.array([-999, -998], "i2")}, [1, NAN, NAN]),
        ([1, -32767], "i2", {}, [1, NAN]),
        ([1, -127], "i1", {}, [1, -127]),
        ([1, -1], "i1", {"_Unsigned": "true"}, [1, 255]),
        ([1, -1], "i1", {"_Unsigned": "true", "_FillValue": np.int8(-1)}, [1, NAN]),
        ([1.0, -999.9], "f4", {"missing_value": -999.9}, [1, NAN]),
        ([1.0, NAN], "f4", {"_FillValue": np.float32(NAN)}, [1, NAN]),
        ([1, 2], "i2", {"_FillValue": NAN}, [1, 2]),
        ([1.0, 9.969209968386869e36], "f4", {}, [1, NAN]),
        ([1, 5, 9], "i2", {"valid_range": np.array([2, 8], "i2")}, [NAN, 5, NAN]),
        ([1, 5, 9], "f4", {"valid_min": 2.0, "valid_max": 8.0}, [NAN, 5, NAN]),
        ([1, 5], "i2", {"scale_factor": 10.0, "valid_max": np.float64(20.0)}, [10, NAN]),
    ],
)
def test_numbers_become_values_or_missing(numbers, dtype, attributes, values):
    found = unpacked(numbers, dtype, **attributes)
    assert found.dtype == np.float32
    assert np.array_equal(found, np.array(values, "f4"), equal_nan=True)


def test_big_endian_unsigned_numbers_are_read_in_their_order():
    assert unpacked([-1, 256], ">i2", _Unsigned="true").tolist() == [65535.0, 256.0]


def test_attribute_that_is_no_number_is_refused():
    with pytest.raises(DataError, match="scale_factor is 'half'"):
        unpacked([1], "i2", scale_factor="half")


def test_values_equal_those_that_netcdf4_unpacks(tmp_path):
    numbers = np.random.default_rng(1).integers(-30000, 30000, 500).astype("i2")
    attributes = {"scale_factor": 0.0123, "add_offset": 271.3, "valid_max": np.int16(29000)}
    with netCDF4.Dataset(tmp_path / "packed.nc", "w") as file:
        file.createDimension("x", 500)
        variable = file.createVariable("v", "i2", ("x",), fill_value=-1)
        variable.setncatts(attributes)
        variable.set_auto_maskandscale(False)
        variable[:] = numbers
        variable.set_auto_maskandscale(True)
        wanted = variable[:].filled(NAN).astype("f4")
    found = unpacked(numbers, "i2", _FillValue=np.int16(-1), **attributes)
    assert np.array_equal(found, wanted, equal_nan=True)
