"""Serve the commands of `_load_commands` on the port that the first argument names."""

import sys

import uvicorn

from _load_commands import REGISTRY
from zyra.api.application import create_app
from zyra.core.settings import Settings
from zyra.jobs.service import JobService
from zyra.wiring import build_service


def build(settings: Settings) -> JobService:
    """A service that knows only these commands."""
    return build_service(settings, REGISTRY, "_load_commands:REGISTRY")


if __name__ == "__main__":
    port = int(sys.argv[1])
    uvicorn.run(create_app(build=build), port=port, log_level="warning", access_log=False)
