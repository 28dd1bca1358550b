"""What is shipped to run Zyra elsewhere fits the code: gunicorn, containers, settings."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from redis_server import free_port

from zyra.core.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
# Variables of the server around the service and of the stack around that.
AROUND = {"ZYRA_SITE"}
READY_S = 100


def test_example_settings_are_settings() -> None:
    named = set(re.findall(r"(ZYRA_[A-Z0-9_]+)=", (ROOT / ".env.example").read_text()))
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert named - AROUND <= known


def test_the_dev_container_starts_a_service_of_the_compose_file() -> None:
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    services = compose()["services"]
    assert container["service"] == "zyra"
    assert set(container["runServices"]) == {"zyra", "redis"} <= set(services)
    assert {8000, "redis:6379"} == set(container["forwardPorts"])
    assert os.access(ROOT / container["postStartCommand"], os.X_OK)


@pytest.mark.parametrize(
    ("profile", "services"),
    [("dev", {"redis", "zyra"}), ("prod", {"redis", "api", "worker", "proxy"})],
)
def test_a_profile_starts_its_services(profile: str, services: set[str]) -> None:
    found = compose()["services"]
    assert {name for name, service in found.items() if profile in service["profiles"]} == services


def test_redis_keeps_what_it_has_acknowledged() -> None:
    assert "--appendonly yes" in " ".join(compose()["services"]["redis"]["command"])


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    steps = (ROOT / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", steps, re.MULTILINE)
    kept = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists()
        assert name in kept


def test_the_image_runs_without_root() -> None:
    last_stage = (ROOT / "Dockerfile").read_text().split("FROM ")[-1]
    assert "\nUSER zyra\n" in last_stage


def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.mark.timeout(200)
def test_two_servers_under_gunicorn_are_one_service_and_stop_in_order(tmp_path: Path) -> None:
    with served_by_gunicorn(tmp_path) as (client, process):
        body = {"args": {"input": "-", "path": "-"}, "stage": "disseminate", "command": "local"}
        answers = [client.post("/cli/run", json={**body, "stdin": str(n)}) for n in range(6)]
        assert [answer.json()["stdout"] for answer in answers] == list("012345")
        ids = {answer.json()["job_id"] for answer in answers}
        # A new connection each time, so that both servers are asked.
        for _ in range(4):
            listed = httpx.get(client.base_url.join("/jobs"), trust_env=False).json()["jobs"]
            assert {job["job_id"] for job in listed} == ids
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@contextmanager
def served_by_gunicorn(folder: Path) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]"]]:
    address = f"127.0.0.1:{free_port()}"
    settings = {
        "ZYRA_BIND": address,
        "ZYRA_SERVERS": "2",
        **{f"ZYRA_{name}_DIR": str(folder / name) for name in ("UPLOAD", "RESULTS", "STATE")},
    }
    config = ROOT / "deploy/gunicorn.conf.py"
    command = [sys.executable, "-m", "gunicorn", "--config", str(config), "zyra.api.server:app"]
    environment = {**os.environ, **settings}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            with httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=60) as client:
                wait_until_ready(client)
                yield client, process
        finally:
            with suppress(ProcessLookupError):  # all of its servers, too
                os.killpg(process.pid, signal.SIGKILL)


def wait_until_ready(client: httpx.Client) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        try:
            if client.get("/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"gunicorn is not ready after {READY_S} s")
