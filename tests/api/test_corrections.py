"""Common mistakes are refused with the request to copy, and that one is taken."""

import json
from typing import Any

import httpx
import pytest


def suggested(answer: httpx.Response, where: str) -> dict[str, Any]:
    """The request in the detail of a refusal."""
    assert answer.status_code in {404, 422}, answer.text
    text = answer.json()["detail"].split(f"try {where} ", 1)[1]
    found, _ = json.JSONDecoder().raw_decode(text)
    return dict(found)


def run(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post("/cli/run", json={"stage": "process", "command": "shape-up", **body})


@pytest.mark.parametrize(
    "body",
    [
        {"args": {"--width": 3, "--height": 4}},
        {"args": {"Width": 3, "height": "4"}},
        {"args": {"widht": 3, "heigth": 4}},
        {"args": ["--width", "3", "--height=4"]},
        {"args": "--width 3 --height 4"},
        {"arguments": {"width": 3, "height": 4}},
        {"args": {"width": 3, "height": 4}, "mode": "Sync"},
        {"args": {"width": 3, "height": 4}, "mode": "synchronous"},
        {"args": {"width": 3, "height": 4}, "command": "shape_up"},
        {"args": {"width": 3, "height": 4}, "command": "process shape-up"},
        {"args": {"width": 3, "height": 4}, "command": "zyra process shape-up"},
        {"args": {"width": 3, "height": 4}, "stage": "Process"},
        {"args": {"width": 3, "height": 4}, "Timeout": 30},
    ],
)
def test_what_is_suggested_is_taken(client: httpx.Client, body: dict[str, Any]) -> None:
    meant = suggested(run(client, **body), "POST /cli/run")
    answer = client.post("/cli/run", json=meant)
    assert answer.status_code == 200, answer.text
    assert answer.json()["stdout"] == "12"


def test_an_async_run_is_suggested_where_one_was_meant(client: httpx.Client) -> None:
    answer = run(client, args={"width": 3, "height": 4}, mode="Async")
    assert suggested(answer, "POST /cli/run")["mode"] == "async"


def test_the_path_of_a_command_has_its_own_suggestion(client: httpx.Client) -> None:
    answer = client.post("/v1/cli/process/shape-up", json={"--width": 3, "heigth": 4})
    meant = suggested(answer, "POST /v1/cli/process/shape-up")
    assert client.post("/cli/process/shape-up", json=meant).json()["stdout"] == "12"


def test_a_local_path_is_to_be_uploaded(client: httpx.Client) -> None:
    answer = client.post("/cli/process/echo", json={"bytes_of": "/data-of-mine/x.grib2"})
    assert suggested(answer, "POST /cli/process/echo") == {"bytes_of": "file_id:ID"}
    assert "POST /upload" in answer.json()["detail"]


def test_the_bare_id_of_an_upload_gets_its_prefix(client: httpx.Client) -> None:
    file_id = client.post("/upload", files={"file": b"hello"}).json()["file_id"]
    answer = client.post("/cli/process/echo", json={"bytes-of": file_id})
    meant = suggested(answer, "POST /cli/process/echo")
    assert "bytes_of" in meant


def test_no_secret_is_suggested(client: httpx.Client) -> None:
    answer = client.post("/cli/process/echo", json={"--token": "s3cret!", "text": "x"})
    assert suggested(answer, "POST /cli/process/echo") == {"token": "***", "text": "x"}
    detail = answer.json()["detail"]
    assert "s3cret!" not in detail


@pytest.mark.parametrize(
    "args", [{"width": -1, "height": 4}, {}, ["stray", "--width", "3", "--height", "4"], "'", 7]
)
def test_nothing_is_suggested_that_would_be_refused(client: httpx.Client, args: Any) -> None:
    assert "try POST" not in run(client, args=args).json()["detail"]


def test_get_where_post_is_meant_shows_a_request(client: httpx.Client) -> None:
    detail = client.get("/cli/run").json()["detail"]
    assert "use POST" in detail
    assert "Content-Type: application/json" in detail
    body, _ = json.JSONDecoder().raw_decode(detail[detail.index("{") :])
    assert body.keys() == {"stage", "command", "args"}


@pytest.mark.parametrize("path", ["/cli/runs", "/cli/run/", "/api/cli/run", "/CLI/run"])
def test_a_path_that_is_none_is_told_the_closest(client: httpx.Client, path: str) -> None:
    answer = client.post(path, json={})
    assert answer.status_code in {404, 405}
    assert "did you mean /cli/run?" in answer.json()["detail"]


def test_a_body_without_its_type_is_told_how_to_announce_it(client: httpx.Client) -> None:
    # What `curl -d` sends of itself.
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/cli/run", content='{"stage": "process"}', headers=form)
    assert answer.status_code == 415
    assert "curl -H 'Content-Type: application/json'" in answer.json()["detail"]


def test_python_instead_of_json_is_told_about_its_quotes(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/cli/run", content="{'stage': 'process'}", headers=headers)
    assert answer.status_code == 400
    assert "double quotes" in answer.json()["detail"]
