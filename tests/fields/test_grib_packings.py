"""Every packing that ecCodes makes is read exactly, in both editions."""

import eccodes
import numpy as np
import pytest

from eccodes_oracle import DATA
from zyra.fields.grib import read_field, read_inventory

PACKINGS = [
    (2, "grid_simple"),
    (2, "grid_complex"),
    (2, "grid_complex_spatial_differencing"),
    (2, "grid_ccsds"),
    (2, "grid_jpeg"),
    (2, "grid_png"),
    (2, "grid_ieee"),
    (2, "grid_simple_log_preprocessing"),
    (1, "grid_simple"),
    (1, "grid_second_order"),
]


def packed(path, edition, packing, *, missing):
    """A field of 61 x 120 points packed so, and its values as ecCodes decodes them."""
    with (DATA / "era5_levels_members.grib1").open("rb") as stream:
        handle = eccodes.codes_grib_new_from_file(stream)
    values = eccodes.codes_get_values(handle)
    eccodes.codes_set(handle, "edition", edition)
    if missing:
        eccodes.codes_set(handle, "bitmapPresent", 1)
        eccodes.codes_set(handle, "missingValue", 9999.0)
        values[100:300] = 9999.0
    eccodes.codes_set(handle, "packingType", packing)
    eccodes.codes_set_values(handle, values)
    assert eccodes.codes_get(handle, "packingType") == packing
    decoded = eccodes.codes_get_values(handle)
    path.write_bytes(eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    return np.where(decoded == 9999.0, np.nan, decoded)


@pytest.mark.parametrize("missing", [False, True], ids=["full", "gaps"])
@pytest.mark.parametrize(("edition", "packing"), PACKINGS)
def test_values_are_those_of_eccodes(tmp_path, edition, packing, missing):
    path = tmp_path / "packed.grib"
    wanted = packed(path, edition, packing, missing=missing)
    (message,) = read_inventory(path)
    assert message.packing == packing
    found = read_field(path, message).values.ravel()
    # Single precision: ecCodes unpacks to it by other roundings than from double.
    assert found == pytest.approx(wanted, rel=2e-7, nan_ok=True)
    assert np.isnan(found).sum() == (200 if missing else 0)
