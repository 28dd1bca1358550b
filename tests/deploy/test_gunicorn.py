"""Two servers under gunicorn are one service, whichever of them is asked."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import yaml
from elsewhere import Elsewhere

from _gunicorn import KEY, GunicornServer, served, wait_until
from source_tree import ROOT

pytestmark = pytest.mark.timeout(200)
Pair = tuple[httpx.Client, httpx.Client]
READY_S = 60.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    with served(tmp_path_factory.mktemp("service"), ZYRA_ALLOW_HOSTS="127.0.0.1") as server:
        yield server


@pytest.fixture(params=["one way", "the other way"])
def pair(service: GunicornServer, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """A client of each server, in both orders."""
    servers = sorted(service.servers(), reverse=request.param == "one way")
    with ExitStack() as stack:
        one, other = [stack.enter_context(client_of(service, server)) for server in servers]
        yield one, other


@contextmanager
def client_of(service: GunicornServer, server: int) -> Iterator[httpx.Client]:
    """A client whose one connection is to that server."""
    one_only = httpx.Limits(max_connections=1)
    with service.client(headers={"X-API-Key": KEY}, limits=one_only) as client:
        others = service.servers() - {server}
        for other in others:
            os.kill(other, signal.SIGSTOP)
        try:
            client.get("/health")  # makes the connection, which is kept
        finally:
            for other in others:
                os.kill(other, signal.SIGCONT)
        yield client


def test_an_upload_to_one_is_there_at_the_other(pair: Pair) -> None:
    one, other = pair
    href = one.put("/upload/a.txt", content=b"shared").json()["href"]
    assert other.get(f"{href}/content").content == b"shared"
    assert other.delete(href).status_code == 204
    assert one.get(href).status_code == 404


def test_a_job_of_one_is_followed_and_canceled_at_the_other(pair: Pair) -> None:
    one, other = pair
    with Elsewhere() as held:
        args = {"input": held.url("/gate"), "output": "never.txt"}
        body = {"stage": "acquire", "command": "http", "args": args, "mode": "async"}
        job_id = one.post("/cli/run", json=body).json()["job_id"]
        with other.stream("GET", f"/jobs/{job_id}/events") as answer:
            frames = (line[5:] for line in answer.iter_lines() if line.startswith("data:"))
            assert json.loads(next(frames))["exit_code"] is None
            held.next_request()
            assert one.delete(f"/jobs/{job_id}").status_code in (200, 202)
            assert json.loads(list(frames)[-1])["status"] == "canceled"
        held.release()
    assert other.get(f"/jobs/{job_id}").json()["status"] == "canceled"


def test_a_result_of_one_is_downloaded_from_the_other(pair: Pair) -> None:
    one, other = pair
    args = {"input": "-", "path": "kept.txt"}
    body = {"stage": "disseminate", "command": "local", "args": args, "stdin": "result"}
    answer = one.post("/cli/run", json=body).json()
    assert answer["status"] == "success", answer
    assert other.get(f"/jobs/{answer['job_id']}/download").content == b"result"
    assert answer["job_id"] in {job["job_id"] for job in other.get("/jobs").json()["jobs"]}


def test_the_readiness_probe_of_kubernetes_succeeds(service: GunicornServer) -> None:
    manifest = yaml.safe_load_all((ROOT / "deploy/kubernetes/api.yaml").read_text())
    deployment = next(one for one in manifest if one["kind"] == "Deployment")
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    _, *script = container["readinessProbe"]["exec"]["command"]
    here = [part.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}") for part in script]

    def probe(key: str) -> "subprocess.CompletedProcess[str]":
        environment = {"ZYRA_HOSTS": "localhost", "ZYRA_API_KEY": key}
        command = [sys.executable, *here]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    wait_until(lambda: probe(KEY).returncode == 0, "the probe succeeds", READY_S)
    assert "401" in probe("wrong").stderr


def test_it_stops_in_order(service: GunicornServer) -> None:
    assert service.stop() == 0
