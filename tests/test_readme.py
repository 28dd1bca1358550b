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


def session() -> str:
    """The shell commands between the session's marks."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    marked = text.partition("<!-- session: begin")[2].partition("<!-- session: end")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", marked, re.DOTALL))


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
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    script = session()
    assert DEFAULT in script
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(DEFAULT, address)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
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


def test_the_start_page_answers(address):
    with urllib.request.urlopen(f"{address}/") as answer:
        assert answer.status == 200
