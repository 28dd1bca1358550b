"""The stacks and the dev container: right by their schemas, and of one mind."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

from _gunicorn import is_served, wait_until
from _held_port import HOST, held_port
from source_tree import ROOT
from zyra.core.settings import PREFIX, Settings

# Variables of the server around the service and of the stack around that.
AROUND = {"ZYRA_SITE"}
READY_S = 100
DOCKERFILE = ROOT / "Dockerfile"


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dev_container() -> Any:
    return json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())


def test_example_settings_are_settings() -> None:
    named = set(re.findall(r"(ZYRA_[A-Z0-9_]+)=", (ROOT / ".env.example").read_text()))
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert named - AROUND <= known


def test_the_compose_file_is_right_by_its_schema(compose: Any) -> None:
    jsonschema.validate(compose, get_builtin_schema("vendor.compose-spec"))


@pytest.mark.parametrize(
    ("profile", "services"),
    [("dev", {"redis", "zyra"}), ("prod", {"redis", "api", "worker", "proxy"})],
)
def test_a_profile_starts_its_services(compose: Any, profile: str, services: set[str]) -> None:
    found = compose["services"]
    assert {name for name, one in found.items() if profile in one["profiles"]} == services


def test_redis_keeps_what_it_has_acknowledged(compose: Any) -> None:
    redis = compose["services"]["redis"]
    assert "--appendonly yes" in " ".join(redis["command"])
    assert redis["volumes"] == ["redis:/data"]
    assert {"redis", "data", "caddy"} == compose["volumes"].keys()


def test_every_server_has_a_health_check(compose: Any) -> None:
    services = compose["services"]
    assert all("healthcheck" in services[name] for name in ("redis", "proxy"))
    assert "\nHEALTHCHECK" in DOCKERFILE.read_text()  # which the service inherits


def test_only_the_network_of_the_proxy_is_believed(compose: Any) -> None:
    subnets = compose["networks"]["front"]["ipam"]["config"]
    assert subnets == [{"subnet": compose["services"]["api"]["environment"]["ZYRA_PROXIES"]}]
    in_front = {name for name, one in compose["services"].items() if "front" in one["networks"]}
    assert in_front == {"api", "proxy"}


def test_the_dev_container_starts_a_service_of_the_compose_file(
    compose: Any, dev_container: Any
) -> None:
    services = compose["services"]
    assert dev_container["service"] == "zyra"
    assert set(dev_container["runServices"]) == {"zyra", "redis"} <= set(services)
    assert all("dev" in services[name]["profiles"] for name in dev_container["runServices"])
    assert {8000, "redis:6379"} == set(dev_container["forwardPorts"])
    assert services["zyra"]["env_file"] == [{"path": ".env", "required": False}]
    assert os.access(ROOT / dev_container["postStartCommand"], os.X_OK)


def test_the_dev_container_brings_what_edits_python_and_containers(dev_container: Any) -> None:
    extensions = dev_container["customizations"]["vscode"]["extensions"]
    assert {"ms-python.python", "ms-azuretools.vscode-docker"} <= set(extensions)


@pytest.fixture
def dev_settings(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What keeps a start of the dev container's script to folders and a port of the test."""
    places = {f"ZYRA_{name}_DIR": str(tmp_path / name) for name in ("UPLOAD", "RESULTS", "STATE")}
    with held_port() as port:
        own = {"ZYRA_DEV_HOST": HOST, "ZYRA_DEV_PORT": str(port), "ZYRA_DEV_LOGS": str(tmp_path)}
        yield os.environ | places | own | {"ZYRA_REDIS_URL": ""}


@pytest.mark.timeout(200)
def test_the_dev_container_starts_the_service_once(dev_settings: dict[str, str]) -> None:
    script = str(ROOT / "scripts/devcontainer-start.sh")
    address = f"http://{HOST}:{dev_settings['ZYRA_DEV_PORT']}"
    first = subprocess.Popen(
        [script], env=dev_settings, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        told = first.communicate(timeout=READY_S)[1]
        assert "api started" in told
        with httpx.Client(base_url=address, trust_env=False) as client:
            wait_until(lambda: is_served(client, "/ready"), "the service is ready", READY_S)
        again = subprocess.run(
            [script], env=dev_settings, capture_output=True, text=True, check=True
        )
        assert "api runs already" in again.stderr
        assert "zyra is at" in (Path(dev_settings["ZYRA_DEV_LOGS"]) / "api.log").read_text()
    finally:
        os.killpg(first.pid, signal.SIGKILL)


def test_the_linter_of_dockerfiles_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    found = subprocess.run([linter, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")
