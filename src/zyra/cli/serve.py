"""`zyra serve`: start the web service and say where it is."""

import argparse
import asyncio
import logging
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from uvicorn.supervisors import ChangeReload

from zyra.core.errors import UsageError
from zyra.core.exit_codes import DONE, FAILED
from zyra.core.settings import Settings, load_settings
from zyra.telemetry.logs import is_json, logging_as
from zyra.telemetry.traces import build_tracer
from zyra.wiring import build_key_store, check_redis, check_storage

PACKAGE = Path(__file__).resolve().parents[1]
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - to be told from other addresses
LAST_PORT = 65535
MAKE_KEY = "zyra keys create --name NAME --scopes 'run:*,jobs:read,files:read,files:write'"
EXAMPLE = (
    '{"stage": "disseminate", "command": "local", "args": {"input": "-", "path": "hello.txt"},'
    ' "stdin": "hello"}'
)

logger = logging.getLogger("zyra.serve")


def main(arguments: list[str]) -> int:
    """Serve until a signal ends it.

    Raises:
        UsageError: A setting is wrong, or the address cannot be listened on.
        DependencyMissing: A setting needs an extra that is not installed.
        ServiceUnavailable: The Redis or the bucket of the settings is not there.
    """
    options = parser().parse_args(arguments)
    settings = load_settings()
    asyncio.run(check_redis(settings))
    asyncio.run(check_storage(settings))
    build_tracer(settings, "server").close()  # what is not installed is told now, too
    # Bound before the service is loaded: a taken port is told at once, and nothing is begun.
    with (
        _bound(options.host, options.port) as listener,
        logging_as(settings),
        suppress(KeyboardInterrupt),
    ):
        port = listener.getsockname()[1]
        place = Place(options.host, port, has_key=asyncio.run(_has_key(settings)))
        as_record = is_json(settings.log_format, is_terminal=True)
        return _serve(listener, place, as_record=as_record, reload=options.reload)
    return DONE


async def _has_key(settings: Settings) -> bool:
    """Whether callers need a key or token."""
    if settings.api_key is not None or settings.oidc_issuer is not None:
        return True
    keys = build_key_store(settings)
    try:
        return not await keys.is_empty()
    finally:
        await keys.close()


@dataclass(frozen=True)
class Place:
    """Where the service is, and who may use it."""

    host: str
    port: int
    has_key: bool

    @property
    def address(self) -> str:
        """The root of every link."""
        return f"http://{_in_url(self.host)}:{self.port}"


class WelcomingServer(uvicorn.Server):
    """A server that says where it is as soon as it answers, and not before."""

    def __init__(self, config: uvicorn.Config, place: Place, *, as_record: bool) -> None:
        super().__init__(config)
        self._place = place
        self._as_record = as_record

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if self._as_record:  # whoever wants JSON reads every line as JSON
            facts = {"address": self._place.address, "docs": f"{self._place.address}/docs"}
            logger.info("zyra is at %s", self._place.address, extra={"facts": facts})
        else:
            sys.stderr.write(welcome(self._place))


def welcome(place: Place) -> str:
    """What a person reads first: where the service is, who may use it, how to make a key."""
    address = place.address
    others = ", and at every other address of this machine" if place.host in EVERYWHERE else ""
    callers = (
        "callers send their key in the header X-API-Key"
        if place.has_key
        else "callers on this machine need no key, others are not served until there is one"
    )
    return (
        f"zyra is at {address}{others}\n"
        f"  try it:     {address}/docs\n"
        f"  who calls:  {callers}\n"
        f"  make a key: {MAKE_KEY}\n"
        f"  an example: curl {address}/cli/run -H 'Content-Type: application/json' -d '{EXAMPLE}'\n"
    )


def parser() -> argparse.ArgumentParser:
    """What the tool takes."""
    own = argparse.ArgumentParser(
        prog="zyra serve", description="Start the web service on this machine."
    )
    own.add_argument("--host", default="127.0.0.1", help="address (default: 127.0.0.1)")
    own.add_argument("--port", type=port_number, default=8000, help="port (default: 8000)")
    own.add_argument("--reload", action="store_true", help="start anew when the code changes")
    return own


def port_number(text: str) -> int:
    """A port as it is given on the command line; 0 is any that is free.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
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


def _serve(listener: socket.socket, place: Place, *, as_record: bool, reload: bool) -> int:
    config = uvicorn.Config(
        "zyra.api.server:app",
        log_config=None,  # ours is in force
        access_log=False,
        reload=reload,
        # The package only: uvicorn would else watch the working folder, with all of .venv in it.
        reload_dirs=[str(PACKAGE)] if reload else None,
    )
    server = WelcomingServer(config, place, as_record=as_record)
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
