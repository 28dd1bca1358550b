"""Hold a service of our own to its OpenAPI document with schemathesis; print its summary.

    .venv/bin/python benchmarks/contract.py [--examples 100] [--time SECONDS]

All phases, with a key: no answer of 500 or above, no status that is not documented. The exit
code is 1 when there was one. About 10 000 cases with 100 examples for each operation; runs have
no network, whatever a request asks for.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from _service import free_port, wait_until

KEY = "contract-key"
CHECKS = "not_a_server_error,status_code_conformance"
_MANY = "1000000/second"
SETTINGS = {
    "ZYRA_API_KEY": KEY,
    "ZYRA_RATE_LIMIT": _MANY,
    "ZYRA_READ_RATE_LIMIT": _MANY,
    "ZYRA_UPLOAD_RATE_LIMIT": "1000000000/second",
    "ZYRA_STREAM_RATE_LIMIT": _MANY,
    "ZYRA_LOGIN_RATE_LIMIT": _MANY,
    "ZYRA_MAX_JOBS": "100000",
    "ZYRA_RUN_TIMEOUT_S": "2",
    "ZYRA_SYNC_LIMIT_S": "1",
}


def main() -> int:
    """Start a service and let schemathesis ask it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--examples", type=int, default=100, help="for each operation")
    parser.add_argument("--time", type=int, help="seconds at most")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zyra-contract-") as name:
        port = free_port()
        server = _serve(Path(name), port)
        try:
            wait_until(port, "/health")
            ended = subprocess.run(
                _command(port, given.examples, given.time), cwd=name, check=False
            )
        finally:
            server.terminate()
            server.wait()
    return ended.returncode


def _serve(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    places = {"UPLOAD": "uploads", "RESULTS": "results", "STATE": "state"}
    folders = {f"ZYRA_{setting}_DIR": str(folder / place) for setting, place in places.items()}
    program = Path(__file__).with_name("_shut_server.py")
    command = [sys.executable, str(program), str(port)]
    return subprocess.Popen(command, env=os.environ | SETTINGS | folders)


def _command(port: int, examples: int, seconds: int | None) -> list[str]:
    return [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"http://127.0.0.1:{port}/openapi.json",
        f"--header=X-API-Key: {KEY}",
        f"--checks={CHECKS}",
        f"--max-examples={examples}",
        "--generation-deterministic",
        "--no-shrink",
        "--continue-on-failure",
        "--suppress-health-check=all",
        "--warnings=off",
        "--no-color",
        *([] if seconds is None else [f"--max-time={seconds}"]),
    ]


if __name__ == "__main__":
    sys.exit(main())
