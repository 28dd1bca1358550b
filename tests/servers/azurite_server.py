"""Azurite, Microsoft's emulator of Azure's object store, on the loopback address.

with AzuriteServer() as server:
    server.make("container")
    server.variables  # for a client's environment

`scripts/ensure-azurite.sh` installs it; its data are in memory, its account's key is made here.
"""

import hmac
import os
import re
import subprocess
import urllib.request
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from programs import leave_out

HOST = "127.0.0.1"
ACCOUNT = "tests"
PLACE = Path(__file__).parents[2] / ".azurite"
_LISTENS = re.compile(rf"successfully listens on http://{HOST}:(\d+)")


class AzuriteServer:
    """The process; a context manager."""

    def __init__(self) -> None:
        if not (PLACE / "installed-lock.json").exists():
            leave_out("no Azurite here: ./scripts/ensure-azurite.sh installs it")
        self.key = b64encode(os.urandom(32)).decode()

    def __enter__(self) -> "AzuriteServer":
        program = PLACE / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
        self._process = subprocess.Popen(
            [PLACE / "node", program, "--inMemoryPersistence", "--disableTelemetry", "--silent",
             "--skipApiVersionCheck", "--blobHost", HOST, "--blobPort", "0"],
            stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "AZURITE_ACCOUNTS": f"{ACCOUNT}:{self.key}"},
            text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.port = next(
            int(found[1]) for line in self._process.stdout if (found := _LISTENS.search(line))
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}/{ACCOUNT}"

    @property
    def variables(self) -> dict[str, str]:
        """What tells a client where the server is, and a key that it takes."""
        return {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": self.key,
            "AZURE_STORAGE_ENDPOINT": self.endpoint,
        }

    def make(self, container: str, *, public: bool = False) -> None:
        """Make a container; of a public one anybody may list and read the blobs.

        Source: "Authorize with Shared Key" (Shared Key), Azure Storage REST API reference.
        """
        headers = {"x-ms-date": format_datetime(datetime.now(UTC), usegmt=True)}
        headers["x-ms-version"] = "2021-12-02"
        if public:
            headers["x-ms-blob-public-access"] = "container"
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        place = f"/{ACCOUNT}/{ACCOUNT}/{container}\nrestype:container"
        text = "PUT" + 12 * "\n" + lines + place  # eleven headers of which none is sent
        digest = hmac.new(b64decode(self.key), text.encode(), sha256).digest()
        headers["Authorization"] = f"SharedKey {ACCOUNT}:{b64encode(digest).decode()}"
        url = f"{self.endpoint}/{container}?restype=container"
        request = urllib.request.Request(url, headers=headers, method="PUT")
        urllib.request.urlopen(request).close()
