"""enrich-metadata: what is added, what stays, what names no video."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from zyra.core.errors import DataError, UsageError

METADATA = {"frames_dir": "frames", "zone": {"b": 1, "a": [2]}, "missing_timestamps": []}


@pytest.fixture
def enrich(process, here):
    Path("meta.json").write_text(json.dumps(METADATA))

    def run(**args):
        process("enrich-metadata", **({"frames_meta": "meta.json"} | args))
        return json.loads(process.stdout)

    return run


def test_what_is_known_is_added_after_what_was_there(enrich):
    found = enrich(dataset_id="DROUGHT", vimeo_uri="/videos/900")
    stamp = datetime.strptime(found.pop("updated_at"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - stamp) < timedelta(minutes=1)
    assert found == METADATA | {"dataset_id": "DROUGHT", "vimeo_uri": "/videos/900"}
    assert list(found) == [*METADATA, "dataset_id", "vimeo_uri"]


def test_what_is_not_given_is_not_added(enrich):
    assert set(enrich()) == {*METADATA, "updated_at"}


def test_metadata_comes_from_stdin(enrich, process):
    process.stdin = b'{"frame_count_actual": 7}'
    found = enrich(frames_meta=None, read_frames_meta_stdin=True)
    assert found["frame_count_actual"] == 7


def test_the_video_is_the_first_line_of_stdin(enrich, process):
    process.stdin = b"\n  https://vimeo.com/900195230 \nmore\n"
    assert enrich(read_vimeo_uri=True)["vimeo_uri"] == "https://vimeo.com/900195230"


def test_letters_and_escapes_stay_what_they_were(enrich):
    Path("meta.json").write_text('{"name": "K\\u00f6nigsee", "odd": "\\ud800"}')
    found = enrich()
    assert (found["name"], found["odd"]) == ("K\u00f6nigsee", "\ud800")


@pytest.mark.parametrize(
    "uri",
    [
        "900195230",
        "/videos/900195230",
        "videos/900195230:abc12",
        "vimeo:900195230",
        "https://vimeo.com/900195230/1a2b3c",
        "https://player.vimeo.com/video/900195230?h=1a2b",
        "https://vimeo.com/channels/sos/900195230",
    ],
)
def test_a_video_has_many_names(enrich, uri):
    assert enrich(vimeo_uri=uri)["vimeo_uri"] == uri


@pytest.mark.parametrize(
    "uri", ["", "soon", "/videos/", "https://example.org/900", "https://vimeo.com.evil.org/900"]
)
def test_what_names_no_video_is_refused(enrich, uri):
    with pytest.raises(UsageError, match="names no Vimeo video"):
        enrich(vimeo_uri=uri)


def test_an_empty_stdin_names_no_video(enrich):
    with pytest.raises(DataError, match="stdin holds no Vimeo URI"):
        enrich(read_vimeo_uri=True)


def test_bytes_that_are_no_text_are_refused(enrich):
    Path("meta.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(DataError, match=r"meta\.json is not UTF-8: .* at byte 7"):
        enrich()


@pytest.mark.parametrize(
    "args",
    [
        {"frames_meta": None},
        {"read_frames_meta_stdin": True},
        {"vimeo_uri": "/videos/1", "read_vimeo_uri": True},
        {"frames_meta": "-", "read_vimeo_uri": True},
    ],
)
def test_arguments_that_do_not_fit_together_are_refused(enrich, args):
    with pytest.raises(ValidationError):
        enrich(**args)


def test_a_number_that_json_has_not_is_refused_and_nothing_written(process, here):
    Path("frames.json").write_text('{"period_seconds": 1e999}')
    with pytest.raises(DataError, match="too large"):
        process("enrich-metadata", frames_meta="frames.json", output="o.json")
    assert not Path("o.json").exists()
