"""A real FTP or FTPS server (pyftpdlib's) on the loopback address, in a process of its own.

with FtpServer(folder) as server:
    server.port
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HOST = "127.0.0.1"
USER, PASSWORD = "user", "pass word"


class FtpServer:
    """The process; a context manager. Anybody may read, `USER` may write.

    Args:
        folder: What it serves.
        certificate: PEM file with certificate and key; makes it FTPS.
        implicit: Encrypt from the start, as on port 990.
        masquerade: Address that it names in its answers to PASV.
        epsv: Whether it knows EPSV.
        unknown: Commands that it does not know, such as MLSD.
        closed: Folder in it of which nothing may be read or written.
    """

    def __init__(
        self,
        folder: Path,
        *,
        certificate: Path | None = None,
        implicit: bool = False,
        masquerade: str | None = None,
        epsv: bool = True,
        unknown: Sequence[str] = (),
        closed: str | None = None,
    ) -> None:
        self._options = {
            "host": HOST,
            "user": USER,
            "password": PASSWORD,
            "folder": str(folder),
            "certificate": None if certificate is None else str(certificate),
            "implicit": implicit,
            "masquerade": masquerade,
            "epsv": epsv,
            "unknown": list(unknown),
            "closed": None if closed is None else str(folder / closed),
        }

    def __enter__(self) -> "FtpServer":
        program = str(Path(__file__).with_name("ftp_process.py"))
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", program, json.dumps(self._options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def url(self, path: str, scheme: str = "ftp") -> str:
        return f"{scheme}://{HOST}:{self.port}/{path}"

    def inject(self, *faults: dict[str, object]) -> None:
        """Let go wrong what `ftp_faults` knows, one fault for each transfer that follows."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(faults) + "\n")
        self._process.stdin.flush()
        self._process.stdout.readline()

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
