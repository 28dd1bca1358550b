"""Say in Zyra's words what urllib3 reports, and whether another try is worth it."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import IncompleteRead

from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    SSLError,
    TimeoutError,
)

from zyra.core.errors import TransferError, TransientTransferError
from zyra.transfer.socket_errors import TRY_LATER, refusals_named, unresolved


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn the errors of urllib3 into Zyra's, with `url` (already masked) in the message.

    Raises:
        AddressRefused: The network policy forbids an address.
        TransientTransferError: Reset, time-out, cut short.
        TransferError: No such host, refused, bad certificate, not HTTP.
    """
    try:
        with refusals_named(url):
            yield
    except NameResolutionError as exc:
        raise unresolved(url, exc.__cause__) from exc
    except NewConnectionError as exc:
        raise TransferError(
            f"{url}: cannot connect: {exc.__cause__}", hint="check the host and the port"
        ) from exc
    except TimeoutError as exc:
        raise TransientTransferError(f"{url}: timed out", hint=TRY_LATER) from exc
    except SSLError as exc:
        raise _tls(url, exc) from exc
    except ProtocolError as exc:
        raise _broken(url, exc) from exc
    except HTTPError as exc:
        raise TransferError(f"{url}: not a proper HTTP answer: {str(exc)!r}") from exc


def _tls(url: str, error: SSLError) -> TransferError:
    cause = error.args[0] if error.args else error
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return TransientTransferError(f"{url}: the connection broke off", hint=TRY_LATER)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return TransferError(
            f"{url}: the certificate is not trusted: {cause.verify_message}",
            hint="check the host's name; add its authority to the system's certificates",
        )
    return TransferError(f"{url}: TLS failed: {cause}", hint="is this an https port?")


def _broken(url: str, error: ProtocolError) -> TransferError:
    cause = error.args[1] if len(error.args) > 1 else error
    if isinstance(cause, IncompleteRead):
        return TransientTransferError(f"{url}: the answer was cut short", hint=TRY_LATER)
    if isinstance(cause, OSError):
        return TransientTransferError(f"{url}: the connection broke off", hint=TRY_LATER)
    return TransferError(f"{url}: not a proper HTTP answer: {str(cause)!r}")
