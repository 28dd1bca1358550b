"""A server on the loopback address in a process of its own: files over HTTP, and a store like S3.

    with FileServer(folder) as server:
        server.url("large.bin")

Files go out by sendfile(2), as from a web server. The store `bucket` answers after a pause,
as over a long line. Run as a program, it is that process.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

HOST = "127.0.0.1"
OBJECTS = 1000
OBJECT_BYTES = 2000
PAUSE_S = 0.01
_MODIFIED = "2024-08-01T00:00:00.000Z"


class FileServer:
    """The process; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> "FileServer":
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(json.loads(self._process.stdout.readline()))
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def url(self, name: str = "") -> str:
        """Address of a file, or of the server."""
        return f"http://{HOST}:{self.port}/{name}".rstrip("/")


async def answer(folder: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    try:
        while request := await reader.readuntil(b"\r\n\r\n"):
            path = request.split(b" ", 2)[1].decode().lstrip("/")
            if path.startswith("bucket"):
                await answer_as_store(path, writer)
            else:
                await send_file(folder / path, writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has what it wanted
    writer.close()


async def send_file(path: Path, writer: asyncio.StreamWriter) -> None:
    """Answer with a file."""
    head(writer, path.stat().st_size)
    with path.open("rb") as file:
        await asyncio.get_running_loop().sendfile(writer.transport, file)


async def answer_as_store(path: str, writer: asyncio.StreamWriter) -> None:
    """Answer with an object, or with the list of all."""
    await asyncio.sleep(PAUSE_S)
    body = listing() if "list-type" in path else b"x" * OBJECT_BYTES
    head(writer, len(body))
    writer.write(body)
    await writer.drain()


def head(writer: asyncio.StreamWriter, length: int) -> None:
    """Begin an answer."""
    writer.write(
        b"HTTP/1.1 200 OK\r\n"
        b'ETag: "1"\r\n'
        b"Last-Modified: Thu, 01 Aug 2024 00:00:00 GMT\r\n"
        b"Content-Length: %d\r\n\r\n" % length
    )


def listing() -> bytes:
    """What a store says of its objects.

    Source: "ListObjectsV2", Amazon S3 API Reference.
    """
    objects = "".join(
        f"<Contents><Key>{number:04}.bin</Key><LastModified>{_MODIFIED}</LastModified>"
        f"<ETag>&quot;1&quot;</ETag><Size>{OBJECT_BYTES}</Size></Contents>"
        for number in range(OBJECTS)
    )
    return (
        f"<ListBucketResult><Name>bucket</Name><KeyCount>{OBJECTS}</KeyCount>"
        f"<IsTruncated>false</IsTruncated>{objects}</ListBucketResult>"
    ).encode()


async def main(folder: Path) -> None:
    """Tell the port and serve until killed."""
    server = await asyncio.start_server(lambda r, w: answer(folder, r, w), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
