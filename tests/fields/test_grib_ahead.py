"""Fields decoded ahead are the ones asked for, whatever the order, and no thread stays."""

import threading

import numpy as np
import pytest

from eccodes_oracle import DATA
from zyra.core.errors import DataError
from zyra.fields.formats import open_dataset

NAM = DATA / "nam_awp211.grib2"


def decoding_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


def test_announced_fields_have_their_own_values():
    with open_dataset(NAM) as plain, open_dataset(NAM) as ahead:
        order = list(ahead.infos)[::-3]
        ahead.expect(order)
        for info in order:
            wanted = plain.read(plain.infos[info.number - 1]).values
            assert np.array_equal(ahead.read(info).values, wanted, equal_nan=True)


def test_fields_may_be_read_in_another_order_than_announced():
    with open_dataset(NAM) as dataset:
        infos = list(dataset.infos)[:6]
        dataset.expect(infos)
        read = [dataset.read(info).variable for info in (infos[3], *infos)]
    assert read == [info.variable for info in (infos[3], *infos)]


def test_no_thread_stays_when_the_file_is_closed():
    with open_dataset(NAM) as dataset:
        dataset.expect(dataset.infos)
        dataset.read(dataset.infos[0])
        assert decoding_threads()
    assert decoding_threads() == []


def test_damage_is_told_when_its_field_is_read_and_not_before(tmp_path):
    with open_dataset(NAM) as dataset:
        places = [info.place.whole for info in dataset.infos[:3]]
    data = bytearray(NAM.read_bytes()[: places[-1][1]])
    section = places[2][0] + 16
    while data[section + 4] != 5:
        section += int.from_bytes(data[section : section + 4], "big")
    data[section + 31 : section + 35] = b"\xff" * 4  # the number of groups
    path = tmp_path / "damaged.grib2"
    path.write_bytes(data)
    with open_dataset(path) as dataset:
        dataset.expect(dataset.infos)
        assert dataset.read(dataset.infos[0]).values.size
        assert dataset.read(dataset.infos[1]).values.size
        with pytest.raises(DataError):
            dataset.read(dataset.infos[2])
