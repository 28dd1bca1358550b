"""Finding messages in a file: garbage between them, shared messages, and damage."""

import random

import numpy as np
import pytest

from eccodes_oracle import DATA
from zyra.core.errors import DataError
from zyra.fields.grib import read_field, read_inventory, read_message
from zyra.fields.grib_sections import find_fields, message_bytes

NAM = "nam_awp211.grib2"
HEADING = b"\r\r\n123\r\r\nYUQX50 KWBC 100000\r\r\n"


def one_message(name):
    data = (DATA / name).read_bytes()
    place = next(find_fields(data))
    return data[: place.length]


def test_numbers_of_shared_messages_say_which_part():
    ordinals = [place.ordinal for place in find_fields((DATA / NAM).read_bytes())]
    assert len(ordinals) == 181
    assert len({ordinal.partition(".")[0] for ordinal in ordinals}) == 154


def test_a_field_of_a_shared_message_becomes_a_message_of_its_own():
    data = (DATA / NAM).read_bytes()
    part = next(place for place in find_fields(data) if place.ordinal.endswith(".2"))
    (alone,) = find_fields(message_bytes(data, part))
    assert (alone.ordinal, alone.fields) == ("1", 1)


def test_bulletin_headings_and_padding_between_messages_are_skipped(tmp_path):
    message = one_message("cmc_polar_stereographic.grib1")
    path = tmp_path / "bulletins"
    path.write_bytes(HEADING + message + b"\0" * 100 + HEADING + message + b"\r\r\n\x03")
    offsets = [found.place.offset for found in read_inventory(path)]
    assert offsets == [len(HEADING), len(HEADING) * 2 + len(message) + 100]


def test_editions_may_be_mixed(tmp_path):
    path = tmp_path / "mixed"
    path.write_bytes(one_message("lambert.grib1") + one_message("hrrr_t06z_f01_tmp.grib2"))
    assert [found.place.edition for found in read_inventory(path)] == [1, 2]


def test_bytes_of_a_whole_message_are_unchanged():
    path = DATA / "hrrr_t06z_f01_tmp.grib2"
    assert read_message(path, read_inventory(path)[0]) == path.read_bytes()


def test_an_earlier_bitmap_is_found_again(tmp_path):
    # Two fields in one message, the second with indicator 254: "the bit map defined before".
    data = one_message("gfswave_atlocn_0p16_f001.grib2")
    sections = {data[start + 4]: data[start:end] for start, end in section_spans(data)}
    again = sections[6][:4] + bytes([6, 254])
    again = (6).to_bytes(4, "big") + again[4:]
    body = data[16:-4] + sections[4] + sections[5] + again + sections[7]
    path = tmp_path / "twice.grib2"
    path.write_bytes(data[:8] + (len(body) + 20).to_bytes(8, "big") + body + b"7777")
    first, second = (read_field(path, found).values for found in read_inventory(path))
    np.testing.assert_array_equal(first, second)
    assert np.isnan(first).any()


def section_spans(data):
    position = 16
    while position < len(data) - 4:
        length = int.from_bytes(data[position : position + 4], "big")
        yield position, position + length
        position += length


@pytest.mark.parametrize("kept", [5, 15, 200, -1])
def test_a_message_cut_off_is_refused_with_its_place(tmp_path, kept):
    message = one_message("cmc_polar_stereographic.grib1")
    path = tmp_path / "cut.grib1"
    path.write_bytes(message + message[:kept])
    with pytest.raises(DataError, match=f"at byte {len(message)} is cut off"):
        read_inventory(path)


@pytest.mark.parametrize(
    ("octet", "value", "problem"),
    [
        (0, b"X", "ends between bytes 0 and"),
        (7, b"\7", "has edition 7"),
        (-2, b"8", "does not end in 7777|ends between"),
        (16, b"\xff", "section at byte 16 is damaged"),
        (20, b"\x04", "section at byte 16 is damaged|lacks section"),
    ],
)
def test_a_damaged_frame_is_refused(tmp_path, octet, value, problem):
    message = bytearray(one_message("hrrr_t06z_f01_tmp.grib2"))
    message[octet] = value[0]
    path = tmp_path / "damaged.grib2"
    path.write_bytes(message)
    with pytest.raises(DataError, match=problem):
        read_inventory(path)


@pytest.mark.parametrize("content", [b"", b"CDF\x01 something else", b"<html>not found</html>"])
def test_what_is_no_grib_is_refused(tmp_path, content):
    path = tmp_path / "other.bin"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"other\.bin"):
        read_inventory(path)


@pytest.mark.parametrize(
    ("name", "section", "octet", "bit"),
    [  # each of these flips ended the process inside ecCodes 2.42
        ("gfs_2p5deg_f120_all_fields.grib2", 5, 32, 5),  # number of groups
        ("gfs_2p5deg_f120_all_fields.grib2", 5, 36, 6),  # width of groups
        ("safrica.grib2", 7, 15, 2),  # width of the JPEG 2000 picture
    ],
)
def test_damaged_packing_is_refused_before_eccodes_crashes(tmp_path, name, section, octet, bit):
    message = bytearray(one_message(name))
    start = next(first for first, _ in section_spans(message) if message[first + 4] == section)
    message[start + octet - 1] ^= 1 << bit
    path = tmp_path / "flipped.grib2"
    path.write_bytes(message)
    with pytest.raises(DataError, match="is damaged"):
        read_field(path, read_inventory(path)[0])


@pytest.mark.parametrize("name", ["missing_values.grib1", "safrica.grib2", NAM])
def test_flipped_bits_give_an_answer_or_a_refusal_in_one_line(tmp_path, capfd, name):
    clean, path = one_message(name), tmp_path / "flipped.grib"
    random_bits = random.Random(20261122)
    refusals = []
    for _ in range(40):
        message = bytearray(clean)
        message[random_bits.randrange(min(len(message), 220))] ^= 1 << random_bits.randrange(8)
        path.write_bytes(message)
        try:
            for found in read_inventory(path):
                read_field(path, found)
        except DataError as refusal:
            refusals.append(refusal.message)
    assert refusals
    assert not [text for text in refusals if "\n" in text]
    assert capfd.readouterr() == ("", "")
