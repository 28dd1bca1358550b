"""Errors of services, and what `acquire api` makes of them."""

import json
import subprocess
import sys
from typing import Any

import pytest
from api_server import ApiServer, Reply

from zyra.acquire.commands.api import ApiArgs
from zyra.core.errors import (
    TransferError,
)

RECORDS = [{"id": number, "name": f"récord {number}"} for number in range(7)]


def answered(ran) -> Any:
    return json.loads(ran.stdout.getvalue())


def test_a_credential_in_the_query_shows_in_no_message(api: ApiServer, ask, ran):
    api.answer = lambda asked: Reply(403, f"wrong key {asked.query['appid']}".encode())
    with pytest.raises(TransferError) as caught:
        ask(
            url=api.url("/x"),
            params="appid={key}&units=metric",
            credential=["key=se/cr+et"],
            verbose=True,
        )
    assert api.asked[0].query == {"appid": "se/cr+et", "units": "metric"}
    assert "wrong key ***" in caught.value.message
    told = caught.value.message + ran.stderr.getvalue().decode()
    assert "cr" not in told.replace("credential", "")


def test_a_token_that_the_service_repeats_is_hidden_but_media_types_are_not(api: ApiServer, ask):
    api.answer = lambda asked: Reply(401, asked.headers["authorization"].encode())
    with pytest.raises(TransferError, match=r"401 Unauthorized: \*\*\*$"):
        ask(url=api.url("/x"), auth="bearer:abcdefg")
    api.answer = lambda _: Reply(200, b"a", {"Content-Type": "text/csv"})
    with pytest.raises(TransferError, match="sent text/csv, not application/json"):
        ask(url=api.url("/x"), accept="application/json", expect_content_type="application/json")


def test_an_error_is_told_with_the_beginning_of_the_answer(api: ApiServer, ask, tmp_path):
    api.answer = lambda _: Reply.json({"detail": "no such \x1b[31mstation"}, 404)
    with pytest.raises(TransferError, match=r"404 Not Found: .*no such") as caught:
        ask(url=api.url("/x"), output=str(tmp_path / "a.json"))
    assert "\x1b" not in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_an_error_can_be_what_is_wanted(api: ApiServer, ask):
    api.answer = lambda _: Reply.json({"detail": "gone"}, 503)
    assert answered(ask(url=api.url("/x"), allow_non_2xx=True)) == {"detail": "gone"}


@pytest.mark.parametrize("expected", ["application/json", "APPLICATION/*", ""])
def test_the_expected_media_type_is_taken(api: ApiServer, ask, expected):
    ask(url=api.url("/x"), expect_content_type=expected, accept="application/json")
    assert api.asked[0].headers["accept"] == "application/json"


@pytest.mark.parametrize("stream", [True, False])
def test_another_media_type_is_refused_with_its_beginning(api, ask, tmp_path, stream):
    page = b"<html><body>Please log in</body></html>"
    api.answer = lambda _: Reply(200, page, {"Content-Type": "text/html; charset=utf-8"})
    with pytest.raises(TransferError, match=r"sent text/html, not audio/ogg: .*log in"):
        ask(
            url=api.url("/x"),
            expect_content_type="audio/ogg",
            stream=stream,
            output=str(tmp_path / "a.ogg"),
        )
    assert list(tmp_path.iterdir()) == []


def test_a_head_comes_first_and_spares_the_rest(api: ApiServer, ask):
    api.answer = lambda _: Reply(200, b"<html>", {"Content-Type": "text/html"})
    with pytest.raises(TransferError, match="sent text/html"):
        ask(url=api.url("/x"), head_first=True, expect_content_type="image/png")
    assert [asked.method for asked in api.asked] == ["HEAD"]


def test_a_service_without_head_is_asked_at_once(api: ApiServer, ask):
    api.answer = lambda asked: Reply(405) if asked.method == "HEAD" else asked.echo()
    ask(url=api.url("/x"), head_first=True)
    assert [asked.method for asked in api.asked] == ["HEAD", "GET"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_errors_are_tried_again(api: ApiServer, ask, status):
    replies = [Reply(status, headers={"Retry-After": "0"})] * 2
    api.answer = lambda asked: replies.pop() if replies else asked.echo()
    ask(url=api.url("/x"))
    assert len(api.asked) == 3


def test_tries_are_limited(api: ApiServer, ask):
    api.answer = lambda _: Reply(503)
    with pytest.raises(TransferError, match="503"):
        ask(url=api.url("/x"), max_retries=2)
    assert len(api.asked) == 3


@pytest.mark.parametrize(("status", "times"), [(503, 2), (429, 2), (500, 1)])
def test_a_post_is_sent_again_only_where_nothing_was_done(api: ApiServer, ask, status, times):
    api.answer = lambda _: Reply(status)
    with pytest.raises(TransferError):
        ask(url=api.url("/x"), method="POST", data="{}", max_retries=1)
    assert len(api.asked) == times


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_that_is_cut_short_is_asked_for_again_if_that_is_safe(api, ask, method, reset):
    whole = Reply.json(RECORDS)
    cut = Reply(200, whole.body, whole.headers, stop_after=20, reset=reset)
    replies = [whole, cut]
    api.answer = lambda _: replies.pop()
    body = {} if method == "GET" else {"data": "{}"}
    if method == "POST":
        with pytest.raises(TransferError):
            ask(url=api.url("/x"), method=method, **body)
    else:
        assert answered(ask(url=api.url("/x"), **body)) == RECORDS


def test_a_stalled_answer_is_given_up(api: ApiServer, ask, tmp_path):
    api.answer = lambda _: Reply(200, b"0123456789", stop_after=4, stall=True)
    with pytest.raises(TransferError, match="timed out"):
        ask(
            url=api.url("/x"),
            stream=True,
            timeout=1,
            max_retries=0,
            output=str(tmp_path / "a.bin"),
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "url is missing"),
        ({"url": "u", "data": "{}"}, "data needs a method"),
        ({"url": "u", "paginate": "page", "stream": True}, "pages are not streamed"),
        ({"url": "u", "page_start": 0}, "for paginate page"),
        ({"url": "u", "cursor_param": "c"}, "for paginate cursor"),
        ({"url": "u", "link_rel": "n"}, "for paginate link"),
        ({"url": "u", "max_pages": 3}, "for paginate"),
        ({"url": "u", "resume": True}, "resume is for a GET whose output is a file"),
        ({"url": "u", "audio_source": "app"}, "for limitless-audio"),
        ({"url": "u", "start": "2024-01-01"}, "for presets"),
        ({"preset": "limitless-audio", "start": "2024-01-01"}, "end or duration"),
        ({"url": "u", "method": "HEAD"}, "no method HEAD"),
        ({"url": "u", "openapi_url": "x.json"}, "openapi_url is for"),
        ({"url": "u", "page_size": 3}, "belong together"),
    ],
)
def test_arguments_without_effect_are_refused(given, wrong):
    with pytest.raises(ValueError, match=wrong):
        ApiArgs.model_validate(given)


@pytest.mark.parametrize(("path", "code"), [("/none", 1), ("", 0)])
def test_the_command_line_ends_in_one_clear_line(api: ApiServer, path, code):
    api.answer = lambda asked: Reply(404) if asked.path == "/none" else asked.echo()
    line = [sys.executable, "-m", "zyra.cli.main", "acquire", "api", "--url", api.url(path or "/")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stderr.count("error:") == code
    assert "Traceback" not in done.stderr


def test_a_password_that_the_service_repeats_is_hidden(api: ApiServer, ask):
    api.answer = lambda _: Reply(401, b"no user me with quiet words")
    with pytest.raises(TransferError, match=r"no user me with \*\*\*$") as caught:
        ask(url=api.url("/x"), auth="basic:me:quiet words")
    assert "quiet" not in str(caught.value.hint)
