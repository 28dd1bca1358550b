"""An HTTP server in a process of its own, for runs: they may not reach what a service listens on.

with Elsewhere() as server:
    server.url("/a")      # answers "data"
    server.url("/gate")   # answers when `release` has been called
    server.next_request() # waits for a request and gives its path
"""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

HOST = "127.0.0.1"


class Elsewhere:
    """The process; a context manager."""

    def __enter__(self) -> "Elsewhere":
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self.next_request())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def url(self, path: str, host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"

    def next_request(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def release(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("release\n")
        self._process.stdin.flush()


class _Handler(BaseHTTPRequestHandler):
    gate = Event()

    def do_GET(self) -> None:
        sys.stdout.write(f"{self.path}\n")
        sys.stdout.flush()
        if self.path == "/gate":
            self.gate.wait()
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"data")

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def main() -> None:
    server = ThreadingHTTPServer((HOST, 0), _Handler)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    Thread(target=server.serve_forever, daemon=True).start()
    for _ in sys.stdin:
        _Handler.gate.set()


if __name__ == "__main__":
    main()
