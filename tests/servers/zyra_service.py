"""A service of Zyra in a process of its own, whose runs may reach the loopback address.

    with ZyraService(folder, ZYRA_DATA_ROOTS=str(data)) as service:
        answer = service.run("acquire", "http", url=server.url("/a"), output="a")
        service.output(answer, "a")

Servers of the test's own process are not the service's, so its runs may talk to them.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
ANSWER_S = 60


class ZyraService:
    """The process; a context manager.

    Args:
        folder: For uploads, results and state.
        settings: More variables of the environment.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        places = {
            f"ZYRA_{name.upper()}_DIR": str(folder / name)
            for name in ("uploads", "results", "state")
        }
        places["ZYRA_UPLOAD_DIR"] = places.pop("ZYRA_UPLOADS_DIR")
        self._environment = os.environ | places | {"ZYRA_ALLOW_HOSTS": HOST} | settings

    def __enter__(self) -> "ZyraService":
        self._process = subprocess.Popen(
            [sys.executable, __file__], env=self._environment, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def run(self, stage: str, command: str, **args: Any) -> dict[str, Any]:
        """The record of a run that has ended."""
        body = json.dumps({"stage": stage, "command": command, "args": args})
        return dict(json.loads(self._ask("POST", "/cli/run", body)))

    def output(self, answer: dict[str, Any], name: str) -> bytes:
        """A file that a run has written."""
        return self._ask("GET", f"/jobs/{answer['job_id']}/download?file={name}")

    def _ask(self, method: str, path: str, body: str | None = None) -> bytes:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_S)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            data = answer.read()
            assert answer.status == 200, (answer.status, data)
            return data
        finally:
            connection.close()


def main() -> None:
    # In here: those who only start it need not load the service.
    import uvicorn  # noqa: PLC0415

    from zyra.api.application import create_app  # noqa: PLC0415

    listener = socket.create_server((HOST, 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(create_app(), log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
