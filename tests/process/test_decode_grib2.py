"""process decode-grib2: lists, statistics, subsets of bytes, and ranges over HTTP."""

import json
from pathlib import Path

import eccodes
import numpy as np
import pytest
from http_server import HttpServer

from eccodes_oracle import GRIB_FILES, every_message, message
from zyra.core.errors import DataError, SelectionError, UsageError, VariableNotFound

DATA = Path(__file__).parent.parent / "data"
GFS = str(DATA / "gfs_2p5deg_f120_all_fields.grib2")
WAVE = DATA / "gfswave_atlocn_0p16_f001.grib2"


@pytest.fixture
def remote():
    """A server with the wave file and its index: (server, url)."""
    with HttpServer() as server:
        server.put("/wave.grib2.idx", Path(f"{WAVE}.idx").read_bytes())
        yield server, server.put("/wave.grib2", WAVE.read_bytes())


def lines(process, **args):
    process("decode-grib2", **args)
    return process.stdout.decode().splitlines()


def objects(process, **args):
    return [json.loads(line) for line in lines(process, format="json", **args)]


@pytest.mark.parametrize("name", GRIB_FILES)
def test_every_sample_file_is_listed_with_its_statistics(process, name):
    listed = objects(process, input=str(DATA / name), message=1, stats=True)
    assert [facts["number"] for facts in listed] == [1]
    assert ("stats" in listed[0]) == (listed[0]["grid"]["type"] != "sh")


def test_a_line_says_what_people_ask(process):
    (line,) = lines(process, input=GFS, variable="t", level="500 hPa")
    assert line == (
        "101 | t (t) | Temperature | K | 500 hPa | regular_ll 73x144 2.5 x 2.5 degrees | "
        "longitude and latitude, sphere 6371229 m | "
        "2011-01-10T12:00:00Z +120 h valid 2011-01-15T12:00:00Z | "
        "grid_complex_spatial_differencing 8 bits"
    )


def test_json_has_the_same_facts_by_name(process):
    (facts,) = objects(process, input=str(DATA / "hrrr_t06z_f01_tmp.grib2"))
    assert facts["crs"]["grid_mapping_name"] == "lambert_conformal_conic"
    assert facts["grid"] == {
        "type": "lambert",
        "rows": 1059,
        "columns": 1799,
        "resolution": "3000 x 3000 m",
    }
    assert facts["valid_time"] == "2023-07-22T07:00:00Z"
    assert facts["inventory"] == "1:0:d=2023072206:TMP:surface:1 hour fcst:"


def test_statistics_are_those_of_eccodes(process):
    name = "missing_values.grib1"
    (facts,) = objects(process, input=str(DATA / name), message=1, stats=True)
    with message(name) as handle:
        eccodes.codes_set(handle, "missingValue", 1e30)
        values = eccodes.codes_get_double_array(handle, "values")
    present = values[values != 1e30]
    assert facts["stats"]["missing"] == len(values) - len(present)
    expected = present.min(), present.mean(), present.max()
    given = [facts["stats"][name] for name in ("min", "mean", "max")]
    np.testing.assert_allclose(given, expected, rtol=1e-6)


def test_backend_wgrib2_writes_the_published_index(process):
    listed = lines(process, input=str(WAVE), backend="wgrib2")
    assert listed == Path(f"{WAVE}.idx").read_text().splitlines()


def level_of(handle):
    return eccodes.codes_get(handle, "typeOfLevel"), eccodes.codes_get(handle, "level")


def test_every_backend_lists_the_same_fields(process):
    counts = {
        backend: len(lines(process, input=GFS, backend=backend, pattern=":850 mb:"))
        for backend in ("cfgrib", "pygrib", "wgrib2")
    }
    levels = every_message(Path(GFS).name, level_of)
    assert set(counts.values()) == {levels.count(("isobaricInhPa", 850))}


def test_raw_copies_whole_messages_unchanged(process):
    process("decode-grib2", input=GFS, pattern="[UV]GRD:850 mb", raw=True)
    copied = process.stdout
    assert copied in Path(GFS).read_bytes()  # one message holds both fields
    assert (copied[:4], copied[-4:]) == (b"GRIB", b"7777")


def test_raw_without_selection_copies_every_message(process):
    process("decode-grib2", input=str(WAVE), raw=True)
    assert process.stdout == WAVE.read_bytes()


def test_raw_of_one_of_two_fields_in_a_message_is_a_message_of_its_own(process, tmp_path):
    target = tmp_path / "wind.grib2"
    process("decode-grib2", input=GFS, pattern="VGRD:850 mb", raw=True, output=str(target))
    (facts,) = objects(process, input=str(target), stats=True)
    (original,) = objects(process, input=GFS, pattern="VGRD:850 mb", stats=True)
    assert facts["variable"] == "v"
    assert facts["stats"] == original["stats"]


def test_stdin_is_read_and_a_file_is_written(process, tmp_path):
    process.stdin = WAVE.read_bytes()
    process("decode-grib2", input="-", output=str(tmp_path / "list.txt"))
    assert process.stdout == b""
    assert len((tmp_path / "list.txt").read_text().splitlines()) == 19


def test_published_name_of_the_input_is_accepted(process):
    assert len(lines(process, file_or_url=str(WAVE))) == 19


def test_only_matching_messages_of_a_url_with_an_index_travel(process, remote):
    server, url = remote
    server.body_bytes = 0
    process("decode-grib2", input=url, pattern="[UV]GRD", raw=True)
    assert process.stdout == WAVE.read_bytes()[100527:184546]
    assert server.body_bytes == len(process.stdout) + Path(f"{WAVE}.idx").stat().st_size


def test_fields_of_a_part_keep_their_place_in_the_whole(process, remote):
    listed = objects(process, input=remote[1], pattern="VGRD|DIRPW")
    assert [(facts["number"], facts["offset"]) for facts in listed] == [(4, 142623), (7, 247367)]


def test_other_arguments_choose_among_the_fetched(process, remote):
    listed = objects(process, input=remote[1], pattern="SWELL", level="2")
    assert [facts["number"] for facts in listed] == [10]


def test_a_pattern_that_matches_nothing_fetches_nothing(process, remote):
    server, url = remote
    with pytest.raises(VariableNotFound, match="RAIN"):
        process("decode-grib2", input=url, pattern="RAIN")
    assert [request.path for request in server.requests] == ["/wave.grib2.idx"]


def test_a_url_without_an_index_is_fetched_whole(process, remote):
    server, _ = remote
    url = server.put("/alone.grib2", WAVE.read_bytes())
    server.put("/alone.grib2.idx", status=404)
    assert len(lines(process, input=url, pattern="UGRD")) == 1


def test_an_index_of_another_file_is_refused(process, remote):
    server, _ = remote
    url = server.put("/other.grib2", WAVE.read_bytes())
    server.put("/other.grib2.idx", b"1:0:d=2023082318:WIND:surface:anl:\n2:100:d=2:UGRD:x:y:\n")
    with pytest.raises(DataError):
        process("decode-grib2", input=url, pattern="WIND")


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"raw": True, "stats": True}, "--stats has no effect"),
        ({"raw": True, "format": "text"}, "--format has no effect"),
        ({"backend": "wgrib2", "format": "json"}, "lines of text"),
        ({"unsigned": True}, "--unsigned has no effect"),
    ],
)
def test_arguments_without_effect_are_refused(process, args, problem):
    with pytest.raises(UsageError, match=problem):
        process("decode-grib2", input=str(WAVE), **args)


def test_nothing_found_is_an_error_not_an_empty_list(process):
    with pytest.raises(SelectionError, match="level=501"):
        process("decode-grib2", input=GFS, variable="t", level="501 hPa")


def test_a_damaged_file_leaves_no_output(process, tmp_path):
    cut, target = tmp_path / "cut.grib2", tmp_path / "list.txt"
    cut.write_bytes(WAVE.read_bytes()[:-10])
    with pytest.raises(DataError, match="at byte 657151 is cut off"):
        process("decode-grib2", input=str(cut), output=str(target))
    assert not target.exists()
