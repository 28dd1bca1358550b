"""A server that is to end lets runs finish; what does not finish in time is handed over."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis_server import RedisServer
from serving import Server, served, working

LONG = {"ZYRA_STOP_GRACE_S": "600", "ZYRA_CONCURRENCY": "1"}
SHORT = {"ZYRA_STOP_GRACE_S": "0.2", "ZYRA_CONCURRENCY": "1"}


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """What a held command reads until somebody ends it."""
    (tmp_path / "shared").mkdir()
    path = tmp_path / "shared" / "pipe"
    os.mkfifo(path)
    return path


def held(pipe: Path, **more: Any) -> dict[str, Any]:
    return {"stage": "process", "command": "hold", "args": {"input": str(pipe)}, **more}


def let_finish(pipe: Path) -> None:
    """End the input of the held command; it is open on the other side when this returns."""
    os.close(os.open(pipe, os.O_WRONLY))


def begun(client: httpx.Client, job_id: str) -> None:
    """Return when the command has said that it begins."""
    with client.stream("GET", f"/jobs/{job_id}/events") as story:
        assert any("begun" in line for line in story.iter_lines())


def ask_to_end(server: Server) -> None:
    """Send SIGTERM; return when nobody is let in any more."""
    os.kill(server.pid, signal.SIGTERM)
    with suppress(ConnectionError):  # refused, or reset while the server closes its socket
        while True:
            socket.create_connection(("127.0.0.1", server.port)).close()


def in_background(work: Callable[[], Any]) -> Callable[[], Any]:
    """Start `work` in a thread; call what this returns for its result."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()

    def result() -> Any:
        thread.join(60)
        return found[0]

    return result


def record_after_restart(folder: Path, job_id: str) -> dict[str, Any]:
    with served(folder) as server, server.client() as client:
        return dict(client.get(f"/jobs/{job_id}?wait=60").json())


def test_a_running_job_may_finish(tmp_path: Path, pipe: Path) -> None:
    with served(tmp_path, **LONG) as server, server.client() as client:
        job_id = client.post("/cli/run", json=held(pipe, mode="async")).json()["job_id"]
        waiting = client.post("/cli/run", json=held(pipe, mode="async")).json()["job_id"]
        begun(client, job_id)
        ask_to_end(server)
        let_finish(pipe)
    with served(tmp_path, **SHORT) as server, server.client() as client:
        assert client.get(f"/jobs/{job_id}").json()["status"] == "succeeded"
        # What was queued was not begun while the server was ending; now it is.
        let_finish(pipe)
        assert client.get(f"/jobs/{waiting}?wait=60").json()["attempts"] == 1


def test_a_waiting_caller_gets_the_result_of_a_run_that_finishes(
    tmp_path: Path, pipe: Path
) -> None:
    with served(tmp_path, **LONG) as server, server.client() as client:
        answer = in_background(lambda: client.post("/cli/run", json=held(pipe)))
        with server.client() as other:
            begun(other, _only_job(other))
        ask_to_end(server)
        let_finish(pipe)
        assert answer().json()["ok"] is True


def test_a_waiting_caller_gets_the_job_of_a_run_that_does_not_finish(
    tmp_path: Path, pipe: Path
) -> None:
    with served(tmp_path, **SHORT) as server, server.client() as client:
        answer = in_background(lambda: client.post("/cli/run", json=held(pipe)))
        with server.client() as other:
            begun(other, _only_job(other))
        ask_to_end(server)
        accepted = answer()
    assert accepted.status_code == 202
    record = record_after_restart(tmp_path, accepted.json()["job_id"])
    assert (record["status"], record["reason"]) == ("failed", "lost")
    assert record["message"] == "the service was stopped"


def test_a_job_with_retries_is_handed_over_to_who_comes_next(tmp_path: Path, pipe: Path) -> None:
    with served(tmp_path, **SHORT) as server, server.client() as client:
        body = held(pipe, mode="async", retries=1)
        job_id = client.post("/cli/run", json=body).json()["job_id"]
        begun(client, job_id)
    with served(tmp_path) as server, server.client() as client:
        let_finish(pipe)
        record = client.get(f"/jobs/{job_id}?wait=60").json()
    assert (record["status"], record["attempts"]) == ("succeeded", 2)


def test_a_second_signal_ends_the_grace(tmp_path: Path, pipe: Path) -> None:
    with served(tmp_path, **LONG) as server, server.client() as client:
        job_id = client.post("/cli/run", json=held(pipe, mode="async")).json()["job_id"]
        begun(client, job_id)
        ask_to_end(server)
        # Leaving the block sends the second one, and waits less than the grace.
    assert record_after_restart(tmp_path, job_id)["reason"] == "lost"


def test_a_worker_hands_over_to_another_one(tmp_path: Path, pipe: Path) -> None:
    (tmp_path / "redis").mkdir()
    with RedisServer(tmp_path / "redis") as redis:
        settings = {"ZYRA_REDIS_URL": redis.url, **SHORT}
        with served(tmp_path, **settings) as server, server.client() as client:
            body = held(pipe, mode="async", retries=1)
            with working(tmp_path, **settings):
                job_id = client.post("/cli/run", json=body).json()["job_id"]
                begun(client, job_id)
            with working(tmp_path, **settings):
                let_finish(pipe)
                record = client.get(f"/jobs/{job_id}?wait=60").json()
    assert (record["status"], record["attempts"]) == ("succeeded", 2)


def test_a_run_of_a_worker_goes_on_when_the_server_ends(tmp_path: Path, pipe: Path) -> None:
    (tmp_path / "redis").mkdir()
    with RedisServer(tmp_path / "redis") as redis:
        settings = {"ZYRA_REDIS_URL": redis.url, **SHORT}
        with served(tmp_path, **settings) as server, working(tmp_path, **settings):
            with server.client() as client:
                answer = in_background(lambda: client.post("/cli/run", json=held(pipe)))
                with server.client() as other:
                    begun(other, _only_job(other))
                ask_to_end(server)
                accepted = answer()
            with served(tmp_path, **settings) as another, another.client() as client:
                let_finish(pipe)
                record = client.get(f"/jobs/{accepted.json()['job_id']}?wait=60").json()
    assert accepted.status_code == 202
    assert (record["status"], record["attempts"]) == ("succeeded", 1)


def _only_job(client: httpx.Client) -> str:
    """The id of the one job, as soon as there is one."""
    while not (jobs := client.get("/jobs").json()["jobs"]):
        continue
    return str(jobs[0]["job_id"])
