"""A real SFTP server (paramiko's) on the loopback address, in threads of this process.

    with SftpServer(folder) as server:
        server.url("a.bin"), server.fingerprint
        server.faults.append({"kind": "reset", "after": 100_000})

Kinds of faults, one for each file that is opened: reset, truncate, stall (until the client is
gone), change (calls `do`); for files that are written: store-reset, store-full.
"""

import base64
import errno
import hashlib
import logging
import os
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import paramiko

HOST = "127.0.0.1"
USER, PASSWORD = "user", "pass word"
LOOK_S = 0.01


class SftpServer:
    """The server; a context manager.

    Args:
        folder: What it serves, as its root.
        allowed: Public key that lets `USER` in, beside the password.
        door: Class of what lets somebody in.
        closed: File or folder of that name of which nothing may be opened.
    """

    def __init__(
        self,
        folder: Path,
        *,
        allowed: paramiko.PKey | None = None,
        door: "type[Door] | None" = None,
        closed: str = "",
    ) -> None:
        self.folder = folder
        self.closed = closed
        self.allowed = allowed
        self._door = door or Door
        self.key = paramiko.ECDSAKey.generate()
        self.faults: deque[dict[str, Any]] = deque()
        self.transports: list[paramiko.Transport] = []
        self.opened: list[Any] = []
        self._listener = socket.create_server((HOST, 0))
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "SftpServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for transport in self.transports:
            transport.close()
        for file in self.opened:  # those of broken connections nobody closes
            file.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(self.key.asbytes()).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def url(self, path: str, user: str = f"{USER}@") -> str:
        return f"sftp://{user}{HOST}:{self.port}/{path}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed: the test is over
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as OpenSSH does
            transport = paramiko.Transport(connection)
            transport.set_log_channel("tests.sftp")
            logging.getLogger("tests.sftp").setLevel(logging.CRITICAL)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, owner=self)
            self.transports.append(transport)
            try:
                transport.start_server(server=self._door(self, transport), event=Event())
            except (paramiko.SSHException, EOFError):
                continue


class Door(paramiko.ServerInterface):
    """Lets `USER` in."""

    def __init__(self, owner: SftpServer, transport: paramiko.Transport) -> None:
        self._owner = owner
        self.transport = transport

    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        right = username == USER and key == self._owner.allowed
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"


class _Files(paramiko.SFTPServerInterface):
    """The files of a folder."""

    def __init__(self, server: Door, *args: Any, owner: SftpServer, **kwargs: Any) -> None:
        self._owner = owner
        self._transport = server.transport
        super().__init__(server, *args, **kwargs)

    def _local(self, path: str) -> Path:
        return self._owner.folder / self.canonicalize(path).lstrip("/")

    def _done(self, call: Callable[[], object]) -> Any:
        def done() -> int:
            call()
            return paramiko.SFTP_OK

        return self._told(done)

    def _told(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def list_folder(self, path: str) -> Any:
        def listed() -> list[paramiko.SFTPAttributes]:
            return [
                # As bytes, which a name need not be text in any encoding for.
                paramiko.SFTPAttributes.from_stat(
                    entry.stat(follow_symlinks=False), os.fsencode(entry.name)
                )
                for entry in os.scandir(self._local(path))
            ]

        return self._told(listed)

    def stat(self, path: str) -> Any:
        return self._told(lambda: paramiko.SFTPAttributes.from_stat(self._local(path).stat()))

    def lstat(self, path: str) -> Any:
        return self._told(lambda: paramiko.SFTPAttributes.from_stat(self._local(path).lstat()))

    def open(self, path: str, flags: int, attr: Any) -> Any:
        return self._told(lambda: self._opened(self._local(path), flags))

    def _opened(self, path: Path, flags: int) -> paramiko.SFTPHandle:
        if self._owner.closed and self._owner.closed in path.parts:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        writes = flags & (os.O_WRONLY | os.O_RDWR)
        faults = self._owner.faults
        is_next = faults and bool(writes) == faults[0]["kind"].startswith("store")
        fault = faults.popleft() if is_next else None
        handle = _File(self._transport, fault)
        descriptor = os.open(path, flags, 0o644)
        file = os.fdopen(descriptor, "wb" if writes else "rb", buffering=0)
        handle.readfile = handle.writefile = file
        self._owner.opened.append(file)
        return handle

    def remove(self, path: str) -> Any:
        return self._done(self._local(path).unlink)

    def mkdir(self, path: str, attr: Any) -> Any:
        return self._done(self._local(path).mkdir)

    def rename(self, oldpath: str, newpath: str) -> Any:
        if self._local(newpath).exists():
            return paramiko.SFTP_FAILURE
        return self.posix_rename(oldpath, newpath)

    def posix_rename(self, oldpath: str, newpath: str) -> Any:
        return self._done(lambda: self._local(oldpath).replace(self._local(newpath)))


class _File(paramiko.SFTPHandle):
    """An open file, with what is to go wrong with it."""

    def __init__(self, transport: paramiko.Transport, fault: dict[str, Any] | None) -> None:
        super().__init__()
        self._transport = transport
        self._fault = fault
        self._sent = 0

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    def read(self, offset: int, length: int) -> Any:
        fault = self._fault
        if fault is not None and self._sent >= fault["after"]:
            if fault["kind"] == "truncate":
                return paramiko.SFTP_EOF
            if fault["kind"] == "generous":
                return super().read(offset, length + 1)
            self._fault = None
            self._happen(fault)
        data = super().read(offset, length)
        self._sent += len(data) if isinstance(data, bytes) else 0
        return data

    def write(self, offset: int, data: bytes) -> Any:
        self._sent += len(data)
        if self._fault is None or self._sent <= self._fault["after"]:
            return super().write(offset, data)
        if self._fault["kind"] == "store-reset":
            self._fault = {"kind": "gone", "after": 0}  # what is under way still comes here
            self._hang_up()
        return paramiko.SFTP_FAILURE

    def _happen(self, fault: dict[str, Any]) -> None:
        if fault["kind"] == "stall":
            while self._transport.is_active():
                Event().wait(LOOK_S)
        elif fault["kind"] == "change":
            fault["do"]()
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        """End this file's connection, and no other: the client may be back by now."""
        with suppress(OSError):  # the client has hung up
            self._transport.sock.shutdown(socket.SHUT_RDWR)
