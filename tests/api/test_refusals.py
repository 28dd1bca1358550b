"""What is wrong is said in one format, with the right status, all at once."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from zyra.api.errors import STATUSES, status_of
from zyra.core.errors import ZyraError

ECHO: dict[str, Any] = {"stage": "process", "command": "echo", "args": {"text": "x"}}
JSON_TYPE = {"Content-Type": "application/json"}


def post(client: httpx.Client, body: bytes | str, media_type: str = "application/json") -> Any:
    return client.post("/cli/run", content=body, headers={"Content-Type": media_type})


def subclasses(kind: type[ZyraError]) -> Iterator[type[ZyraError]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from subclasses(inner)


@pytest.mark.parametrize("kind", sorted(set(subclasses(ZyraError)), key=lambda k: k.__name__))
def test_every_error_has_a_status_of_the_table(kind: type[ZyraError]) -> None:
    assert status_of(kind) in STATUSES.values()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/nowhere", 404),
        ("GET", "/jobs/none", 404),
        ("GET", "/jobs/00000000-0000-4000-8000-000000000000/download", 404),
        ("GET", "/files/..%2f..%2fetc%2fpasswd", 404),
        ("DELETE", "/files/none", 404),
        ("GET", "/cli/commands/process/nothing", 404),
        ("POST", "/cli/none/none", 404),
        ("PATCH", "/cli/run", 405),
        ("DELETE", "/health", 405),
        ("POST", "/cli/run", 415),
        ("POST", "/upload", 415),
        ("GET", "/health?key=abc", 400),
        ("GET", "/health?verbose=1", 422),
    ],
)
def test_errors_have_one_format(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    problem = answer.json()
    assert problem.keys() - {"errors"} == {"type", "title", "status", "detail"}
    assert problem["status"] == status


@pytest.mark.parametrize(
    ("stage", "command", "closest"),
    [("proces", "echo", "process"), ("process", "ehco", "echo"), ("rendr", "save", "render")],
)
def test_unknown_names_are_404_with_the_closest(
    client: httpx.Client, stage: str, command: str, closest: str
) -> None:
    answer = client.post("/cli/run", json={"stage": stage, "command": command})
    assert answer.status_code == 404
    assert closest in answer.json()["detail"]


def test_405_names_every_method_of_the_path(client: httpx.Client) -> None:
    answer = client.request("POST", "/files/some-id")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, HEAD"


def test_wrong_arguments_are_named_all_at_once(client: httpx.Client) -> None:
    args = {"width": -1, "style": "round", "scael": 2.0}
    answer = client.post("/cli/run", json={"stage": "process", "command": "shape-up", "args": args})
    assert answer.status_code == 422
    errors = {item["loc"][-1]: item for item in answer.json()["errors"]}
    assert errors.keys() == {"width", "height", "style", "scael"}
    assert all(item["loc"][0] == "args" for item in errors.values())
    assert "scale" in errors["scael"]["hint"]
    assert errors["height"]["type"] == "missing"


def test_places_in_a_typed_body_are_those_of_that_body(client: httpx.Client) -> None:
    answer = client.post("/cli/process/shape-up", json={"width": 1})
    assert [item["loc"] for item in answer.json()["errors"]] == [["height"]]


def test_wrong_members_and_wrong_arguments_are_named_at_once(client: httpx.Client) -> None:
    missing = "file_id:3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    body = {
        "stage": "process",
        "command": "hold",
        "args": {"input": missing, "nothing": 1},
        "timeout_s": -1,
        "callback_url": "http://10.0.0.7/",
    }
    answer = client.post("/cli/run", json=body)
    assert answer.status_code == 422
    places = [problem["loc"] for problem in answer.json()["errors"]]
    assert places == [["timeout_s"], ["args", "nothing"], ["args", "input"], ["callback_url"]]


def test_members_that_say_what_is_run_are_needed_to_look_at_arguments(client: httpx.Client) -> None:
    answer = client.post("/cli/run", json={"stage": 1, "command": "hold", "args": {"nothing": 1}})
    assert [problem["loc"] for problem in answer.json()["errors"]] == [["stage"]]


def test_wrong_members_are_named_all_at_once(client: httpx.Client) -> None:
    body = {"stage": 3, "comand": "echo", "mode": "later", "timeout_s": -1, "stdin": {"file": 1}}
    answer = client.post("/cli/run", json=body)
    assert answer.status_code == 422
    places = {item["loc"][0] for item in answer.json()["errors"]}
    assert places == {"stage", "command", "comand", "mode", "timeout_s", "stdin"}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        '{"stage": "process",}',
        '{"stage": NaN}',
        '{"stage": -Infinity}',
        '{"stage": "process", "stage": "acquire"}',
        b'{"stage": "\xff"}',
        r'{"stage": "\ud800"}',
        "\ufeff{}".encode(),
        "{} {}",
    ],
)
def test_what_is_not_json_is_400(client: httpx.Client, body: bytes | str) -> None:
    assert post(client, body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "null",
        '"text"',
        '{"args": ' + "[" * 40 + "]" * 40 + "}",
        "[" * 100_000,
        '{"timeout_s": 1e999}',
        '{"timeout_s": ' + "9" * 5000 + "}",
        '{"timeout_s": ' + "9" * 400 + "}",
        '{"args": [' + "1," * 60_000 + "1]}",
    ],
)
def test_json_that_no_request_needs_is_422(client: httpx.Client, body: str) -> None:
    assert post(client, body).status_code == 422


@pytest.mark.parametrize("place", ["stage", "command", "args", "stdin", "mode", "metadata"])
@pytest.mark.parametrize(
    "value", [10**18, -1, 1e300, "\0", "x" * 10_000, "\u202e", [], {}, None, True, {"": ""}]
)
def test_no_value_of_a_member_is_a_fault(client: httpx.Client, place: str, value: Any) -> None:
    answer = client.post("/cli/run", json=ECHO | {place: value})
    assert answer.status_code in {200, 404, 422}


@pytest.mark.parametrize("value", [10**18, 1e300, "\0", "\u202e", "9" * 5000, [], {}, None, True])
@pytest.mark.parametrize("name", ["text", "bytes_of", "token", "message", "\0", "é" * 100])
def test_no_value_of_an_argument_is_a_fault(client: httpx.Client, name: str, value: Any) -> None:
    answer = client.post("/cli/process/echo", json={name: value})
    assert answer.status_code in {200, 422}


def test_a_body_of_too_many_bytes_is_413(client: httpx.Client) -> None:
    assert post(client, b"{" + b" " * (1 << 20) + b"}").status_code == 413


def test_a_body_without_length_is_counted_as_it_comes(client: httpx.Client) -> None:
    chunks = (b" " * 65536 for _ in range(17))
    answer = client.post("/cli/run", content=chunks, headers=JSON_TYPE)
    assert answer.status_code == 413


def test_a_body_of_100_000_keys_is_refused_at_once(client: httpx.Client) -> None:
    body = json.dumps({f"k{i}": 0 for i in range(80_000)})
    begin = time.perf_counter()
    assert post(client, body).status_code == 422
    # 0.05 s on an idle machine; looking for a name like each of them would take minutes.
    assert time.perf_counter() - begin < 5.0


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_announced_as_json_is_415(client: httpx.Client, media_type: str) -> None:
    assert post(client, json.dumps(ECHO), media_type).status_code == 415


def test_json_with_a_charset_is_json(client: httpx.Client) -> None:
    media_type = "Application/JSON; charset=utf-8"
    assert post(client, json.dumps(ECHO), media_type).status_code == 200


def test_a_compressed_body_is_415(client: httpx.Client) -> None:
    headers = JSON_TYPE | {"Content-Encoding": "gzip"}
    assert client.post("/cli/run", content=b"{}", headers=headers).status_code == 415


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "file_id:*", "file_id:../x", "http://127.0.0.1/", "~/x", "a\\b"]
)
def test_files_outside_the_run_are_refused(client: httpx.Client, name: str) -> None:
    answer = client.post("/cli/process/echo", json={"bytes_of": name})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["bytes_of"]


def test_no_error_tells_of_the_inside(client: httpx.Client) -> None:
    answer = client.post("/cli/process/echo", json={"bytes_of": "job_id:x/y"})
    assert not re.search(r"Traceback|File \"|zyra[./]api", answer.text)
