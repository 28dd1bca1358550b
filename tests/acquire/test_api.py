"""One answer of `acquire api`, its request and its presets."""

import json
from typing import Any

import pytest
from api_server import ApiServer, Asked, Reply

from zyra.acquire.api import run
from zyra.acquire.commands.api import ApiArgs
from zyra.core.errors import (
    DataError,
    TransferError,
    UsageError,
)
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob

RECORDS = [{"id": number, "name": f"récord {number}"} for number in range(7)]


def answered(ran) -> Any:
    return json.loads(ran.stdout.getvalue())


def test_one_answer_is_written_readably(api: ApiServer, ask):
    api.answer = lambda _: Reply.json({"b": [1, {"c": None}], "a": "é"})
    out = ask(url=api.url("/x")).stdout.getvalue().decode()
    assert out == '{\n  "b": [\n    1,\n    {\n      "c": null\n    }\n  ],\n  "a": "é"\n}\n'


def test_one_answer_can_be_compact(api: ApiServer, ask):
    api.answer = lambda _: Reply.json({"b": [1, 2]})
    assert ask(url=api.url("/x"), pretty=False).stdout.getvalue() == b'{"b":[1,2]}\n'


def test_long_whole_numbers_stay_exact(api: ApiServer, ask):
    api.answer = lambda _: Reply.json({"id": 123456789012345678901234567890})
    assert b": 123456789012345678901234567890\n" in ask(url=api.url("/x")).stdout.getvalue()


def test_what_is_no_json_is_written_as_it_comes(api: ApiServer, ask):
    api.answer = lambda _: Reply(200, b"a,b\r\n1,2\r\n", {"Content-Type": "text/csv"})
    assert ask(url=api.url("/x")).stdout.getvalue() == b"a,b\r\n1,2\r\n"


def test_records_of_one_answer_become_lines(api: ApiServer, ask):
    api.answer = lambda _: Reply.json({"data": {"items": RECORDS}})
    lines = ask(url=api.url("/x"), records_path="data.items", newline_json=True).lines
    assert [json.loads(line) for line in lines] == RECORDS


def test_a_records_path_that_leads_nowhere_is_told_with_what_there_is(api: ApiServer, ask):
    api.answer = lambda _: Reply.json({"items": []})
    with pytest.raises(DataError, match="nothing at --records-path data") as caught:
        ask(url=api.url("/x"), records_path="data")
    assert caught.value.hint == "there is items"


def test_broken_json_is_a_failed_transfer(api: ApiServer, ask, tmp_path):
    api.answer = lambda _: Reply(200, b'{"a": ', {"Content-Type": "application/json"})
    with pytest.raises(TransferError, match="did not answer with JSON"):
        ask(url=api.url("/x"), output=str(tmp_path / "a.json"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "params",
    ["a=9&b=x%26y&a2=", '{"a": 9, "b": "x&y", "a2": ""}'],
)
def test_parameters_replace_those_of_the_url(api: ApiServer, ask, params):
    ask(url=api.url("/x?a=1&c=%2Fkept"), params=params)
    assert api.asked[0].query == {"a": "9", "b": "x&y", "c": "/kept"}


def test_lists_in_parameters_are_repeated_and_true_is_json(api: ApiServer, ask):
    ask(url=api.url("/x"), params='{"a": true, "b": [1, 2], "c": null}')
    assert api.asked[0].query == {"a": "true", "b": "2"}


@pytest.mark.parametrize("params", ["no pair", '{"a": ', "[1]"])
def test_parameters_that_are_none_are_refused(api: ApiServer, ask, params):
    with pytest.raises(UsageError, match="params"):
        ask(url=api.url("/x"), params=params)
    assert api.asked == []


def test_since_goes_into_its_parameter(api: ApiServer, ask):
    ask(url=api.url("/x"), since="2024-08-01")
    ask(url=api.url("/x"), since="12", since_param="after")
    assert [asked.query for asked in api.asked] == [{"since": "2024-08-01"}, {"after": "12"}]


def test_data_is_sent_as_json(api: ApiServer, ask):
    ask(url=api.url("/x"), method="post", data='{"a": 1}')
    asked = api.asked[0]
    assert (asked.method, asked.body) == ("POST", b'{"a": 1}')
    assert asked.headers["content-type"] == "application/json"


def test_data_of_another_type_is_sent_as_it_is(api: ApiServer, ask, tmp_path):
    (tmp_path / "body.xml").write_bytes(b"<a/>")
    source = str(tmp_path / "body.xml")
    ask(url=api.url("/x"), method="PUT", data_file=source, content_type="text/xml")
    assert (api.asked[0].body, api.asked[0].headers["content-type"]) == (b"<a/>", "text/xml")


def test_data_that_is_not_json_is_refused_before_anything_is_sent(api: ApiServer, ask):
    with pytest.raises(UsageError, match="data is not JSON"):
        ask(url=api.url("/x"), method="POST", data="{a: 1}")
    assert api.asked == []


def test_only_on_the_command_line_data_names_a_file(api: ApiServer, ask, ran, tmp_path):
    (tmp_path / "body.json").write_bytes(b"[1]")
    given = {"url": api.url("/x"), "method": "POST", "data": f"@{tmp_path / 'body.json'}"}
    with pytest.raises(UsageError, match="names a file"):
        ask(**given)
    own = StreamJob(ran.stdin, ran.stdout, ran.stderr, NetworkPolicy(unrestricted=True))
    run(ApiArgs.model_validate(given), own)
    assert [asked.body for asked in api.asked] == [b"[1]"]


def test_the_audio_preset_asks_in_milliseconds(api: ApiServer, ask):
    api.answer = lambda _: Reply(200, b"OggS", {"Content-Type": "audio/ogg"})
    out = ask(
        preset="limitless-audio",
        url=api.url("/v1/download-audio"),
        since="2025-09-14T18:33:25Z",
        duration="PT11M7S",
        audio_source="pendant",
        header=["X-API-Key: {key}"],
        credential=["key=abcdef"],
    )
    assert out.stdout.getvalue() == b"OggS"
    # 1757874805000 and 1757875472000 are what `date -d ... +%s000` gives for these times.
    assert api.asked[0].query == {
        "startMs": "1757874805000",
        "endMs": "1757875472000",
        "audioSource": "pendant",
    }
    assert api.asked[0].headers["accept"] == "audio/ogg"
    assert api.asked[0].headers["x-api-key"] == "abcdef"


def test_the_audio_preset_gives_at_most_two_hours(api: ApiServer, ask):
    with pytest.raises(UsageError, match="at most 2 hours"):
        ask(preset="limitless-audio", url=api.url("/"), start="2025-09-14", duration="3h")


def test_the_lifelogs_preset_turns_pages_by_its_cursor(api: ApiServer, ask):
    def answer(asked: Asked) -> Reply:
        following = None if "cursor" in asked.query else "c1"
        logs = {"lifelogs": {"nextCursor": following}}
        return Reply.json({"data": {"lifelogs": [asked.query]}, "meta": logs})

    api.answer = answer
    lines = ask(
        preset="limitless-lifelogs",
        url=api.url("/v1/lifelogs"),
        since="2025-09-01T00:00:00Z",
        newline_json=True,
    ).lines
    start = {"start": "2025-09-01 00:00:00"}
    assert [json.loads(line)["data"]["lifelogs"] for line in lines] == [
        [start],
        [start | {"cursor": "c1"}],
    ]
