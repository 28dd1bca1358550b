"""Heads of messages: all that the header says, and none of the values."""

import eccodes
import pytest

from eccodes_oracle import DATA
from zyra.fields.grib import read_head, read_inventory
from zyra.fields.grib_heads import head_bytes
from zyra.fields.grib_message import Describer
from zyra.fields.grib_sections import find_fields, message_bytes

FILES = sorted(
    path.name for path in DATA.iterdir() if ".grib" in path.name and "idx" not in path.name
)
PACKINGS_OF_EDITION_1 = ("grid_simple", "grid_second_order", "grid_ieee")


@pytest.mark.parametrize("name", FILES)
def test_a_head_says_what_the_whole_message_says(name):
    data = (DATA / name).read_bytes()
    for number, place in enumerate(find_fields(data), start=1):
        heads, wholes = Describer(name), Describer(name)
        head = heads.describe(head_bytes(data, place), place, number)
        assert head == wholes.describe(message_bytes(data, place), place, number)


@pytest.mark.parametrize("packing", PACKINGS_OF_EDITION_1)
def test_a_head_of_edition_1_says_how_its_values_are_packed(packing, tmp_path):
    path = tmp_path / "packed.grib1"
    path.write_bytes(_packed((DATA / "rotated_ll.grib1").read_bytes(), packing))
    (message,) = read_inventory(path)
    assert message.packing.startswith(packing)


@pytest.mark.parametrize("name", ["hrrr_t06z_f01_tmp.grib2", "missing_values.grib1"])
def test_a_head_has_neither_bit_map_nor_values(name):
    path = DATA / name
    message = read_inventory(path)[0]
    handle = eccodes.codes_new_from_message(read_head(path, message))
    assert eccodes.codes_get(handle, "bitmapPresent") == 0
    assert len(read_head(path, message)) < 1500


def _packed(message: bytes, packing: str) -> bytes:
    handle = eccodes.codes_new_from_message(message)
    eccodes.codes_set(handle, "packingType", packing)
    return eccodes.codes_get_message(handle)
