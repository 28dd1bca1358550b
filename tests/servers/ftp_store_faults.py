"""What goes wrong on order with the files that `ftp_process` takes.

Kinds, each after some bytes: store-reset (the connections end), store-full (no room). Before the
first byte, in `ftp_faults`: store-refused (no room).
"""

import errno
import os
import socket
import struct
from collections import deque
from typing import Any


def faulty_files(base: Any, faults: deque[dict[str, Any]]) -> Any:
    """A class of file systems that take what they are told to take wrongly."""

    class Files(base):
        def open(self, filename: str, mode: str) -> Any:
            file = super().open(filename, mode)
            if mode == "rb" or not faults:
                return file
            return _Filling(file, faults.popleft(), self.cmd_channel)

    return Files


class _Filling:
    """Takes bytes up to its fault."""

    def __init__(self, inner: Any, fault: dict[str, Any], handler: Any) -> None:
        self._inner = inner
        self._kind = fault["kind"]
        self._left = fault["after"]
        self._handler = handler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def write(self, data: bytes) -> None:
        self._inner.write(data[: self._left])
        self._left -= len(data)
        if self._left > 0:
            return
        self._left = 0
        if self._kind == "store-full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        linger = struct.pack("ii", 1, 0)
        for channel in (self._handler.data_channel, self._handler):
            channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._inner.flush()
        self._handler.close()
