"""However large a file is, fetching it takes no more memory."""

import subprocess
import sys
from pathlib import Path

import pytest
from ftp_server import FtpServer
from http_server import HttpServer

MOST_BYTES = 100 << 20
LARGE = 256 << 20


# Its own peak: what getrusage tells of a child counts the memory of its parent, too.
PROGRAM = """
import sys
from pathlib import Path
from zyra.cli.main import main

assert main(sys.argv[1:]) == 0
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")


def peak_bytes(*command: str) -> int:
    """The most memory that a process of its own had, once it has done its work."""
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command], check=True, capture_output=True, text=True
    )
    return int(made.stdout) * 1024


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "served" / "large.bin"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(LARGE)
    return path


def test_over_ftp(large: Path, tmp_path: Path) -> None:
    with FtpServer(large.parent) as server:
        url, target = server.url(large.name), tmp_path / "out"
        assert peak_bytes("acquire", "ftp", url, "-o", str(target)) < MOST_BYTES
    assert target.stat().st_size == LARGE


def test_over_http(server: HttpServer, tmp_path: Path) -> None:
    url, target = server.put("/large.bin", bytes(LARGE)), tmp_path / "out"
    assert peak_bytes("acquire", "http", url, "-o", str(target)) < MOST_BYTES
    assert target.stat().st_size == LARGE
