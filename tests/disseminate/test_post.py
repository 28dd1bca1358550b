"""Files are posted to web addresses, and answers come back."""

import hashlib
import json
import os
import tracemalloc
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest
from pydantic import ValidationError
from sink_server import Answer

from zyra.core.errors import (
    AddressRefused,
    InputNotFound,
    TransferError,
    TransientTransferError,
    UsageError,
)
from zyra.core.kinds import Kind, kinds_of
from zyra.disseminate.commands.post import PostArgs
from zyra.disseminate.post import run, send
from zyra.transfer.failures import RefusedByServer

REPORT = b'{"maximum": 31.5}'
SECRET = "a-secret-token"


@pytest.fixture
def report(tmp_path: Path) -> str:
    (tmp_path / "report.json").write_bytes(REPORT)
    return str(tmp_path / "report.json")


@pytest.fixture
def post(ran, sink, report):
    def posted(path="/in", input=report, **args):
        run(PostArgs(input=input, url=sink.url(path), **args), ran.job())
        return sink.taken[-1]

    return posted


@pytest.fixture
def post_patiently(ran, sink, report, patient):
    def posted(path="/in", input=report, **args):
        send(PostArgs(input=input, url=sink.url(path), **args), ran.job(), patient)
        return sink.taken[-1]

    return posted


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_file_is_the_body_of_the_request(post, method):
    taken = post(method=method)
    assert (taken.method, taken.body) == (method, REPORT)
    assert taken.headers["content-type"] == "application/json"
    assert taken.headers["content-length"] == str(len(REPORT))


def test_the_answer_goes_to_stdout(post, ran, sink):
    sink.answers.append(Answer(201, body=b'{"id": 7}'))
    post()
    assert ran.stdout.getvalue() == b'{"id": 7}'


def test_the_answer_goes_to_a_file(post, sink, tmp_path):
    sink.answers.append(Answer(200, body=b"done"))
    post(output=str(tmp_path / "answer.txt"))
    assert (tmp_path / "answer.txt").read_bytes() == b"done"


def test_an_answer_without_a_body_is_a_success(post, ran, sink):
    sink.answers.append(Answer(204))
    post()
    assert ran.stdout.getvalue() == b""


def test_a_short_stdin_is_sent_with_its_length(post, ran):
    ran.stdin = BytesIO(b"from stdin")
    taken = post(input="-")
    assert taken.body == b"from stdin"
    assert taken.headers["content-length"] == "10"


def test_a_long_stdin_is_sent_in_chunks(post, ran):
    data = os.urandom(3_000_000)
    ran.stdin = BytesIO(data)
    taken = post(input="-")
    assert taken.sha256 == hashlib.sha256(data).hexdigest()
    assert taken.headers["transfer-encoding"] == "chunked"


def test_headers_and_credentials_are_sent(post, tmp_path):
    (tmp_path / "keys").write_text(f"KEY={SECRET}\n")
    taken = post(
        header=["X-Model: gfs"], credential=["token=@KEY"], credential_file=str(tmp_path / "keys")
    )
    assert taken.headers["x-model"] == "gfs"
    assert taken.headers["authorization"] == f"Bearer {SECRET}"


def test_the_media_type_may_be_given(post):
    assert post(content_type="text/x-report").headers["content-type"] == "text/x-report"
    assert post(header=["content-type: text/y"]).headers["content-type"] == "text/y"


def test_the_media_type_is_not_given_twice(post):
    with pytest.raises(UsageError, match="given twice"):
        post(content_type="a/b", header=["Content-Type: a/b"])


def test_a_form_holds_the_file_and_other_fields(post):
    taken = post(form_field="file", form=["title=To=day", "hour=6"])
    kind, _, boundary = taken.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    assert taken.headers["content-length"] == str(len(taken.body))
    *parts, end = taken.body.split(f"--{boundary}".encode())[1:]
    assert end == b"--\r\n"
    assert parts == [
        b'\r\nContent-Disposition: form-data; name="title"\r\n\r\nTo=day\r\n',
        b'\r\nContent-Disposition: form-data; name="hour"\r\n\r\n6\r\n',
        b'\r\nContent-Disposition: form-data; name="file"; filename="report.json"\r\n'
        b"Content-Type: application/json\r\n\r\n" + REPORT + b"\r\n",
    ]


def test_what_is_no_success_fails_with_the_server_s_words(post, ran, sink):
    words = json.dumps({"detail": "no field hour"}).encode()
    sink.answers.append(Answer(422, {"Content-Type": "application/json"}, words))
    with pytest.raises(RefusedByServer, match="/in: 422 Unprocessable") as caught:
        post()
    assert caught.value.hint == 'the server says: {"detail": "no field hour"}'
    assert ran.stdout.getvalue() == b""


@pytest.mark.parametrize(
    "credentials",
    [
        {"auth": f"bearer:{SECRET}"},
        {"auth": f"basic:me:{SECRET}"},
        {"header": [f"X-Key: {SECRET}"]},
    ],
)
def test_a_server_that_repeats_a_secret_does_not_reveal_it(post, sink, ran, credentials):
    words = f"who is {SECRET}? bWU6YS1zZWNyZXQtdG9rZW4=".encode()
    sink.answers.append(Answer(400, {"Content-Type": "text/plain"}, words))
    with pytest.raises(RefusedByServer) as caught:
        post(**credentials)
    assert SECRET not in f"{caught.value.message}{caught.value.hint}{ran.told}"
    assert "who is ***?" in caught.value.hint


def test_secrets_are_known_to_be_secret():
    kinds = kinds_of(PostArgs)
    assert [kinds[name] for name in ("header", "auth", "credential")] == [Kind.SECRET] * 3


def test_only_the_expected_status_is_a_success(post, sink):
    sink.answers.append(Answer(202))
    with pytest.raises(RefusedByServer, match="202 Accepted, not 200 or 201"):
        post(expect_status=[200, 201])
    sink.answers.append(Answer(409, body=b"there already"))
    assert post(expect_status=[201, 409]).body == REPORT


@pytest.mark.parametrize("status", [429, 503])
def test_what_the_server_has_not_taken_is_sent_again(post_patiently, sink, pauses, status):
    sink.answers.append(Answer(status, {"Retry-After": "7"}))
    assert post_patiently().body == REPORT
    assert pauses == [7.0]


@pytest.mark.parametrize(
    ("args", "requests"), [({}, 1), ({"method": "PUT"}, 2), ({"retry": True}, 2)]
)
def test_only_what_does_no_harm_is_sent_again(post_patiently, sink, args, requests):
    sink.answers.append(Answer(stop_after=1))
    if requests == 1:
        with pytest.raises(TransientTransferError):
            post_patiently(**args)
    else:
        assert post_patiently(**args).body == REPORT
    assert len(sink.taken) == requests


def test_a_long_stdin_is_sent_once(post_patiently, sink, ran):
    ran.stdin = BytesIO(bytes(2_000_000))
    sink.answers.append(Answer(503))
    with pytest.raises(TransientTransferError):
        post_patiently(input="-", method="PUT")
    assert len(sink.taken) == 1


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_within_the_server_takes_the_body_along(post, sink, status):
    sink.answers.append(Answer(status, {"Location": "/there"}))
    taken = post(auth=f"bearer:{SECRET}")
    assert (taken.method, taken.path, taken.body) == ("POST", "/there", REPORT)
    assert taken.headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_elsewhere_gets_no_body(post, sink, status):
    sink.answers.append(Answer(status, {"Location": sink.url("/there", host="localhost")}))
    with pytest.raises(TransferError, match="redirect"):
        post(auth=f"bearer:{SECRET}")
    assert len(sink.taken) == 1


@pytest.mark.parametrize("status", [301, 302])
def test_a_moved_address_does_not_lose_the_body(post, sink, status):
    sink.answers.append(Answer(status, {"Location": "/there"}))
    with pytest.raises(TransferError, match=rf"redirect \({status}\)"):
        post()
    assert len(sink.taken) == 1


def test_see_other_leads_to_the_answer(post, sink, ran):
    sink.answers += [Answer(303, {"Location": "/result"}), Answer(200, body=b"result")]
    assert (post().method, sink.taken[0].body) == ("GET", REPORT)
    assert ran.stdout.getvalue() == b"result"


def test_a_redirect_to_a_private_address_is_refused(post, sink):
    sink.answers.append(Answer(303, {"Location": "http://127.0.0.2/there"}))
    with pytest.raises(AddressRefused):
        post()


def test_a_private_address_is_refused(ran, report):
    with pytest.raises(AddressRefused):
        run(PostArgs(input=report, url="http://127.0.0.2/in"), ran.job())


def test_a_missing_file_is_not_asked_about(post, sink, tmp_path):
    with pytest.raises(InputNotFound, match=r"none\.json"):
        post(input=str(tmp_path / "none.json"))
    assert sink.taken == []


def test_a_server_that_is_not_there_is_one_clear_line(ran, report):
    with pytest.raises(TransferError, match=r"cannot connect: .*refused"):
        run(PostArgs(input=report, url="http://127.0.0.1:1/in"), ran.job())


def test_a_server_that_reads_nothing_is_not_waited_for(post, sink, tmp_path):
    gate = Event()
    (tmp_path / "big").write_bytes(bytes(20_000_000))
    sink.answers.append(Answer(gate=gate))
    try:
        with pytest.raises(TransientTransferError, match=r"timed out|broke off"):
            post(input=str(tmp_path / "big"), timeout=0.2)
    finally:
        gate.set()


def test_the_size_of_a_file_costs_no_memory(post, tmp_path, ran):
    size = 32 << 20
    with (tmp_path / "big").open("wb") as stream:
        stream.truncate(size)
    tracemalloc.start()
    try:
        taken = post(input=str(tmp_path / "big"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken.length == size
    assert peak < 8 << 20
    assert ran.reports[-1] == (1.0, "33.6 of 33.6 MB")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"form": ["a=b"]}, "form needs form_field"),
        ({"form_field": "file", "form": ["a"]}, "not NAME=VALUE"),
        ({"method": "PUT", "retry": True}, "PUT always is"),
        ({"credential_file": "keys"}, "name an @KEY"),
        ({"expect_status": [99]}, "greater than or equal to 200"),
        ({"url": "ftp://host/a"}, "match pattern"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(args, message):
    given = {"input": "a", "url": "http://host/in"} | args
    with pytest.raises(ValidationError, match=message):
        PostArgs.model_validate(given)
