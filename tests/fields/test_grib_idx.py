"""Index files: which byte ranges hold what a pattern asks for."""

import pytest

from eccodes_oracle import DATA
from zyra.core.errors import DataError, UsageError, VariableNotFound
from zyra.fields.grib_idx import byte_ranges, match_entries, parse_index

SHARED = """1:0:d=2011011012:TMP:500 mb:120 hour fcst:
2.1:100:d=2011011012:UGRD:500 mb:120 hour fcst:
2.2:100:d=2011011012:VGRD:500 mb:120 hour fcst:
3:250:d=2011011012:UGRD:700 mb:120 hour fcst:
4:300:d=2011011012:HGT:700 mb:120 hour fcst:
"""


@pytest.fixture
def entries():
    return parse_index(SHARED, "a.idx")


def ranges(entries, pattern):
    return byte_ranges(match_entries(entries, pattern))


def test_a_message_ends_where_the_next_begins(entries):
    assert ranges(entries, "TMP") == [(0, 100)]


def test_the_last_message_ends_with_the_file(entries):
    assert ranges(entries, "HGT") == [(300, None)]


def test_fields_of_one_message_share_its_range(entries):
    assert ranges(entries, "[UV]GRD:500 mb") == [(100, 250)]


def test_adjacent_messages_travel_together(entries):
    assert ranges(entries, "UGRD") == [(100, 300)]


def test_distant_messages_stay_apart(entries):
    assert ranges(entries, "TMP|HGT") == [(0, 100), (300, None)]


def test_an_exact_abbreviation_is_not_a_pattern():
    lines = "1:0:d=2023082318:WIND:surface:anl:\n2:9:d=2023082318:WINDPROB:surface:anl:\n"
    assert ranges(parse_index(lines, "a.idx"), "WIND") == [(0, 9)]


def test_nothing_found_names_what_there_is(entries):
    with pytest.raises(VariableNotFound) as refusal:
        match_entries(entries, "RAIN")
    assert "HGT, TMP, UGRD, VGRD" in refusal.value.hint


def test_a_wrong_pattern_is_a_wrong_argument(entries):
    with pytest.raises(UsageError, match="is not a regular expression"):
        match_entries(entries, "TMP(")


@pytest.mark.parametrize(
    "text", ["", "<html>404</html>", "1:0:d=2011:TMP:500 mb\nrubbish", SHARED[::-1]]
)
def test_what_is_no_index_is_refused(text):
    with pytest.raises(DataError, match=r"a\.idx"):
        parse_index(text, "a.idx")


def test_offsets_that_go_backwards_are_refused():
    with pytest.raises(DataError, match="backwards"):
        parse_index("1:9:d=1:A:b:c:\n2:0:d=1:A:b:c:", "a.idx")


def test_the_published_index_has_all_nineteen_fields():
    name = "gfswave_atlocn_0p16_f001.grib2.idx"
    entries = parse_index((DATA / name).read_text(), name)
    assert [entry.variable for entry in entries][:3] == ["WIND", "WDIR", "UGRD"]
    assert (entries[0].end, entries[-1].end) == (41723, None)
    assert len(entries) == 19
