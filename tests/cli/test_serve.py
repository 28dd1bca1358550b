"""`zyra serve` and the other tools: what they say before they start, or instead."""

import json
import os
import socket
import subprocess
import sys

import pytest

from zyra.cli.serve import EXAMPLE, Place, welcome
from zyra.registry import CLI_REGISTRY


def tool(*words, **variables):
    return subprocess.run(
        [sys.executable, "-m", "zyra.cli.main", *words],
        env={f"ZYRA_{name}": value for name, value in variables.items()},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["serve", "doctor", "worker"])
def test_a_wrong_setting_is_exit_2_with_two_lines(name):
    done = tool(name, CONCURRENCY="abc")
    assert done.returncode == 2
    assert "ZYRA_CONCURRENCY=abc" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_is_none_is_exit_2(port):
    done = tool("serve", f"--port={port}")
    assert done.returncode == 2
    assert f"'{port}' is not a number from 0 to 65535" in done.stderr


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = tool("serve", f"--port={port}", STATE_DIR=str(tmp_path / "state"))
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1, port {port}: Address already in use" in done.stderr
    assert "--port" in done.stderr
    assert "zyra is at" not in done.stderr
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://localhost:80"),
        ("::", "http://localhost:80"),
        ("::1", "http://[::1]:80"),
    ],
)
def test_the_welcome_names_an_address_that_can_be_opened(host, address):
    assert f"{address}/docs\n" in welcome(Place(host, 80, has_key=False))


def test_the_welcome_says_whether_a_key_is_needed_and_how_one_is_made():
    assert "need no key" in welcome(Place("127.0.0.1", 80, has_key=False))
    with_key = welcome(Place("127.0.0.1", 80, has_key=True))
    assert "X-API-Key" in with_key
    assert "no key" not in with_key
    assert "zyra keys create --name" in with_key


def test_the_example_of_the_welcome_is_a_request_that_is_taken():
    request = json.loads(EXAMPLE)
    command = CLI_REGISTRY[request["stage"]][request["command"]]
    command.args.model_validate(request["args"])


def test_an_endpoint_for_traces_without_their_extra_is_told_before_anything_starts(tmp_path):
    # Stands before the installed one, and says what Python says where there is none.
    absent = 'raise ModuleNotFoundError("No module named it", name="opentelemetry")'
    (tmp_path / "opentelemetry.py").write_text(absent)
    environment = {
        "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}",
        "ZYRA_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "ZYRA_STATE_DIR": str(tmp_path / "state"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "zyra.cli.main", "serve", "--port=0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert ".[tracing]" in done.stderr
    assert "Traceback" not in done.stderr
