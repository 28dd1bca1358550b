"""Fetching from the loopback device: a large file against curl, many small objects in a row."""

import sys
from collections.abc import Iterator
from pathlib import Path

from _commands import in_process
from _file_server import OBJECTS, PAUSE_S, FileServer
from _timing import Case, Work, process

LARGE_BYTES = 1 << 30


def cases(folder: Path) -> Iterator[Case]:
    """A gibibyte to disk and to nowhere; a thousand objects of a store that is far away."""
    with (folder / "large.bin").open("wb") as file:
        file.truncate(LARGE_BYTES)
    with FileServer(folder) as server:
        url = server.url("large.bin")
        for name, target in (("disk", str(folder / "out")), ("/dev/null", "/dev/null")):
            yield Case(
                name=f"acquire http, 1 GiB to {name}, cold",
                ours=process(
                    sys.executable, "-m", "zyra.cli.main", "acquire", "http", url, "-o", target
                ),
                reference=process("curl", "--silent", "--fail", "--output", target, url),
                against="curl",
                at_most=2.5,
                rounds=5,
            )
        yield Case(
            name=f"acquire s3, {OBJECTS} objects, {PAUSE_S * 1e3:.0f} ms away",
            ours=objects(server, folder / "many"),
            reference=objects(server, folder / "one", parallel=1),
            against="one by one",
            at_most=0.2,
            rounds=2,
        )


def objects(server: FileServer, folder: Path, **more: int) -> Work:
    """Fetch all objects of the bucket into a folder."""
    return in_process(
        "acquire",
        "s3",
        url="s3://bucket/",
        pattern="bin$",
        unsigned=True,
        endpoint_url=server.url(),
        output_dir=str(folder),
        **more,
    )
