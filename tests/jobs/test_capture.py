"""A pipe takes bursts of short lines, too."""

import asyncio
import fcntl
import os
import sys

import pytest

from zyra.jobs.isolation.capture import READ_BYTES, Pipe

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux enlarges pipes"),
]

LINE = b"x" * 99 + b"\n"


async def test_a_pipe_full_of_lines_is_enlarged() -> None:
    chunks: list[bytes] = []
    pipe = Pipe(chunks.append)
    usual = fcntl.fcntl(pipe.write_fd, fcntl.F_GETPIPE_SZ)
    os.set_blocking(pipe.write_fd, False)
    written = 0
    try:
        while True:
            written += os.write(pipe.write_fd, LINE)
    except BlockingIOError:  # full
        assert written < usual
    await asyncio.sleep(0.01)
    assert fcntl.fcntl(pipe.write_fd, fcntl.F_GETPIPE_SZ) == READ_BYTES
    os.close(pipe.write_fd)
    pipe.drain()
    assert b"".join(chunks) == LINE * (written // len(LINE))
