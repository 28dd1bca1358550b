"""FTP and FTPS whose control and data connections a dialer opens.

Data connections are passive and go to the address of the control connection: one that a
server names in its answer is not looked at, so it can send nobody elsewhere.

Source: RFC 959, RFC 2428 (EPSV), RFC 4217 (FTP over TLS).
"""

# ruff: noqa: S321 - archives of observations speak plain FTP; where they can, open_ftp encrypts

import ftplib
import socket
import ssl
from dataclasses import replace
from ftplib import error_reply, parse150, parse227, parse229
from functools import partial
from typing import Any

from zyra.transfer.connections import TIMEOUT_S, Dialer
from zyra.transfer.deadlines import broken_after, hang_up
from zyra.transfer.pools import public_trust

IMPLICIT_TLS_PORT = 990  # encrypted from the start, before RFC 4217; IANA's ftps


class DialedFTP(ftplib.FTP):
    """An FTP connection; use `open_ftp`."""

    dialer: Dialer

    def connect(self, host: str = "", port: int = 0, *_: Any, **__: Any) -> str:
        """Connect to `host` and return its welcome.

        Raises:
            AddressRefused: The network policy forbids the address.
            OSError: It does not answer.
            ftplib.Error: It answers with an error.
        """
        self.host = host
        self.port = port or ftplib.FTP_PORT
        self.sock = self._dialed()
        self.af = self.sock.family
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome

    def getline(self) -> str:
        """A whole line; what the end of the connection cut off might be a part of a number.

        Raises:
            EOFError: The server hung up.
            ftplib.Error: It is longer than any answer.
        """
        stream: Any = self.file
        line = str(stream.readline(self.maxline + 1))
        if len(line) > self.maxline:
            raise ftplib.Error(f"a line of more than {self.maxline} letters")
        if not line.endswith("\n"):
            raise EOFError
        return line.rstrip("\r\n")

    def getresp(self) -> str:
        """An answer of the server.

        Raises:
            TimeoutError: It takes twice as long as may be between two pieces of it.
            EOFError: The server hung up.
            ftplib.Error: It is an error.
        """
        connection: Any = self
        with broken_after(2 * connection.timeout, partial(hang_up, connection.sock)):
            return super().getresp()

    def _dialed(self) -> socket.socket:
        """The control connection; those for data go to the same of the host's addresses.

        Through a broker the peer is the broker, which alone knows the host's addresses.
        """
        connection = self.dialer.dial(self.host, self.port, self.timeout)
        if self.dialer.policy.broker is None:
            address = str(connection.getpeername()[0])
            self.dialer = replace(self.dialer, resolve=lambda _host, _port: [address])
        return connection

    def ntransfercmd(
        self, cmd: str, rest: int | str | None = None
    ) -> tuple[socket.socket, int | None]:
        """Send a command and open its data connection; give that and the size if told.

        Raises:
            AddressRefused: The network policy forbids the address.
            OSError: The connection broke off.
            ftplib.Error: The server answers with an error.
        """
        data = self.dialer.dial(self.host, self._data_port(), self.timeout)
        try:
            answer = self._begin(cmd, rest)
        except BaseException:
            data.close()
            raise
        return data, parse150(answer) if answer.startswith("150") else None

    def _begin(self, cmd: str, rest: int | str | None) -> str:
        if rest is not None:
            self.sendcmd(f"REST {rest}")
        answer = self.sendcmd(cmd)
        if answer.startswith("2"):  # some servers first say that the last transfer is done
            answer = self.getresp()
        if not answer.startswith("1"):
            raise error_reply(answer)
        return answer

    def _data_port(self) -> int:
        """The port that the server listens on for data; EPSV tells no address at all."""
        try:
            return parse229(self.sendcmd("EPSV"), (self.host, self.port))[1]
        except ftplib.error_perm:  # an old server
            return parse227(self.sendcmd("PASV"))[1]


class DialedFTPS(ftplib.FTP_TLS, DialedFTP):
    """An FTP connection with TLS for commands and data; use `open_ftp`."""

    def _dialed(self) -> socket.socket:
        connection = super()._dialed()
        return self._encrypted(connection) if self.port == IMPLICIT_TLS_PORT else connection

    def ntransfercmd(
        self, cmd: str, rest: int | str | None = None
    ) -> tuple[socket.socket, int | None]:
        """Send a command and open its data connection within the TLS session of the commands.

        Raises:
            As `DialedFTP.ntransfercmd`; also for a certificate that is not trusted.
        """
        data, size = DialedFTP.ntransfercmd(self, cmd, rest)
        # Many servers take data of no other session, lest somebody steals the connection.
        session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
        return self._encrypted(data, session), size

    def _encrypted(
        self, connection: socket.socket, session: ssl.SSLSession | None = None
    ) -> ssl.SSLSocket:
        try:
            return self.context.wrap_socket(connection, server_hostname=self.host, session=session)
        except BaseException:
            connection.close()
            raise


def open_ftp(
    dialer: Dialer,
    host: str,
    port: int | None = None,
    *,
    user: tuple[str, str] = ("anonymous", "zyra@"),
    tls: bool = False,
    trust: ssl.SSLContext | None = None,
    timeout_s: float = TIMEOUT_S,
) -> ftplib.FTP:
    """Connect and log in; the result is a context manager that logs out.

    Args:
        dialer: Opens the sockets.
        host: Name or address.
        port: 21 when None.
        user: Name and password.
        tls: Encrypt commands and data: from the start on port 990, else by AUTH TLS.
        trust: Certificates that are trusted; the public ones when None.
        timeout_s: For connecting and between two pieces.

    Raises:
        AddressRefused: The network policy forbids the address.
        OSError: The host does not answer.
        ftplib.Error: It answers with an error, such as to a wrong password.
    """
    context = (trust or public_trust()) if tls else None
    ftp = DialedFTPS(context=context, timeout=timeout_s) if tls else DialedFTP(timeout=timeout_s)
    ftp.dialer = dialer
    try:
        ftp.connect(host, port or 0)
        ftp.login(*user)
        if isinstance(ftp, DialedFTPS):
            ftp.prot_p()
    except BaseException:
        ftp.close()
        raise
    return ftp
