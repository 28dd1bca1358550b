"""Serve the echo commands on a free loopback port, which is written to stdout."""

import socket
import sys

import uvicorn
from echo_commands import REGISTRY

from zyra.api.application import create_app
from zyra.core.settings import Settings
from zyra.jobs.service import JobService
from zyra.wiring import build_service


def build(settings: Settings) -> JobService:
    """A service that knows only the echo commands."""
    return build_service(settings, REGISTRY, "echo_commands:REGISTRY")


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(create_app(build=build), log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])
