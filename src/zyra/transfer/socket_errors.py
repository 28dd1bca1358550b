"""Say in Zyra's words what a socket reports, for clients that use sockets directly."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from zyra.core.errors import AddressRefused, TransferError, TransientTransferError
from zyra.transfer.failures import NameServiceSilent

TRY_LATER = "the connection is unstable or the server overloaded: try again later"

_BROKEN = (
    ConnectionResetError,
    ConnectionAbortedError,
    BrokenPipeError,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
)


@contextmanager
def refusals_named(shown: str) -> Iterator[None]:
    """Say of a refused address for which URL it was wanted: a batch has many.

    Raises:
        AddressRefused: The network policy forbids it.
    """
    try:
        yield
    except AddressRefused as exc:
        raise AddressRefused(f"{shown}: {exc.message}", hint=exc.hint) from exc


def socket_failure(shown: str, error: OSError) -> TransferError:
    """What an error of a connection means for `shown`, a URL without its secrets."""
    if isinstance(error, socket.gaierror):
        return unresolved(shown, error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return TransferError(
            f"{shown}: the certificate is not trusted: {error.verify_message}",
            hint="check the host's name; add its authority to the system's certificates",
        )
    if isinstance(error, TimeoutError):
        return TransientTransferError(f"{shown}: timed out", hint=TRY_LATER)
    if isinstance(error, _BROKEN):
        return TransientTransferError(f"{shown}: the connection broke off", hint=TRY_LATER)
    if isinstance(error, ssl.SSLError):
        return TransferError(f"{shown}: TLS failed: {error.reason}", hint="does it speak TLS?")
    return TransferError(
        f"{shown}: cannot connect: {error.strerror or error}", hint="check the host and the port"
    )


def unresolved(shown: str, error: BaseException | None) -> TransferError:
    """What it means for `shown` that the name of its host has no address."""
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return NameServiceSilent(
            f"{shown}: the name service does not answer", hint="check the network connection"
        )
    return TransferError(f"{shown}: no such host", hint="check the host's name")
