"""Write one file over FTP, from any byte on.

Source: RFC 959; RFC 3659, section 5 (REST before STOR).
"""

import ftplib
import socket
from contextlib import suppress

from zyra.core.errors import TransferError
from zyra.core.urls import Url
from zyra.transfer.ftp_commands import end_of_data, facts_of
from zyra.transfer.ftp_errors import translated
from zyra.transfer.uploads import Pieces


class FtpPlace:
    """Where a file is written on a server; fulfils `uploads.Place`."""

    def __init__(self, ftp: ftplib.FTP, url: Url, part: str, path: str) -> None:
        self._ftp = ftp
        self._url = url
        self._part = part
        self._path = path

    def size(self) -> int | None:
        """Bytes that are there under the temporary name; None where the server does not tell."""
        with translated(self._url.shown):
            return facts_of(self._ftp, self._part).size

    def write(self, pieces: Pieces, start: int) -> None:
        """Write from byte `start` on, or all where the server does not know REST.

        Raises:
            TransferError: It cannot be written.
        """
        with translated(self._url.shown):
            data, start = self._opened(start)
        try:
            with data:
                for piece in pieces(start):
                    self._send(data, piece)
                end_of_data(data)
        except TransferError:
            raise
        except BaseException:  # ours: the answer to STOR still has to be read
            with suppress(ftplib.Error, OSError, EOFError):
                self._ftp.voidresp()
            raise
        with translated(self._url.shown):
            self._ftp.voidresp()

    def finish(self) -> None:
        """Give the file its name; it replaces what has the name."""
        with translated(self._url.shown):
            try:
                self._ftp.rename(self._part, self._path)
            except ftplib.error_perm:  # some servers rename to free names only
                if facts_of(self._ftp, self._path).size is None:
                    raise
                self._ftp.delete(self._path)
                self._ftp.rename(self._part, self._path)

    def forget(self) -> None:
        """Remove what is there under the temporary name, as far as that is possible."""
        with suppress(ftplib.Error, OSError, EOFError):  # the failure before this one matters
            self._ftp.delete(self._part)

    def _send(self, data: socket.socket, piece: bytes) -> None:
        with translated(self._url.shown):
            try:
                data.sendall(piece)
            except ConnectionError:
                data.close()
                self._ftp.voidresp()  # where the server may say why: no room, for one
                raise

    def _opened(self, start: int) -> tuple[socket.socket, int]:
        """The connection for data, and the byte that is written first."""
        command = f"STOR {self._part}"
        if start:
            with suppress(ftplib.error_perm):
                return self._ftp.ntransfercmd(command, start)[0], start
        return self._ftp.ntransfercmd(command)[0], 0
