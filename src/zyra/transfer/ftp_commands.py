"""What FTP servers are asked beside files themselves.

Source: RFC 959, RFC 3659 (SIZE, MDTM).
"""

import ftplib
import ssl

from zyra.core.errors import LimitExceeded
from zyra.transfer.file_answers import Facts
from zyra.transfer.ftp_listing import parse_ftp_time

MOST_LINES = 1_000_000  # of one listing
UNKNOWN = ("500", "501", "502", "504")  # commands that a server does not know


def facts_of(ftp: ftplib.FTP, path: str) -> Facts:
    """Size and time of a file; None where the server does not know the command.

    Raises:
        ftplib.Error: The file is not there, or the connection is broken.
    """
    size = _asked(ftp, f"SIZE {path}")
    time = _asked(ftp, f"MDTM {path}")
    return Facts(
        int(size) if size is not None and size.isdecimal() and len(size) <= 18 else None,
        None if time is None else parse_ftp_time(time),
    )


def _asked(ftp: ftplib.FTP, command: str) -> str | None:
    try:
        return ftp.sendcmd(command).partition(" ")[2].strip()
    except ftplib.error_perm as error:
        # 550 of SIZE may also mean a file that it will not count: RETR will tell.
        if str(error)[:3] in (*UNKNOWN, "550"):
            return None
        raise


def lines_of(ftp: ftplib.FTP, command: str) -> list[str]:
    """What a server lists; a byte that is not UTF-8 stays as a surrogate, and spoils one name only.

    Raises:
        LimitExceeded: It has more than a million lines.
        ftplib.Error: It cannot be listed.
        ValueError: What comes is no lines.
        OSError: The connection broke off.
    """
    lines: list[str] = []
    ftp.voidcmd("TYPE A")  # a listing is text
    with ftp.transfercmd(command) as data, data.makefile("rb") as stream:
        while line := stream.readline(ftp.maxline + 1):
            if len(line) > ftp.maxline:
                raise ValueError(f"a line of more than {ftp.maxline} letters")
            if len(lines) == MOST_LINES:
                raise LimitExceeded(f"{command} gives more than {MOST_LINES} entries")
            lines.append(line.rstrip(b"\r\n").decode(errors="surrogateescape"))
        end_of_data(data)
    ftp.voidresp()
    ftp.voidcmd("TYPE I")
    return lines


def make_folders(ftp: ftplib.FTP, path: str) -> None:
    """Make the folders of a path that are not there."""
    parts = path.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        folder = "/".join(parts[:count])
        if folder:
            try:
                ftp.mkd(folder)
            except ftplib.error_perm:  # it is there, or STOR will tell
                continue


def end_of_data(data: object) -> None:
    """Say goodbye on an encrypted data connection, as its end could be somebody else's doing."""
    if isinstance(data, ssl.SSLSocket):
        try:
            data.unwrap()
        except (OSError, ValueError):  # many servers just close; the size is checked anyway
            return
