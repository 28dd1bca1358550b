"""`zyra serve`: start the web service and say where it is."""

import argparse
import asyncio
import sys
from pathlib import Path

import uvicorn

from zyra.core.errors import ZyraError
from zyra.core.exit_codes import DONE, FAILED
from zyra.core.running import describe
from zyra.core.settings import Settings
from zyra.wiring import check_redis

PACKAGE = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    """Serve until a signal ends it."""
    parser = argparse.ArgumentParser(
        prog="zyra serve", description="Start the web service on this machine."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port (default: 8000)")
    parser.add_argument("--reload", action="store_true", help="start anew when the code changes")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(check_redis(Settings()))
    except ZyraError as error:
        sys.stderr.write(f"zyra serve: {describe(error)}\n")
        return FAILED
    sys.stderr.write(_welcome(options.host, options.port))
    uvicorn.run(
        "zyra.api.server:app",
        host=options.host,
        port=options.port,
        reload=options.reload,
        # The package only: uvicorn would else watch the working folder, with all of .venv in it.
        reload_dirs=[str(PACKAGE)] if options.reload else None,
    )
    return DONE


def _welcome(host: str, port: int) -> str:
    address = f"http://{host}:{port}"
    return f"""zyra is at {address}
  try it and read about it: {address}/docs
  callers on this machine need no key; set ZYRA_API_KEY to let others in
"""
