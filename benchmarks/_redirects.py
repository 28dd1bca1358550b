"""A server that runs may reach, and that sends them on to where they may not go."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

from _attacks import Samples, Tally, run_with
from _service import Client
from zyra.core.kinds import URL_KINDS
from zyra.registry import CLI_REGISTRY, all_commands


class _Redirect(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer 302 to the address in the query, 404 without one."""
        target = parse_qs(urlsplit(self.path).query).get("to")
        self.send_response(302 if target else 404)
        if target:
            self.send_header("Location", target[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def redirecting(host: str) -> Iterator[str]:
    """Run the server on a free port of `host`; the beginning of its URLs."""
    with ThreadingHTTPServer((host, 0), _Redirect) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{host}:{server.server_port}/x.nc"
        server.shutdown()


def redirects(
    client: Client, base: str, targets: list[str], samples: Samples, each: int = 4
) -> Tally:
    """Give every URL argument of every command a URL that is redirected, each target in turn.

    Args:
        each: How many targets each argument gets.
    """
    tally, number = Tally(), 0
    for command in all_commands(CLI_REGISTRY):
        names = [name for name, kind in command.kinds.items() if kind in URL_KINDS]
        tally.commands += bool(names)
        for name in names:
            tally.arguments += 1
            for _ in range(each):
                target = targets[number % len(targets)]
                number += 1
                run_with(
                    client, command, name, f"{base}?to={quote(target, safe='')}", samples, tally
                )
    return tally
