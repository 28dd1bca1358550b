"""`zyra serve`: start the web service and say where it is."""

import argparse
import asyncio
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn
from uvicorn.supervisors import ChangeReload

from zyra.core.errors import UsageError
from zyra.core.exit_codes import DONE, FAILED
from zyra.core.settings import load_settings
from zyra.wiring import check_redis, check_storage

PACKAGE = Path(__file__).resolve().parents[1]
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - to be told from other addresses
LAST_PORT = 65535


def main(arguments: list[str]) -> int:
    """Serve until a signal ends it.

    Raises:
        UsageError: A setting is wrong, or the address cannot be listened on.
        ServiceUnavailable: The Redis or the bucket of the settings is not there.
    """
    options = _parser().parse_args(arguments)
    settings = load_settings()
    asyncio.run(check_redis(settings))
    asyncio.run(check_storage(settings))
    # Bound before the service is loaded: a taken port is told at once, and nothing is begun.
    with _bound(options.host, options.port) as listener, suppress(KeyboardInterrupt):
        port = listener.getsockname()[1]
        text = welcome(options.host, port, has_key=settings.api_key is not None)
        return _serve(listener, text, reload=options.reload)
    return DONE


class WelcomingServer(uvicorn.Server):
    """A server that says where it is as soon as it answers, and not before."""

    def __init__(self, config: uvicorn.Config, text: str) -> None:
        super().__init__(config)
        self._text = text

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        sys.stderr.write(self._text)


def welcome(host: str, port: int, *, has_key: bool) -> str:
    """What a person reads first: where the service is, and who may use it."""
    address = f"http://{_in_url(host)}:{port}"
    callers = (
        "callers need the key of ZYRA_API_KEY, in the header X-API-Key"
        if has_key
        else "callers on this machine need no key; set ZYRA_API_KEY to let others in"
    )
    place = ", and at every other address of this machine" if host in EVERYWHERE else ""
    return f"zyra is at {address}{place}\n  try it: {address}/docs\n  {callers}\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zyra serve", description="Start the web service on this machine."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8000, help="port (default: 8000)")
    parser.add_argument("--reload", action="store_true", help="start anew when the code changes")
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {LAST_PORT}")
    return int(text)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"cannot listen on {host}, port {port}: {error.strerror}",
            hint="end what listens there, or choose another place with --host and --port",
        ) from error
    return listener


def _serve(listener: socket.socket, text: str, *, reload: bool) -> int:
    config = uvicorn.Config(
        "zyra.api.server:app",
        reload=reload,
        # The package only: uvicorn would else watch the working folder, with all of .venv in it.
        reload_dirs=[str(PACKAGE)] if reload else None,
    )
    server = WelcomingServer(config, text)
    if reload:
        listener.set_inheritable(True)
        ChangeReload(config, target=server.run, sockets=[listener]).run()
        return DONE
    server.run(sockets=[listener])
    return DONE if server.started else FAILED


def _in_url(host: str) -> str:
    if host in EVERYWHERE:
        return "localhost"
    return f"[{host}]" if ":" in host else host
