"""List a folder over SFTP, whatever its names are.

paramiko's own listing gives up on the whole folder when one name is not UTF-8.

Source: draft-ietf-secsh-filexfer-02, section 6.7 (SSH_FXP_OPENDIR, SSH_FXP_READDIR).
"""

from collections.abc import Iterator

import paramiko
from paramiko.sftp import CMD_CLOSE, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READDIR

from zyra.core.errors import LimitExceeded

MOST_NAMES = 1_000_000
_OWN = (b".", b"..")  # no entries: the folder itself and the one above


def names_in(files: paramiko.SFTPClient, folder: str) -> list[tuple[str, paramiko.SFTPAttributes]]:
    """The names in a folder, and what is told of each; a byte that is not UTF-8 is a surrogate.

    Raises:
        LimitExceeded: It has more than a million.
        OSError: There is no such folder, or it may not be read.
        SSHException: The connection broke off.
    """
    kind, answer = files._request(CMD_OPENDIR, folder)
    if kind != CMD_HANDLE:
        raise paramiko.SFTPError("no handle of the folder")
    handle = answer.get_binary()
    found: list[tuple[str, paramiko.SFTPAttributes]] = []
    for name, attributes in _read(files, handle):
        if len(found) == MOST_NAMES:
            raise LimitExceeded(f"{folder} has more than {MOST_NAMES} entries")
        if name not in _OWN:
            found.append((name.decode(errors="surrogateescape"), attributes))
    files._request(CMD_CLOSE, handle)
    return found


def _read(
    files: paramiko.SFTPClient, handle: bytes
) -> Iterator[tuple[bytes, paramiko.SFTPAttributes]]:
    while True:
        try:
            kind, answer = files._request(CMD_READDIR, handle)
        except EOFError:  # all of it has been read
            return
        if kind != CMD_NAME:
            raise paramiko.SFTPError("no names of the folder")
        for _ in range(answer.get_int()):
            name, _line = answer.get_string(), answer.get_string()
            yield name, paramiko.SFTPAttributes._from_msg(answer)
