"""Write to a file over SFTP, many pieces under way at once, and hear the answer to each.

paramiko's own pipelining forgets the answers: a piece that was refused would leave a hole.
Like its reading ahead, this stands on its requests without waiting (see also `sftp_reads`).

Source: draft-ietf-secsh-filexfer-02, section 6.4 (SSH_FXP_WRITE).
"""

import paramiko
from paramiko.sftp import CMD_WRITE, int64

PIECE_BYTES = 32 << 10  # the most that every server takes, or gives, in one request
_UNDER_WAY = 64


class CheckedWrites:
    """Writes to one open file.

    Args:
        files: The session.
        file: Opened for writing.
    """

    def __init__(self, files: paramiko.SFTPClient, file: paramiko.SFTPFile) -> None:
        self._files = files
        self._file = file
        self._unanswered = 0
        self._error: Exception | None = None

    def write(self, data: bytes, at: int) -> None:
        """Send `data` for the place `at`.

        Raises:
            OSError: The server refused a piece, this one or one before.
            SSHException: The connection broke off.
        """
        for start in range(0, len(data), PIECE_BYTES):
            piece = data[start : start + PIECE_BYTES]
            place = int64(at + start)
            self._unanswered += 1
            self._files._async_request(self, CMD_WRITE, self._file.handle, place, piece)
            while self._unanswered > _UNDER_WAY:
                self._hear()

    def finish(self) -> None:
        """Wait for all answers.

        Raises:
            OSError: The server refused a piece.
            SSHException: The connection broke off.
        """
        while self._unanswered:
            self._hear()

    def _hear(self) -> None:
        self._files._read_response()
        if self._error is not None:
            raise self._error

    def _async_response(self, _kind: int, message: paramiko.Message, _number: int) -> None:
        """Take an answer; paramiko calls this."""
        self._unanswered -= 1
        try:
            self._files._convert_status(message)
        except (OSError, EOFError) as error:
            self._error = self._error or error
