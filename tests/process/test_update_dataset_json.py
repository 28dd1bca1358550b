"""update-dataset-json: what changes in a document, and that nothing else does."""

import json
from pathlib import Path

import pytest
from http_server import HttpServer
from pydantic import ValidationError

from zyra.core.errors import DataError, TransferError, UsageError

META = {
    "start_datetime": "2024-01-01T00:00:00",
    "end_datetime": "2024-01-22T00:00:00",
    "vimeo_uri": "/videos/900",
}
# Odd on purpose: mixed indents, escapes, numbers that a parser would write otherwise.
DOCUMENT = """\
{ "version": 1.50,
  "datasets":[
    {"id": "OTHER", "startTime": null, "x": "\\u00e9\\/"},
    {
        "id" : "DROUGHT",
        "startTime" : null,
        "size": 1E3,   "endTime" : "2020-01-01"
    }
  ],
  "note": "é" }

"""
UPDATED = """\
{ "version": 1.50,
  "datasets":[
    {"id": "OTHER", "startTime": null, "x": "\\u00e9\\/"},
    {
        "id" : "DROUGHT",
        "startTime" : "2024-01-01T00:00:00",
        "size": 1E3,   "endTime" : "2024-01-22T00:00:00",   "dataLink" : "https://vimeo.com/900"
    }
  ],
  "note": "é" }

"""


@pytest.fixture
def update(process, here):
    """Runs the command on a document; gives the text it wrote."""
    Path("meta.json").write_text(json.dumps(META))

    def run(document=DOCUMENT, **args):
        raw = document if isinstance(document, bytes) else document.encode()
        Path("dataset.json").write_bytes(raw)
        given = {"input_file": "dataset.json", "dataset_id": "DROUGHT", "meta": "meta.json"}
        process("update-dataset-json", **(given | args))
        return process.stdout.decode()

    return run


def test_every_other_character_stays_as_it_is(update):
    assert update() == UPDATED


def test_an_update_that_changes_nothing_gives_the_same_bytes(update):
    assert update(UPDATED) == UPDATED


def test_a_byte_order_mark_and_other_line_ends_stay(update):
    before = b"\xef\xbb\xbf" + DOCUMENT.replace("\n", "\r\n").encode()
    after = b"\xef\xbb\xbf" + UPDATED.replace("\n", "\r\n").encode()
    assert update(before).encode() == after


@pytest.mark.parametrize(
    "document",
    [
        [{"id": "OTHER"}, {"id": "DROUGHT", "startTime": None}],
        {"datasets": [{"id": "DROUGHT"}], "extra": []},
        {"id": "DROUGHT", "endTime": None},
    ],
    ids=["list", "object with datasets", "one dataset"],
)
def test_each_form_of_document_is_understood(update, document):
    text = update(json.dumps(document))
    found = json.loads(text)
    entries = found.get("datasets", [found]) if isinstance(found, dict) else found
    entry = next(entry for entry in entries if entry["id"] == "DROUGHT")
    assert entry["startTime"] == "2024-01-01T00:00:00"
    assert entry["endTime"] == "2024-01-22T00:00:00"
    assert entry["dataLink"] == "https://vimeo.com/900"


def test_new_members_of_a_compact_object_are_compact(update):
    assert update('[{"id":7}]', dataset_id="7", meta=None, end="2024-02-01") == (
        '[{"id":7,"endTime":"2024-02-01"}]'
    )


def test_arguments_go_before_the_metadata(update):
    found = update(start="2023-12-01", vimeo_uri="https://vimeo.com/5/ab")
    assert '"startTime" : "2023-12-01"' in found
    assert '"endTime" : "2024-01-22T00:00:00"' in found
    assert '"dataLink" : "https://vimeo.com/5/ab"' in found


def test_the_link_stays_when_told_so(update):
    assert "dataLink" not in update(set_data_link=False)


def test_metadata_comes_from_stdin(update, process):
    process.stdin = b'{"end_datetime": "2024-03-01T00:00:00"}'
    found = json.loads(update(meta=None, read_meta_stdin=True))["datasets"][1]
    assert (found["endTime"], found["startTime"]) == ("2024-03-01T00:00:00", None)


def test_the_document_comes_from_the_web(update):
    with HttpServer() as server:
        url = server.put("/dataset.json", DOCUMENT.encode())
        assert update(input_file=None, input_url=url) == UPDATED


def test_a_document_that_is_not_there_fails_as_a_transfer(update):
    with HttpServer() as server, pytest.raises(TransferError, match="404"):
        update(input_file=None, input_url=server.url("/none.json"))


def test_the_document_may_replace_itself(update):
    update(output="dataset.json")
    assert Path("dataset.json").read_text() == UPDATED


def test_an_unknown_id_is_refused_with_the_closest(update):
    with pytest.raises(UsageError, match="no dataset 'DROUHGT' among its 2") as refused:
        update(dataset_id="DROUHGT")
    assert refused.value.hint == "did you mean DROUGHT?"


def test_a_list_inside_strings_does_not_mislead(update):
    tricky = '[{"id": "a]}\\"", "x": [[]]}, [1, {"id": "DROUGHT"}], {"id": "DROUGHT"}]'
    found = json.loads(update(tricky, meta=None, end="2024-01-01"))
    assert found[1] == [1, {"id": "DROUGHT"}]
    assert found[2] == {"id": "DROUGHT", "endTime": "2024-01-01"}


@pytest.mark.parametrize("document", ["", "3", '"x"', "{'id': 1}", '[{"id": "DROUGHT"}', "[NaN]"])
def test_a_document_that_is_no_list_of_datasets_is_refused(update, document):
    with pytest.raises(DataError, match=r"dataset\.json"):
        update(document)


@pytest.mark.parametrize(
    ("meta", "problem"),
    [
        ({}, "say nothing that a dataset takes"),
        ({"start_datetime": None}, "say nothing that a dataset takes"),
        ({"start_datetime": 5}, "start_datetime is a number where a text"),
        ({"end_datetime": "never"}, "end_datetime: 'never' is not a date or time"),
    ],
)
def test_metadata_that_are_of_no_use_are_refused(update, meta, problem):
    Path("meta.json").write_text(json.dumps(meta))
    with pytest.raises(DataError, match=problem):
        update()


def test_an_end_before_the_start_is_refused(update):
    with pytest.raises(UsageError, match="before the start 2024-01-01"):
        update(end="2023-12-31")


@pytest.mark.parametrize(
    "args",
    [
        {"input_file": None},
        {"input_url": "http://127.0.0.1/x"},
        {"meta": None},
        {"input_file": "-", "meta": "-"},
        {"meta": "-", "read_meta_stdin": True},
        {"vimeo_uri": "/videos/1", "set_data_link": False},
    ],
)
def test_arguments_that_do_not_fit_together_are_refused(update, args):
    with pytest.raises(ValidationError):
        update(**args)
