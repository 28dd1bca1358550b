"""Read a file over SFTP, many pieces under way at once, in the thread that takes them.

paramiko's own reading ahead asks from a thread of its own, which dies with a traceback on
stderr when the connection breaks off under it.

Source: draft-ietf-secsh-filexfer-02, section 6.4 (SSH_FXP_READ).
"""

from collections.abc import Iterator

import paramiko
from paramiko.sftp import CMD_DATA, CMD_READ, int64

from zyra.transfer.sftp_writes import PIECE_BYTES

_UNDER_WAY = 256  # pieces, in memory meanwhile


class PipelinedReads:
    """Reads one open file.

    Args:
        files: The session.
        file: Opened for reading.
    """

    def __init__(self, files: paramiko.SFTPClient, file: paramiko.SFTPFile) -> None:
        self._files = files
        self._file = file
        self._asked: dict[int, tuple[int, int]] = {}  # place and length, by number of request
        self._there: dict[int, bytes] = {}  # by place; nothing is the end of the file
        self._error: Exception | None = None

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, or up to the end of a file that is shorter.

        Raises:
            OSError: The server refused a piece.
            SSHException: The connection broke off.
        """
        following = start
        while start < end:
            while following < end and len(self._asked) + len(self._there) < _UNDER_WAY:
                length = min(PIECE_BYTES, end - following)
                self._ask(following, length)
                following += length
            while start not in self._there:
                self._hear()
            piece = self._there.pop(start)
            if not piece:
                return
            start += len(piece)
            yield piece

    def _ask(self, place: int, length: int) -> None:
        request = (CMD_READ, self._file.handle, int64(place), length)
        self._asked[self._files._async_request(self, *request)] = (place, length)

    def _hear(self) -> None:
        self._files._read_response()
        if self._error is not None:
            raise self._error

    def _async_response(self, kind: int, message: paramiko.Message, number: int) -> None:
        """Take an answer; paramiko calls this."""
        place, length = self._asked.pop(number)
        try:
            data = self._data(kind, message)
        except OSError as error:
            self._error = error
            return
        self._there[place] = data
        if len(data) > length:
            self._error = paramiko.SFTPError("the server gives more than it was asked for")
        elif 0 < len(data) < length:  # a server may give less than it was asked for
            self._ask(place + len(data), length - len(data))

    def _data(self, kind: int, message: paramiko.Message) -> bytes:
        if kind == CMD_DATA:
            return bytes(message.get_string())
        try:
            self._files._convert_status(message)
        except EOFError:
            return b""
        raise paramiko.SFTPError("the server answers a request for data with a status")
