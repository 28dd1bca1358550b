"""Take what a command writes to stdout, stderr and its event pipe, byte for byte."""

import asyncio
import fcntl
import os
import sys
from collections.abc import Callable

Receive = Callable[[bytes], None]

READ_BYTES = 1 << 20
_USUAL_BYTES = 1 << 16  # of a pipe, pipe(7)
_F_SETPIPE_SZ = 1031  # Linux fcntl(2); a large pipe lets a burst through in few reads


class Pipe:
    """A pipe whose read end the event loop follows; one in which much waits is enlarged.

    Args:
        receive: Called with each chunk, in order, in the event loop.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        read_fd, self.write_fd = os.pipe()  # not inherited by other programs (PEP 446)
        os.set_blocking(read_fd, False)
        self._read_fd: int | None = read_fd
        self._asked_bytes = _USUAL_BYTES
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(read_fd, self._read_once)

    def drain(self) -> None:
        """Take what is left after the writer has ended, and close."""
        if self._read_fd is None:
            return
        while self._read_once():
            pass
        self._close()

    def _read_once(self) -> bool:
        """Take one chunk; False when there is none or the pipe has ended."""
        if self._read_fd is None:
            return False
        try:
            chunk = os.read(self._read_fd, self._asked_bytes)
        except BlockingIOError:
            return False
        if not chunk:
            self._close()
            return False
        # A full one may hold little more than half: what does not fit a page begins another.
        if self._asked_bytes == _USUAL_BYTES and len(chunk) > _USUAL_BYTES // 2:
            self._asked_bytes = READ_BYTES
            enlarge_pipe(self._read_fd)
        self._receive(chunk)
        return True

    def _close(self) -> None:
        if self._read_fd is not None:
            self._loop.remove_reader(self._read_fd)
            os.close(self._read_fd)
            self._read_fd = None


def enlarge_pipe(descriptor: int) -> None:
    """Let a pipe hold more, where the system can: fewer turns between who writes and who reads."""
    if sys.platform != "linux":
        return
    try:
        fcntl.fcntl(descriptor, _F_SETPIPE_SZ, READ_BYTES)
    except PermissionError:  # the user's allowance for large pipes is used up; small ones do
        return
