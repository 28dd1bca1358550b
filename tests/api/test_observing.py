"""What the service tells of itself: metrics, log lines, traces."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from otlp_collector import GotSpan, OtlpCollector
from prometheus_client.parser import text_string_to_metric_families
from redis_server import RedisServer
from serving import Server, served, working
from websockets.sync.client import connect

from zyra.api.application import create_app
from zyra.telemetry.metric import METRICS

ECHO = {"stage": "process", "command": "echo", "args": {"text": "hi"}}
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
TRACED = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("observed")) as server:
        yield server


@pytest.fixture
def asking(observed: Server) -> Iterator[httpx.Client]:
    with observed.client() as client:
        yield client


def samples(client: httpx.Client, **headers: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Every sample of /metrics by its name."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def value(client: httpx.Client, name: str, **labels: str) -> float:
    """One sample; 0 where there is none yet."""
    rows = samples(client).get(name, [])
    return sum(value for own, value in rows if labels.items() <= own.items())


def test_runs_and_requests_are_counted(asking: httpx.Client) -> None:
    run = {"stage": "process", "command": "echo", "outcome": "success"}
    request = {"route": "/cli/run", "method": "POST", "status": "200"}
    runs, requests = (
        value(asking, "zyra_runs_total", **run),
        value(asking, "zyra_http_requests_total", **request),
    )
    for _ in range(3):
        asking.post("/cli/run", json=ECHO)
    assert value(asking, "zyra_http_requests_total", **request) == requests + 3
    assert value(asking, "zyra_runs_total", **run) == runs + 3
    assert value(asking, "zyra_run_duration_seconds_count", command="echo") >= 3
    assert value(asking, "zyra_run_wait_seconds_count", mode="sync") >= 3


def test_a_command_that_fails_is_another_outcome(asking: httpx.Client) -> None:
    before = value(asking, "zyra_runs_total", command="fail", outcome="error")
    asking.post("/cli/process/fail", json={})
    assert value(asking, "zyra_runs_total", command="fail", outcome="error") == before + 1


def test_what_is_so_now_is_told(asking: httpx.Client) -> None:
    told = samples(asking)
    assert told["zyra_sandbox_level"][0][1] == 1
    assert told["zyra_processes"] == [({"role": "server"}, 1.0)]
    assert told["zyra_store_up"] == [({}, 1.0)]
    assert {labels["status"] for labels, _ in told["zyra_jobs"]} == {"queued", "running"}
    assert {labels["folder"] for labels, _ in told["zyra_disk_free_bytes"]} == {
        "uploads",
        "results",
        "state",
    }


def test_a_client_that_follows_is_counted_while_it_does(
    observed: Server, asking: httpx.Client
) -> None:
    pipe = observed.folder / "shared" / "followed"
    os.mkfifo(pipe)
    body = {"stage": "process", "command": "hold", "args": {"input": str(pipe)}, "mode": "async"}
    job_id = asking.post("/cli/run", json=body).json()["job_id"]
    before = value(asking, "zyra_stream_clients", transport="websocket")
    with connect(f"ws://127.0.0.1:{observed.port}/ws/jobs/{job_id}") as socket:
        socket.recv()
        assert value(asking, "zyra_stream_clients", transport="websocket") == before + 1
        asking.delete(f"/jobs/{job_id}")
        for _ in socket:
            continue
    assert value(asking, "zyra_runs_total", command="hold", outcome="canceled") == 1


def test_no_request_makes_a_value_of_a_label(asking: httpx.Client) -> None:
    for number in range(20):
        asking.get(f"/made-up-{number}")
        asking.get(f"/jobs/made-up-{number}")
        asking.request(f"MADEUP{number}", "/cli/run")
        asking.post("/cli/run", json={"stage": f"made-up-{number}", "command": "x"})
        asking.post(f"/cli/made-up/x{number}", json={})
    rows = [row for name, rows in samples(asking).items() if "http" in name for row in rows]
    routes = {labels["route"] for labels, _ in rows if "route" in labels}
    known = {route.path for route in _routes(create_app())}
    assert routes <= known | {"unknown"}
    assert not any("made" in text.lower() for labels, _ in rows for text in labels.values())
    assert {labels["method"] for labels, _ in rows if "method" in labels} <= {
        "GET", "HEAD", "POST", "PUT", "DELETE", "WEBSOCKET", "unknown"
    }  # fmt: skip


def _routes(app: Any) -> Iterator[Any]:
    """Every route, also those of routers within."""
    for route in app.routes:
        if hasattr(route, "path") and hasattr(route, "endpoint"):
            yield route
        yield from _routes(route.original_router if hasattr(route, "original_router") else _None())


class _None:
    routes: tuple[Any, ...] = ()


def test_every_metric_of_the_service_is_in_the_answer(asking: httpx.Client) -> None:
    described = {
        family.name for family in text_string_to_metric_families(asking.get("/metrics").text)
    }
    assert described == METRICS.keys()


def test_servers_that_share_a_folder_tell_the_counts_of_all(tmp_path: Path) -> None:
    with served(tmp_path) as one, one.client() as client:
        client.post("/cli/run", json=ECHO)
        with served(tmp_path) as other, other.client() as second:
            second.post("/cli/run", json=ECHO)
        # The other has told its last counts when it ended.
        assert value(client, "zyra_runs_total", outcome="success") == 2
        assert value(client, "zyra_http_requests_total", route="/cli/run") == 2
        assert value(client, "zyra_processes", role="server") == 1


def test_metrics_want_a_key_where_there_is_one(tmp_path: Path) -> None:
    settings = {"ZYRA_API_KEY": "right-key", "ZYRA_RATE_LIMIT": "1/hour"}
    with served(tmp_path, **settings) as server, server.client() as client:
        assert client.get("/metrics").status_code == 401
        key = {"X-API-Key": "right-key"}
        for _ in range(3):
            client.post("/cli/run", json=ECHO, headers=key)
        told = samples(client, **key)
        assert ({"kind": "runs"}, 2.0) in told["zyra_limit_refusals_total"]


def test_a_run_can_be_followed_through_the_log_by_its_request_id(tmp_path: Path) -> None:
    secret = ECHO | {"args": {"text": "x", "token": "s3cret!"}}
    headers = {"X-API-Key": "right-key", "X-Request-ID": "r-1"}
    settings = {"ZYRA_LOG_FORMAT": "json", "ZYRA_API_KEY": "right-key"}
    with served(tmp_path, **settings) as server, server.client(headers=headers) as client:
        answer = client.post("/cli/run", json=secret)
        record = client.get(f"/jobs/{answer.json()['job_id']}").json()
    assert answer.headers["X-Request-ID"] == "r-1"
    assert record["request_id"] == "r-1"
    text = (tmp_path / "server.log").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    access, job = (
        next(line for line in lines if line["logger"] == name and line.get("job_id"))
        for name in ("zyra.access", "zyra.jobs.watching")
    )
    assert access["request_id"] == job["request_id"] == "r-1"
    assert access["job_id"] == job["job_id"] == record["job_id"]
    assert (access["status"], access["route"], access["command"]) == (
        200,
        "/cli/run",
        "process echo",
    )
    assert (job["status"], job["exit_code"], job["caller"]) == ("succeeded", 0, "key:static")
    assert access["duration_ms"] > 0
    assert "right-key" not in text
    assert "s3cret!" not in text


def test_a_trace_runs_from_the_request_into_the_process(tmp_path: Path) -> None:
    with OtlpCollector() as collector:
        settings = {"ZYRA_OTLP_ENDPOINT": collector.endpoint, "ZYRA_OTLP_HEADERS": "x-team=zyra"}
        with served(tmp_path, **settings) as server, server.client(headers=TRACED) as client:
            job_id = client.post("/cli/run", json=ECHO).json()["job_id"]
        # It has sent everything when it ended.
        check_story(collector, job_id)
    assert {span.service for span in collector.spans} == {"zyra-server"}
    assert collector.headers[0]["content-type"] == "application/x-protobuf"
    assert collector.headers[0]["x-team"] == "zyra"


def test_a_trace_runs_through_the_queue_to_a_worker(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    with OtlpCollector() as collector, RedisServer(tmp_path / "redis") as redis:
        settings = {"ZYRA_OTLP_ENDPOINT": collector.endpoint, "ZYRA_REDIS_URL": redis.url}
        with served(tmp_path, **settings) as server, server.client(headers=TRACED) as client:
            with working(tmp_path, **settings):
                job_id = client.post("/cli/run", json=ECHO).json()["job_id"]
            runs = value(client, "zyra_runs_total", command="echo", outcome="success")
        check_story(collector, job_id)
    assert runs == 1  # the worker has counted it, the server tells it
    assert collector.one("POST /cli/run").service == "zyra-server"
    assert collector.one("process echo").service == "zyra-worker"


def check_story(collector: OtlpCollector, job_id: str) -> None:
    """One trace: request, job below it, its wait and its run, the process within the run."""
    request, job = collector.one("POST /cli/run"), collector.one("process echo")
    queued, run, child = (collector.one(name) for name in ("queued", "run", "child"))
    assert {span.trace_id for span in (request, job, queued, run, child)} == {TRACE}
    assert request.parent_id == PARENT
    assert job.parent_id == request.span_id
    assert queued.parent_id == run.parent_id == job.span_id
    assert child.parent_id == run.span_id
    assert request.attributes["http.response.status_code"] == 200
    assert job.attributes["zyra.job_id"] == job_id
    assert child.attributes["process.exit.code"] == 0
    assert _within(queued, job)
    assert _within(run, job)


def _within(inner: GotSpan, outer: GotSpan) -> bool:
    return outer.begin_ns <= inner.begin_ns <= inner.end_ns <= outer.end_ns


def test_without_an_endpoint_nothing_that_exports_is_loaded() -> None:
    program = "import sys, zyra.api.server, zyra.cli.worker; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "opentelemetry.sdk" not in done.stdout  # FastAPI loads its small API
    assert "prometheus_client" not in done.stdout
