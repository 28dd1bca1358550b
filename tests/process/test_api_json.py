"""api-json against Python's json and csv modules, on streams cut anywhere, and on bad input."""

import csv
import io
import json

import pytest

from eccodes_oracle import DATA
from zyra.core.errors import DataError, LimitExceeded, UsageError
from zyra.process import api_json, json_records, json_scan
from zyra.process.commands.api_json import API_JSON
from zyra.process.json_records import read_records

LIFELOGS = str(DATA / "lifelogs.json")

RECORDS = [
    {"id": 1, "name": 'say "no", or\nnot', "at": {"lat": 1.5, "lon": None}, "tags": ["a", "b"]},
    {"id": 2, "name": "Zürich \u2603", "at": {"lat": -0.25}, "tags": [], "ok": True},
    {"id": 3, "name": '}]{[\\"', "tags": "one", "ok": False},
]
FORMS = {
    "lines": "\n".join(map(json.dumps, RECORDS)),
    "lines with CRLF and gaps": "\r\n\r\n".join(json.dumps(each) for each in RECORDS) + "\r\n",
    "an array": json.dumps(RECORDS),
    "an array in many lines": json.dumps(RECORDS, indent=2, ensure_ascii=False),
    "values one after the other": " ".join(json.dumps(each, indent=1) for each in RECORDS),
    "a byte order mark": "\ufeff" + "\n".join(map(json.dumps, RECORDS)),
}


def table(process, text, **args):
    """What comes out for JSON on stdin, as rows of text."""
    process.stdin = text if isinstance(text, bytes) else text.encode()
    process("api-json", input="-", **args)
    if args.get("format") == "jsonl":
        return [json.loads(line) for line in process.stdout.splitlines()]
    return list(csv.reader(io.StringIO(process.stdout.decode(), newline="")))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_json_gives_its_records(form, process):
    assert table(process, FORMS[form], format="jsonl") == RECORDS


@pytest.mark.parametrize("form", FORMS)
def test_csv_has_a_column_for_every_key(form, process):
    header, *rows = table(process, FORMS[form])
    assert header == ["id", "name", "at", "tags", "ok"]
    assert rows == [
        ["1", 'say "no", or\nnot', '{"lat":1.5,"lon":null}', '["a","b"]', ""],
        ["2", "Zürich \u2603", '{"lat":-0.25}', "[]", "true"],
        ["3", '}]{[\\"', "", "one", "false"],
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_chunks_may_end_anywhere(size, monkeypatch):
    monkeypatch.setattr(json_scan, "CHUNK_BYTES", size)
    monkeypatch.setattr(json_records, "CHUNK_BYTES", size)
    nested = {"skip": [{"a": '\\"]}'}, 1.5e3, "x"], "data": [{"items": RECORDS}, {"items": []}]}
    for text in (json.dumps(nested), json.dumps(nested, indent=3)):
        found = read_records(io.BytesIO(text.encode()), ("data", "items"))
        assert [each.value for each in found] == RECORDS


@pytest.mark.parametrize("form", ["lines", "document"])
@pytest.mark.parametrize(
    ("path", "numbers"),
    [
        ("data.items", [1, 2, 3]),
        ("data.1.items", [3]),
        ("data.0.items.1", [2]),
        ("data", None),
        ("first", [9]),
    ],
)
def test_paths_lead_through_objects_and_lists(form, path, numbers, process):
    value = {
        "first": {"id": 9},
        "data": [{"items": [{"id": 1}, {"id": 2}]}, {"items": [{"id": 3}]}],
    }
    text = json.dumps(value, indent=1 if form == "document" else None) + "\n"
    found = table(process, text, records_path=path, format="jsonl")
    assert found == ([{"id": number} for number in numbers] if numbers else value["data"])


def test_scalars_stand_under_value(process):
    assert table(process, '[1, "two", null]') == [["value"], ["1"], ["two"], [""]]


def test_an_empty_array_is_an_empty_table(process):
    assert table(process, '{"items": []}', records_path="items") == []
    assert table(process, "[]", fields="a,b") == [["a", "b"]]


def test_fields_choose_columns_and_their_order(process):
    rows = table(process, FORMS["lines"], fields="at.lat,id,tags.0,missing")
    assert rows == [
        ["at.lat", "id", "tags.0", "missing"],
        ["1.5", "1", "a", ""],
        ["-0.25", "2", "", ""],
        ["", "3", "", ""],
    ]


def test_a_field_of_every_element_is_a_list(process):
    text = '{"who": [{"name": "Ann"}, {"age": 3}, {"name": "Bo"}]}\n'
    assert table(process, text, fields="who.name", format="jsonl") == [{"who.name": ["Ann", "Bo"]}]


def test_keys_that_hold_dots_are_found_where_the_path_leads_nowhere(process):
    assert table(process, '{"a.b": 1}\n{"a.b": 1, "a": {"b": 2}}\n', fields="a.b") == [
        ["a.b"],
        ["1"],
        ["2"],
    ]


def test_flatten_puts_dotted_columns_in_the_place_of_objects(process):
    text = '{"a": {"b": {"c": 1}, "d": {}}, "e": [{"f": 2}]}\n'
    found = table(process, text, flatten=True, format="jsonl")
    assert found == [{"a.b.c": 1, "a.d": {}, "e": [{"f": 2}]}]


def test_explode_makes_a_row_for_each_element(process):
    text = (
        '{"id": 1, "a": {"x": [{"y": [1, 2]}, {"y": [3]}]}}\n{"id": 2, "a": {"x": []}}\n{"id": 3}\n'
    )
    rows = table(process, text, explode=["a.x", "a.x.y"], fields="id,a.x.y")
    assert rows[1:] == [["1", "1"], ["1", "2"], ["1", "3"], ["2", ""], ["3", ""]]


def test_explode_leaves_the_record_beside_as_it_is(process):
    found = table(process, '{"id": 7, "n": [1, 2], "k": {"z": 0}}\n', explode=["n"], format="jsonl")
    assert found == [{"id": 7, "n": 1, "k": {"z": 0}}, {"id": 7, "n": 2, "k": {"z": 0}}]


def test_derived_columns_are_counted(process):
    text = json.dumps({"text": 'One two. "Three?" Four 3.5 m!', "tool_calls": [{}, {}]}) + "\n"
    rows = table(
        process,
        text,
        fields="tool_calls_count",
        derived="word_count,sentence_count,tool_calls_count",
    )
    assert rows == [["tool_calls_count", "word_count", "sentence_count"], ["2", "6", "3"]]


def test_a_text_field_of_choice_is_counted(process):
    text = '{"text": "not this", "said": [{"as": "one two"}, {"as": "three"}]}\n{"said": 3}\n'
    rows = table(process, text, fields="word_count", derived="word_count", text_field="said.as")
    assert rows == [["word_count"], ["3"], [""]]


def test_the_preset_reads_answers_and_exports_alike(process):
    answer = json.loads((DATA / "lifelogs.json").read_text())
    lines = "\n".join(json.dumps(each) for each in answer["data"]["lifelogs"])
    wanted = {
        "preset": "limitless-lifelogs",
        "fields": "id,contents.content",
        "explode": ["contents"],
    }
    process("api-json", input=LIFELOGS, **wanted)
    first = process.stdout
    assert first.count(b"\n") == 5
    for text in (lines, json.dumps(answer), json.dumps(answer["data"]["lifelogs"], indent=1)):
        table(process, text, **wanted)
        assert process.stdout == first


def test_numbers_keep_all_their_digits(process):
    text = '{"a": 12345678901234567890123, "b": 0.1, "c": 1e22, "d": 18446744073709551616}\n'
    rows = table(process, text)
    assert rows[1] == ["12345678901234567890123", "0.1", "1e+22", "18446744073709551616"]
    assert table(process, text, format="jsonl")[0]["d"] == 2**64


def test_of_equal_keys_the_last_counts(process):
    assert table(process, '{"a": 1, "a": 2}\n') == [["a"], ["2"]]


def test_random_records_survive_as_csv_and_json_say(process):
    records = [
        {"n": number, "x": number / 7, "t": chr(10 + number) * 3, "o": {"k": [number]}}
        for number in range(500)
    ]
    text = json.dumps(records)
    assert table(process, text, format="jsonl") == records
    header, *rows = table(process, text, flatten=True)
    assert header == ["n", "x", "t", "o.k"]
    assert [float(row[1]) for row in rows] == [each["x"] for each in records]
    assert [row[2] for row in rows] == [each["t"] for each in records]


BAD = {
    "nothing after a colon": ('{"a":1}\n{"a":\n', "line [23], byte 1[0-9]: "),
    "a word": ('{"a":1}\nhello\n', "line 2, byte 9: "),
    "NaN": ('{"a":1}\n{"a":NaN}\n', "line 2, byte 14: NaN is no JSON"),
    "minus infinity": ('{"a": -Infinity}', "line 1, byte 7: -Infinity is no JSON"),
    "an array without an end": ('[{"a":1},', "line 1, byte 10: "),
    "a text without an end": ('[{"a":"x', "the input ends before the value does"),
    "no comma": ('[{"a":1}\n {"a":2}]', "line 2, byte 11: expected ',' or ']' but found '{'"),
    "two commas": ('[{"a":1},,{"a":2}]', "line 1, byte 10: expected a value"),
    "a bracket too many": ('[{"a":1}]]', "byte 10"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "not UTF-8"),
    "broken UTF-8": (b'{"a":"\xff"}\n{"a":1}\n', "line 1, byte"),
    "half a surrogate": ('{"a":"\\ud800"}\n', "line 1, byte"),
    "too large a number": ('{"a":1e999}\n', "infinity"),
    "five thousand digits": (f'{{"a":{"7" * 5000}}}\n', "more than 4300 digits|infinity"),
    "a bomb of lists": ("[" * 100_000, "nested deeper than 200"),
    "a bomb of objects": ('{"a":' * 100_000, "nested deeper than 200"),
    "a bomb on a line": ("[" * 5000 + "]" * 5000 + "\n", "nested deeper than 200"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("fields", [None, "a"])
def test_bad_input_is_refused_with_its_place(name, fields, process):
    text, message = BAD[name]
    with pytest.raises(DataError, match=message):
        table(process, text, fields=fields)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"x":' * 100_000])
def test_a_bomb_on_the_way_to_the_records_is_refused(text, process):
    with pytest.raises(DataError, match="nested deeper than 200"):
        table(process, text, records_path="x.y")


def test_a_path_that_leads_nowhere_is_refused_with_what_there_is(process):
    with pytest.raises(DataError, match="nothing at --records-path data") as caught:
        process("api-json", input=LIFELOGS, records_path="data.logs")
    assert "lifelogs" in str(caught.value.hint)


@pytest.mark.parametrize("fields", ["id,at.lat", None])
def test_strict_names_record_and_field(fields, process):
    with pytest.raises(DataError, match=r"record [13] \(line [13]\) has no field '(at.lat|ok)'"):
        table(process, FORMS["lines"], fields=fields, strict=True)


def test_strict_refuses_a_record_without_the_list_to_explode(process):
    with pytest.raises(DataError, match=r"record 1 \(line 1\) has no field 'none'"):
        table(process, FORMS["lines"], explode=["none"], strict=True)


def test_nothing_half_stands_under_the_final_name(process, here):
    (here / "in.json").write_text('{"a":1}\n{"a":\n')
    with pytest.raises(DataError):
        process("api-json", input="in.json", fields="a", output="out.csv")
    assert [path.name for path in here.iterdir()] == ["in.json"]


def test_a_record_that_is_too_large_is_refused(monkeypatch, process):
    monkeypatch.setattr(json_scan, "MAX_VALUE_BYTES", 1000)
    monkeypatch.setattr(json_scan, "CHUNK_BYTES", 100)
    with pytest.raises(LimitExceeded, match="more than 1000 bytes"):
        table(process, json.dumps([{"a": "x" * 5000}]))


def test_keys_that_are_data_are_no_columns(monkeypatch, process):
    monkeypatch.setattr(api_json, "MOST_COLUMNS", 10)
    with pytest.raises(LimitExceeded, match="more than 10 different keys"):
        table(process, "\n".join(f'{{"k{number}": 1}}' for number in range(20)))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"fields": "a,,b"}, "between two commas"),
        ({"fields": "a,a"}, "names a twice"),
        ({"fields": "a..b"}, "empty step"),
        ({"derived": "word_cout"}, "no column 'word_cout'"),
        ({"text_field": "a"}, "no effect without --derived"),
        ({"records_path": "."}, "empty step"),
        ({"explode": ["tags.x.y"], "fields": "id"}, None),
    ],
)
def test_arguments_that_mean_nothing_are_refused(args, message, process):
    if message is None:
        assert len(table(process, FORMS["lines"], **args)) == 4
        return
    with pytest.raises(UsageError, match=message):
        table(process, FORMS["lines"], **args)


def test_progress_is_reported(process, tmp_path):
    path = tmp_path / "many.ndjson"
    path.write_text('{"a": 1}\n' * 5000)
    process("api-json", input=str(path), output=str(tmp_path / "out.csv"))
    assert process.progress == sorted(process.progress)
    assert process.progress[-1] > 0.9


@pytest.mark.parametrize("example", API_JSON.examples, ids=lambda example: example.title)
def test_the_examples_run(example, process, here):
    process("api-json", **dict(example.args) | {"input": LIFELOGS})
    assert process.stdout or (here / "said.csv").stat().st_size > 100
