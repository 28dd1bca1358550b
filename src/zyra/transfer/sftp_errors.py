"""Say in Zyra's words what an SFTP server answers."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko

from zyra.core.errors import TransferError, TransientTransferError
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.socket_errors import TRY_LATER, refusals_named, socket_failure
from zyra.transfer.ssh_session import NotSsh, SessionRefused

# In the words of HTTP, by which callers tell that a file is not there.
_STATUS = {errno.ENOENT: 404, errno.EACCES: 403, errno.EPERM: 403}


@contextmanager
def translated(shown: str) -> Iterator[None]:
    """Turn errors of paramiko and of its sockets into Zyra's, with `shown` in the message.

    Raises:
        RefusedByServer: No such file, no permission.
        TransientTransferError: Reset, time-out.
        TransferError: No such host, wrong password, not SSH, sent away.
    """
    try:
        with refusals_named(shown):
            yield
    except paramiko.AuthenticationException as exc:
        raise TransferError(
            f"{shown}: the server denies access",
            hint="check user and password or key: --user, --password, --private-key, ~/.netrc",
        ) from exc
    except (NotSsh, paramiko.IncompatiblePeer) as exc:
        raise TransferError(
            f"{shown}: not a proper SSH answer: {str(exc)[:200]!r}", hint="is this an SSH port?"
        ) from exc
    except (paramiko.SFTPError, UnicodeError) as exc:  # such as names that are not UTF-8
        raise TransferError(f"{shown}: not a proper SFTP answer: {str(exc)[:200]!r}") from exc
    except SessionRefused as exc:
        raise TransferError(f"{shown}: the server ends the session: {str(exc)[:200]!r}") from exc
    except (paramiko.SSHException, EOFError) as exc:
        raise TransientTransferError(f"{shown}: the connection broke off", hint=TRY_LATER) from exc
    except OSError as exc:
        raise _failure(shown, exc) from exc


def _failure(shown: str, error: OSError) -> TransferError:
    if error.errno in _STATUS:
        return RefusedByServer(
            f"{shown}: {error.strerror or error}",
            _STATUS[error.errno],
            hint="check the path and the permissions",
        )
    if error.errno is None and not isinstance(error, TimeoutError):
        # The server's own words: paramiko gives them no number. "Socket is closed" is its own.
        if "closed" in str(error):
            return TransientTransferError(f"{shown}: the connection broke off", hint=TRY_LATER)
        return RefusedByServer(f"{shown}: {str(error)[:200]}")
    return socket_failure(shown, error)
