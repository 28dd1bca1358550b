"""Start the service as the documentation says, on a free port."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Service:
    """A running service; the address is as it tells it."""

    address: str


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Service]:
    """`zyra serve` with its folders below `folder`."""
    own = {f"ZYRA_{name}_DIR": str(folder / name) for name in ("UPLOAD", "RESULTS", "STATE")}
    with subprocess.Popen(
        [sys.executable, "-m", "zyra.cli.main", "serve", "--port", "0"],
        # A busy machine may take longer than a caller is usually kept waiting.
        env=os.environ | {"ZYRA_SYNC_LIMIT_S": "80"} | own | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        found = (re.search(r"zyra is at (http://\S+)", line) for line in server.stderr)
        address = next(match[1] for match in found if match)
        # What it says from now on would fill the pipe.
        draining = threading.Thread(target=server.stderr.read)
        draining.start()
        try:
            yield Service(address)
        finally:
            server.terminate()
            draining.join()
