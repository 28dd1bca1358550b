"""Serve all commands on the port given, with no network for any run: for random requests.

Runs get no broker, so Landlock and seccomp leave them no connection. Needs Linux with both.
"""

import sys
from unittest.mock import patch

import uvicorn

from zyra.api.application import create_app

if __name__ == "__main__":
    with patch("zyra.wiring.service.brokered", lambda executor, *_: executor):
        uvicorn.run(create_app(), port=int(sys.argv[1]), log_level="warning", access_log=False)
