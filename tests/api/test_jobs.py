"""Asynchronous jobs over HTTP: accepted, listed, waited for, canceled, followed live."""

import hashlib
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import pytest
from serving import Server, served
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

Submit = Callable[..., httpx.Response]
PING = 0x9  # opcode of RFC 6455, section 5.5.2


@pytest.fixture
def submit(client: httpx.Client) -> Submit:
    """Submit a command of stage process without waiting for it."""

    def submit_command(command: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
        whole = {"stage": "process", "command": command, "mode": "async", **body}
        return client.post("/cli/run", json=whole, headers=headers)

    return submit_command


@pytest.fixture
def pipe(server: Server) -> Iterator[Path]:
    """A pipe that `hold` reads until `release`; released for whoever still reads it."""
    path = server.folder / "shared" / f"pipe-{os.urandom(4).hex()}"
    os.mkfifo(path)
    yield path
    path.unlink()


def release(pipe: Path) -> None:
    """Let `hold` go on: open the pipe for writing and close it."""
    os.close(os.open(pipe, os.O_WRONLY))


def follow(server: Server, job_id: str, query: str = "") -> ClientConnection:
    return connect(f"ws://127.0.0.1:{server.port}/ws/jobs/{job_id}{query}", proxy=None)


def frames(socket: ClientConnection) -> list[dict[str, Any]]:
    return [json.loads(text) for text in socket]


def frames_until_closed(socket: ClientConnection) -> None:
    while True:
        socket.recv()


def test_an_async_run_is_accepted_with_its_place_and_ends(client, submit):
    answer = submit("echo", args={"text": "hi"})
    body = answer.json()
    assert (answer.status_code, body["status"], body["exit_code"]) == (202, "accepted", None)
    assert answer.headers["Location"] == body["links"]["self"]
    record = client.get(body["links"]["self"], params={"wait": 30}).json()
    assert (record["status"], record["stdout"], record["exit_code"]) == ("succeeded", "hi", 0)
    assert record["mode"] == "async"


def test_prefer_respond_async_does_not_wait_on_typed_paths_either(client):
    answer = client.post("/cli/process/echo", json={}, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "respond-async"


def test_prefer_wait_turns_a_slow_sync_run_into_an_accepted_job(client, submit, pipe):
    answer = submit("hold", {"Prefer": "wait=0"}, mode="sync", args={"input": str(pipe)})
    assert answer.status_code == 202
    release(pipe)
    record = client.get(answer.headers["Location"], params={"wait": 30}).json()
    assert (record["status"], record["mode"]) == ("succeeded", "sync")


def test_an_idempotency_key_in_header_or_body_names_one_job(submit):
    key = os.urandom(8).hex()
    first = submit("echo", {"Idempotency-Key": key}, args={"text": "a"}).json()["job_id"]
    again = submit("echo", idempotency_key=key, args={"text": "a"})
    other = submit("echo", {"Idempotency-Key": key}, args={"text": "b"})
    assert again.json()["job_id"] == first
    assert other.status_code == 409
    assert submit("echo", {"Idempotency-Key": key}, idempotency_key="x").status_code == 422
    assert submit("echo", {"Idempotency-Key": ""}).status_code == 422


def test_a_running_job_is_canceled_and_cannot_be_canceled_twice(client, server, submit, pipe):
    job_id = submit("hold", args={"input": str(pipe)}).json()["job_id"]
    with follow(server, job_id) as socket:
        while "begun" not in json.loads(socket.recv())["stdout"]:
            continue
        record = client.delete(f"/jobs/{job_id}").json()
        assert (record["status"], record["reason"]) == ("canceled", "canceled")
        assert frames(socket)[-1]["status"] == "canceled"
    assert client.delete(f"/jobs/{job_id}").status_code == 409


def test_outputs_are_there_while_the_job_still_runs(client, server, submit, pipe):
    job_id = submit("hold", args={"input": str(pipe)}).json()["job_id"]
    with follow(server, job_id) as socket:
        while "begun" not in json.loads(socket.recv())["stdout"]:
            continue
    (output,) = client.get(f"/jobs/{job_id}").json()["outputs"]
    assert (output["name"], output["size"], output["sha256"]) == ("first.txt", 5, None)
    assert client.get(output["href"]).content == b"first"
    release(pipe)
    (output,) = client.get(f"/jobs/{job_id}", params={"wait": 30}).json()["outputs"]
    assert output["sha256"] == hashlib.sha256(b"first").hexdigest()


def test_a_purged_job_is_gone(client, submit):
    job_id = submit("echo").json()["job_id"]
    client.get(f"/jobs/{job_id}", params={"wait": 30})
    assert client.delete(f"/jobs/{job_id}", params={"purge": "true"}).status_code == 204
    assert client.get(f"/jobs/{job_id}").status_code == 404


def test_jobs_are_listed_newest_first_page_by_page(client, submit):
    made = [submit("echo", args={"text": str(n)}).json()["job_id"] for n in range(3)]
    for job_id in made:
        client.get(f"/jobs/{job_id}", params={"wait": 30})
    first = client.get("/jobs", params={"limit": 2, "stage": "transform"}).json()
    second = client.get("/jobs", params={"limit": 1, "cursor": first["next"]}).json()
    listed = [record["job_id"] for record in [*first["jobs"], *second["jobs"]]]
    assert listed == list(reversed(made))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("status", "done"), ("limit", "0"), ("cursor", "x"), ("since", "tuesday"), ("stat", "queued")],
)
def test_wrong_filters_are_refused(client, parameter, value):
    assert client.get("/jobs", params={parameter: value}).status_code == 422


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("since", "0001-01-01T00:00:00+14:00"),
        ("until", "0001-01-01T00:00:00+14:00"),
        ("since", "9999-12-31T23:59:59-14:00"),
        ("until", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_moments_beyond_the_calendar_are_no_fault(client, name, moment):
    assert client.get("/jobs", params={name: moment}).status_code == 200


def test_filters_of_time_and_status_select(client, submit):
    job_id = submit("fail").json()["job_id"]
    record = client.get(f"/jobs/{job_id}", params={"wait": 30}).json()
    made = record["created_at"]
    listed = client.get("/jobs", params={"status": "failed", "since": made}).json()["jobs"]
    assert [r["job_id"] for r in listed] == [job_id]
    assert client.get("/jobs", params={"since": made, "until": made}).json()["jobs"] == []


def test_a_websocket_gets_every_frame_then_1000(server, submit):
    job_id = submit("count", args={"lines": 2000}).json()["job_id"]
    with follow(server, job_id) as socket:
        story = frames(socket)
        assert socket.protocol.close_rcvd.code == 1000
    assert [frame["seq"] for frame in story] == list(range(1, len(story) + 1))
    assert "".join(frame["stdout"] for frame in story) == "".join(
        f"line {n}\n" for n in range(2000)
    )
    assert set(story[0]) == {
        "seq", "time", "stdout", "stderr", "exit_code", "progress", "status", "message",
    }  # fmt: skip
    assert [frame["exit_code"] for frame in story] == [None] * (len(story) - 1) + [0]


def test_after_gives_only_what_is_lacking(server, submit):
    job_id = submit("count").json()["job_id"]
    with follow(server, job_id) as socket:
        whole = frames(socket)
    with follow(server, job_id, "?after=2") as socket:
        assert frames(socket) == whole[2:]


def test_a_filtered_stream_holds_no_other_stream(server, submit):
    job_id = submit("fail").json()["job_id"]
    with follow(server, job_id, "?stream=stdout") as socket:
        story = frames(socket)
    assert {frame["stderr"] for frame in story} == {""}
    assert (story[-1]["status"], story[-1]["exit_code"]) == ("failed", 2)
    with follow(server, job_id, "?stream=stderr") as socket:
        assert "no variable 'tmpp'" in "".join(frame["stderr"] for frame in frames(socket))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("00000000-0000-0000-0000-000000000000", 4404),
        ("nonsense", 4404),
        ("{job}?after=-1", 4400),
        ("{job}?stream=stdin", 4400),
    ],
)
def test_wrong_websockets_are_closed_with_a_code_and_a_reason(server, submit, path, code):
    job_id = submit("echo").json()["job_id"]
    with (
        follow(server, path.replace("{job}", job_id)) as socket,
        pytest.raises(ConnectionClosed) as caught,
    ):
        socket.recv()
    assert caught.value.rcvd.code == code
    assert caught.value.rcvd.reason


def test_events_carry_the_same_frames_and_resume(client, server, submit):
    job_id = submit("count", args={"lines": 50}).json()["job_id"]
    with follow(server, job_id) as socket:
        story = frames(socket)
    whole = client.get(f"/jobs/{job_id}/events")
    assert whole.headers["content-type"].startswith("text/event-stream")
    assert events(whole.text) == [(frame["seq"], frame) for frame in story]
    rest = client.get(f"/jobs/{job_id}/events", headers={"Last-Event-ID": "2"})
    assert events(rest.text) == [(frame["seq"], frame) for frame in story[2:]]
    last = str(story[-1]["seq"])
    for done in ({"headers": {"Last-Event-ID": last}}, {"params": {"after": last}}):
        assert client.get(f"/jobs/{job_id}/events", **done).status_code == 204


def events(text: str) -> list[tuple[int, dict[str, Any]]]:
    found = []
    for event in text.strip().split("\n\n"):
        number, data = event.split("\n")
        found.append((int(number.removeprefix("id: ")), json.loads(data.removeprefix("data: "))))
    return found


def test_a_stalled_client_delays_nobody(server, submit, client):
    job_id = submit("count", args={"lines": 200_000}).json()["job_id"]
    with follow(server, job_id) as stalled:
        with follow(server, job_id) as reader:
            story = frames(reader)
        assert story[-1]["status"] == "succeeded"
        assert len("".join(frame["stdout"] for frame in story).splitlines()) == 200_000
        assert "".join(f["stdout"] for f in frames(stalled)).endswith("line 199999\n")


def test_streams_end_and_clients_are_told_to_come_back_when_the_server_stops(tmp_path):
    with served(tmp_path) as server, server.client() as client:
        pipe = server.folder / "shared" / "pipe"
        os.mkfifo(pipe)
        body = {
            "stage": "process",
            "command": "hold",
            "args": {"input": str(pipe)},
            "mode": "async",
        }
        job_id = client.post("/cli/run", json=body).json()["job_id"]
        with (
            follow(server, job_id) as socket,
            client.stream("GET", f"/jobs/{job_id}/events") as sse,
        ):
            while "begun" not in json.loads(socket.recv())["stdout"]:
                continue
            os.kill(server.pid, 15)
            sse.read()
            with pytest.raises(ConnectionClosed):
                frames_until_closed(socket)
            assert socket.protocol.close_rcvd.code == 1012


def test_a_job_that_was_running_when_its_server_was_killed_is_lost_after_the_restart(tmp_path):
    with served(tmp_path) as first, first.client() as client:
        pipe = first.folder / "shared" / "pipe"
        os.mkfifo(pipe)
        body = {
            "stage": "process",
            "command": "hold",
            "args": {"input": str(pipe)},
            "mode": "async",
        }
        running = client.post("/cli/run", json=body).json()["job_id"]
        with follow(first, running) as socket:
            while "begun" not in json.loads(socket.recv())["stdout"]:
                continue
        os.kill(first.pid, 9)
    with served(tmp_path) as second, second.client() as client:
        record = client.get(f"/jobs/{running}", params={"wait": 30}).json()
        assert (record["status"], record["reason"], record["exit_code"]) == ("failed", "lost", None)
        with follow(second, running) as socket:
            story = frames(socket)
        assert (story[-1]["status"], story[-1]["seq"]) == ("failed", len(story))


def test_a_quiet_stream_beats_so_that_nothing_between_takes_it_for_dead(server, submit, pipe):
    job_id = submit("hold", args={"input": str(pipe)}).json()["job_id"]
    key = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    head = f"Host: 127.0.0.1\r\n{key}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as quiet,
        server.client() as client,
        client.stream("GET", f"/jobs/{job_id}/events") as events,
    ):
        quiet.sendall(f"GET /ws/jobs/{job_id} HTTP/1.1\r\n{head}".encode())
        assert any(line == ": still here" for line in events.iter_lines())
        with quiet.makefile("rb") as received:
            while received.readline() != b"\r\n":
                continue
            assert PING in frame_kinds(received)
    release(pipe)


def frame_kinds(received: BinaryIO) -> Iterator[int]:
    """Opcode of each frame that a server sends (RFC 6455, section 5.2)."""
    while True:
        first, length = received.read(2)
        if length == 126:
            length = int.from_bytes(received.read(2), "big")
        received.read(length)
        yield first & 0x0F
