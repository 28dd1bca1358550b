"""SSH sessions that begin in time or not at all, and tell why not.

paramiko waits for some answers without end, calls a login that broke off denied, and has one
error for a server that hangs up before its greeting and for one that does not speak SSH.

Source: RFC 4253, sections 4.2 (greeting) and 11.1 (disconnection); the lines of a server
without room are those of OpenSSH's sshd.
"""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko

from zyra.transfer.deadlines import broken_after

_QUIET = "zyra.ssh"
_GREETINGS = ("SSH-2.0-", "SSH-1.99-")
_NO_ROOM = ("Exceeded MaxStartups", "Not allowed at this time")
# By the codes of a disconnection: connection lost, by application, too many connections.
_PASSING = (10, 11, 12)
_FAILURES = (paramiko.SSHException, EOFError, OSError)


class NotSsh(paramiko.SSHException):  # type: ignore[misc]  # paramiko has no types
    """The server says something that is not SSH."""


class SessionRefused(paramiko.SSHException):  # type: ignore[misc]
    """The server ends the session in so many words."""


class SshSession(paramiko.Transport):  # type: ignore[misc]
    """A client's session over a connection, which is closed with it."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection, packetizer_class=_Hearing)
        self.set_log_channel(_QUIET)
        self.logger.setLevel(logging.CRITICAL)  # what it logs is raised, too
        self._farewell: tuple[int, str] | None = None

    def close(self) -> None:
        """End the session; also one that has not begun."""
        super().close()
        self.sock.close()

    @contextmanager
    def answering_within(self, timeout_s: float) -> Iterator[None]:
        """End the session unless the block, which begins a part of it, is over in time.

        Raises:
            TimeoutError: It is not.
            EOFError: The server hung up.
            NotSsh: The server speaks something else.
            SessionRefused: The server ended the session and said why.
        """
        # All of paramiko's own limits end in errors that tell too little.
        self.banner_timeout = self.handshake_timeout = 2 * timeout_s
        self.auth_timeout = None
        with broken_after(timeout_s, self.close, _FAILURES):
            try:
                yield
            except _FAILURES as error:
                raise self._told(error) from error

    def _told(self, error: Exception) -> Exception:
        """What happened, as far as the server told."""
        if not self.remote_version.startswith(_GREETINGS):
            return self._without_greeting(error)
        denied = isinstance(error, paramiko.AuthenticationException)
        if denied and self._has_answered():
            return error
        if self._farewell is not None:
            code, words = self._farewell
            return EOFError() if code in _PASSING else SessionRefused(words)
        return EOFError() if denied else error

    def _without_greeting(self, error: Exception) -> Exception:
        heard = self.packetizer.first_line
        # Whichever was first: reading what it says, or writing our own greeting.
        hung_up = any(isinstance(e, EOFError | OSError) for e in (error, error.__context__))
        if hung_up and (heard is None or heard.startswith(_NO_ROOM)):
            return EOFError()
        return NotSsh(heard or str(error))

    def _has_answered(self) -> bool:
        """Whether the server denied a login; paramiko's handler forgets the name then."""
        return self.auth_handler is not None and self.auth_handler.username is None

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        """Keep why the server ends the session; paramiko calls this."""
        self._farewell = (message.get_int(), message.get_text())
        message.rewind()
        super()._parse_disconnect(message)


class _Hearing(paramiko.Packetizer):  # type: ignore[misc]
    """Keeps the first line that a server says."""

    first_line: str | None = None

    def readline(self, timeout: float) -> str:
        """A line of the greeting, and of what may come before it."""
        line = str(super().readline(timeout))
        self.first_line = self.first_line or line
        return line
