"""A real S3 server (moto's) on the loopback address, in a process of its own.

with S3Server() as server:
    server.put("bucket", "a/b.bin", b"0123456789")
    server.variables  # for a client's environment
"""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import quote

HOST = "127.0.0.1"
PAGE = 7  # objects in one answer of a listing
KEYS = {
    "AWS_ACCESS_KEY_ID": "a-key",
    "AWS_SECRET_ACCESS_KEY": "a-secret",
    "AWS_REGION": "us-east-1",
}


class S3Server:
    """The process; a context manager."""

    def __enter__(self) -> "S3Server":
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("moto_process.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"MOTO_S3_DEFAULT_MAX_KEYS": str(PAGE)},
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """What tells a client where the server is, and keys that it takes."""
        return KEYS | {"AWS_ENDPOINT_URL": self.endpoint}

    def put(self, bucket: str, key: str, body: bytes) -> str:
        """Keep an object that anybody may read, in a bucket that is made; return its URL."""
        self.send("PUT", f"/{bucket}")
        self.send("PUT", f"/{bucket}/{quote(key)}", body)
        return f"s3://{bucket}/{key}"

    def get(self, bucket: str, key: str) -> tuple[bytes, dict[str, str]]:
        """An object with its headers."""
        with urllib.request.urlopen(f"{self.endpoint}/{bucket}/{quote(key)}") as answer:
            return answer.read(), {name.lower(): value for name, value in answer.headers.items()}

    def trust_nobody(self) -> None:
        """Believe from now on only those whose keys it gave away itself: it has given none."""
        self.send("POST", "/moto-api/reset-auth", b"0")

    def send(
        self, method: str, path: str, body: bytes | None = None, acl: str = "public-read"
    ) -> None:
        headers = {"Content-Type": "application/octet-stream", "x-amz-acl": acl}
        request = urllib.request.Request(self.endpoint + path, body, headers, method=method)
        urllib.request.urlopen(request).close()
