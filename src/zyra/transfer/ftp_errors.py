"""Say in Zyra's words what an FTP server answers.

Source: RFC 959, section 4.2 (reply codes).
"""

import ftplib
import re
from collections.abc import Iterator
from contextlib import contextmanager

from zyra.core.errors import TransferError, TransientTransferError, ZyraError
from zyra.transfer.failures import RefusedByServer, ServerBusy
from zyra.transfer.socket_errors import TRY_LATER, refusals_named, socket_failure

_NOT_FOUND = 404  # in the words of HTTP, by which callers tell that a file is not there
_FULL = ("452", "552")


@contextmanager
def translated(shown: str) -> Iterator[None]:
    """Turn errors of ftplib and of its sockets into Zyra's, with `shown` in the message.

    Raises:
        RefusedByServer: No such file, no permission.
        TransientTransferError: Reset, time-out, too many users.
        TransferError: No such host, wrong password, bad certificate, not FTP.
    """
    try:
        with refusals_named(shown):
            yield
    except ftplib.error_temp as exc:
        raise _temporary(shown, str(exc)) from exc
    except ftplib.error_perm as exc:
        raise _permanent(shown, str(exc)) from exc
    except EOFError as exc:
        raise TransientTransferError(f"{shown}: the connection broke off", hint=TRY_LATER) from exc
    except OSError as exc:  # a certificate's error is a ValueError, too
        raise socket_failure(shown, exc) from exc
    except (ftplib.Error, ValueError) as exc:
        raise TransferError(f"{shown}: not a proper FTP answer: {str(exc)[:200]!r}") from exc


def _temporary(shown: str, answer: str) -> ZyraError:
    message = f"{shown}: {_one_line(answer)}"
    if answer[:3] == "450":  # busy or, from some servers, not there
        return TransientTransferError(message, hint="the file is in use: try again later")
    if _is_full(answer):
        return TransferError(message, hint="the server has no room")
    return ServerBusy(message)


def _permanent(shown: str, answer: str) -> TransferError:
    message = f"{shown}: {_one_line(answer)}"
    code = answer[:3]
    if code in ("534", "522", "521") or re.search(r"\b(TLS|SSL)\b", answer):
        return TransferError(message, hint="the server wants encryption: write ftps://")
    if code in ("530", "532", "430"):
        return TransferError(
            message, hint="check user and password: --user, --password, --credential or ~/.netrc"
        )
    if code == "550":
        return RefusedByServer(message, _NOT_FOUND, hint="check the path and the permissions")
    if _is_full(answer):
        return TransferError(message, hint="the server has no room")
    return RefusedByServer(message)


def _is_full(answer: str) -> bool:
    return answer[:3] in _FULL


def _one_line(answer: str) -> str:
    return "".join(filter(str.isprintable, answer.partition("\n")[0]))[:200]
