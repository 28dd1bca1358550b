"""The README's session runs as it stands, on a service started as the README says."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
DEFAULT = "http://127.0.0.1:8000"


def shell_of(part: str) -> str:
    """The shell commands between the marks of a part."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    marked = text.partition(f"<!-- {part}: begin")[2].partition(f"<!-- {part}: end")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", marked, re.DOTALL))


def run_in(folder: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """Run commands as a reader does, in a folder that has the sample data."""
    (folder / "tests").symlink_to(ROOT / "tests")
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a service with folders of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = {f"ZYRA_{name}_DIR": str(tmp_path / name) for name in ("UPLOAD", "RESULTS", "STATE")}
    command = [sys.executable, "-m", "zyra.cli.main", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | folders, stderr=subprocess.PIPE) as server:
        for line in server.stderr:
            if b"zyra is at" in line:
                break
        yield f"http://127.0.0.1:{port}"
        server.terminate()
        server.communicate()


@pytest.mark.timeout(180)
def test_the_session_of_the_readme_runs_as_it_stands(address, tmp_path):
    script = shell_of("session")
    assert DEFAULT in script
    done = run_in(tmp_path, script.replace(DEFAULT, address))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(" | ")[4] for line in lines if line.startswith(("101", "157"))] == [
        "500 hPa",
        "850 hPa",
    ]
    assert '"exit_code": 0' in done.stdout
    assert lines[-1] == "succeeded"
    with Image.open(tmp_path / "t850.png") as picture:
        assert picture.size == (1024, 512)
    assert (tmp_path / "gfs.nc").read_bytes()[:4] in (b"\x89HDF", b"CDF\x01", b"CDF\x02")


def test_the_command_lines_of_the_readme_run_as_they_stand(tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    program = tmp_path / ".venv" / "bin" / "zyra"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m zyra.cli.main "$@"\n')
    program.chmod(0o755)
    script = shell_of("command line")
    assert script.count(".venv/bin/zyra") == 5
    done = run_in(tmp_path, script)
    assert done.returncode == 0, done.stderr
    assert "850 hPa" in done.stdout
    with Image.open(tmp_path / "t850.png") as picture:
        assert picture.size == (1024, 512)


def test_what_the_readme_leaves_behind_is_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    script = shell_of("session") + shell_of("command line")
    assert {f"/{name}" for name in re.findall(r" -o (\w+\.\w+)", script)} <= set(ignored)
    assert {f"/{name}" for name in re.findall(r"--output (\S+)", script)} <= set(ignored)


def test_the_session_needs_no_recent_curl():
    assert "--json" not in shell_of("session")  # curl 7.82; Ubuntu 22.04 has 7.81


def test_the_start_page_answers(address):
    with urllib.request.urlopen(f"{address}/") as answer:
        assert answer.status == 200
