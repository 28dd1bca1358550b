"""What goes wrong on order with the files that `ftp_process` sends.

A fault is a dict: `kind` (reset, truncate, stall, busy, change, size), `after` (bytes of the file),
`by` (bytes that SIZE tells too many), `version` (file whose bytes take the place of the one that is
being sent) and `time` (of that).
"""

# ruff: noqa: N802 - names of pyftpdlib

import os
import shutil
import socket
import struct
from collections import deque
from threading import Event
from typing import Any

from ftp_store_faults import faulty_files

STALL_S = 0.5


class Faults:
    """The faults that are still to come, one for each RETR (and SIZE) that follows."""

    def __init__(self) -> None:
        self.retr: deque[dict[str, Any]] = deque()
        self.size: deque[dict[str, Any]] = deque()
        self.store: deque[dict[str, Any]] = deque()

    def add(self, faults: list[dict[str, Any]]) -> None:
        for fault in faults:
            kind = fault["kind"].partition("-")[0]
            {"size": self.size, "store": self.store}.get(kind, self.retr).append(fault)


def faulty(base: Any, faults: Faults) -> Any:
    """A class of handlers that do what they are told wrongly."""

    class Handler(base):
        abstracted_fs = faulty_files(base.abstracted_fs, faults.store)

        def ftp_RETR(self, path: str) -> Any:
            if faults.retr and faults.retr[0]["kind"] == "busy":
                faults.retr.popleft()
                self.respond("450 The file is busy.")
                return None
            return super().ftp_RETR(path)

        def ftp_STOR(self, file: str, mode: str = "w") -> Any:
            if faults.store and faults.store[0]["kind"] == "store-refused":
                faults.store.popleft()
                self.respond("552 Exceeded storage allocation.")
                return None
            return super().ftp_STOR(file, mode)

        def ftp_SIZE(self, path: str) -> None:
            if not faults.size:
                super().ftp_SIZE(path)
                return
            size = self.fs.getsize(self.fs.realpath(path)) + faults.size.popleft()["by"]
            self.respond(f"213 {size}")

        def push_dtp_data(
            self, data: Any, isproducer: bool = False, file: Any = None, cmd: str | None = None
        ) -> None:
            if cmd == "RETR" and faults.retr:
                data = _Producer(data, faults.retr.popleft(), self)
            super().push_dtp_data(data, isproducer, file, cmd)

    return Handler


class _Producer:
    """Gives the bytes of a file up to its fault."""

    def __init__(self, inner: Any, fault: dict[str, Any], handler: Any) -> None:
        self._inner = inner
        self._fault: dict[str, Any] | None = fault
        self._left = fault["after"]
        self._handler = handler
        self._tail = b""

    def more(self) -> bytes:
        if self._fault is not None and self._left == 0:
            return self._happen()
        data, self._tail = self._tail or self._inner.more(), b""
        if self._fault is not None:
            data, self._tail = data[: self._left], data[self._left :]
            self._left -= len(data)
        return data

    def _happen(self) -> bytes:
        fault, self._fault = self._fault, None
        assert fault is not None
        if fault["kind"] == "change":
            path = self._inner.file.name
            shutil.copyfile(fault["version"], path)
            os.utime(path, (fault["time"], fault["time"]))
        elif fault["kind"] == "stall":
            Event().wait(STALL_S)
        elif fault["kind"] == "reset":
            self._reset()
            return b""
        elif fault["kind"] == "truncate":
            return b""
        return self.more()

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        for channel in (self._handler.data_channel, self._handler):
            channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.close()
