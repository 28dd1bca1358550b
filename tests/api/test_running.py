"""Commands run through HTTP."""

import json
import os
import select
import socket
from typing import Any

import httpx
import pytest


def test_a_sync_run_answers_with_everything_the_contract_names(run: Any) -> None:
    answer = run("process", "echo", text="grüße")
    job_id, duration = answer.pop("job_id"), answer.pop("duration_s")
    assert len(job_id) == 36
    assert duration > 0
    assert answer == {
        "status": "success",
        "ok": True,
        "stdout": "grüße",
        "stderr": "",
        "stdout_truncated": False,
        "stderr_truncated": False,
        "exit_code": 0,
        "reason": "exit",
        "message": "",
        "outputs": [],
    }


def test_a_failing_command_is_200_with_its_exit_code(run: Any) -> None:
    answer = run("process", "fail")
    assert (answer["status"], answer["ok"], answer["exit_code"]) == ("error", False, 2)
    assert "no variable 'tmpp'" in answer["stderr"]
    assert "choose tmp" in answer["stderr"]


def test_fail_on_error_turns_a_failed_run_into_422(client: httpx.Client) -> None:
    body = {"stage": "process", "command": "fail"}
    answer = client.post("/cli/run", params={"fail_on_error": "true"}, json=body)
    assert answer.status_code == 422
    assert answer.json()["exit_code"] == 2


def test_the_typed_operation_takes_the_arguments_as_body(client: httpx.Client) -> None:
    answer = client.post("/cli/process/shape-up", json={"width": "24", "height": 2})
    assert answer.json()["stdout"] == "48"


@pytest.mark.parametrize("stage", ["transform", "process"])
def test_stage_aliases_run_the_same_command(client: httpx.Client, stage: str) -> None:
    typed = client.post(f"/cli/{stage}/echo", json={"text": "x"})
    body = {"stage": stage, "command": "echo", "args": {"message": "x"}}
    assert typed.json()["stdout"] == client.post("/cli/run", json=body).json()["stdout"] == "x"


def test_stdin_comes_from_text_upload_or_earlier_output(client: httpx.Client, run: Any) -> None:
    upload = client.put("/upload/a.txt", content=b"uploaded").json()["file_id"]
    job = run("visualize", "save", text="saved")["job_id"]
    sources = ["typed", {"file_id": upload}, {"job_id": job, "file": "main.txt"}]
    told = []
    for source in sources:
        body = {"stage": "process", "command": "echo", "args": {"bytes_of": "-"}, "stdin": source}
        told.append(client.post("/cli/run", json=body).json()["stdout"])
    assert told == ["typed", "uploaded", "saved"]


def test_v1_links_stay_under_v1(client: httpx.Client) -> None:
    body = {"stage": "visualize", "command": "save", "args": {"text": "x"}}
    answer = client.post("/v1/cli/run", json=body).json()
    assert answer["outputs"][0]["href"].startswith("/v1/jobs/")
    assert client.get(answer["outputs"][0]["href"]).content == b"x"


def test_secrets_are_masked_in_the_record(client: httpx.Client, run: Any) -> None:
    job_id = run("process", "echo", text="x", token="very-secret")["job_id"]
    record = client.get(f"/jobs/{job_id}")
    assert "very-secret" not in record.text
    assert record.json()["args"]["text"] == "x"


def test_the_record_has_links_that_answer(client: httpx.Client, run: Any) -> None:
    job_id = run("visualize", "save", text="x")["job_id"]
    record = client.get(f"/jobs/{job_id}").json()
    assert (record["status"], record["done"], record["ok"]) == ("succeeded", True, True)
    assert record["output_file"] == "main.txt"
    links = record["links"]
    assert links.pop("websocket") == f"/ws/jobs/{job_id}"
    assert set(links) == {"self", "manifest", "stdout", "stderr", "events", "download", "zip"}
    assert {client.get(link).status_code for link in links.values()} == {200}


def test_metadata_is_echoed_and_bounded(client: httpx.Client) -> None:
    body: dict[str, Any] = {"stage": "process", "command": "echo", "metadata": {"case": 7}}
    job_id = client.post("/cli/run", json=body).json()["job_id"]
    assert client.get(f"/jobs/{job_id}").json()["metadata"] == {"case": 7}
    body["metadata"] = {"case": "x" * 5000}
    assert client.post("/cli/run", json=body).status_code == 422


def test_a_run_past_its_time_ends_with_reason_timeout(client: httpx.Client, server: Any) -> None:
    pipe = server.folder / "shared" / "endless"
    os.mkfifo(pipe)
    body = {"stage": "process", "command": "hold", "args": {"input": str(pipe)}, "timeout_s": 0.2}
    answer = client.post("/cli/run", json=body).json()
    assert (answer["status"], answer["reason"]) == ("error", "timeout")


def test_a_caller_that_leaves_ends_the_command_it_asked_to_end(server: Any) -> None:
    pipe = server.folder / "shared" / "held"
    os.mkfifo(pipe)
    body = json.dumps(
        {
            "stage": "process",
            "command": "hold",
            "args": {"input": str(pipe)},
            "cancel_on_disconnect": True,
        }
    ).encode()
    head = f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with socket.create_connection(("127.0.0.1", server.port)) as caller:
        caller.sendall(f"POST /cli/run HTTP/1.1\r\n{head}\r\n\r\n".encode() + body)
        writing = os.open(pipe, os.O_WRONLY)  # returns when the command has opened it
    command_gone = select.poll()
    command_gone.register(writing, 0)
    assert command_gone.poll(20_000) == [(writing, select.POLLERR)]
    os.close(writing)
