"""Say in Zyra's words what the library of object stores reports.

It has few classes of errors; what happened stands in the text. When no connection came
about, one is tried anew with our own means, since those know the reason.
"""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import obstore
from obstore.exceptions import BaseError

from zyra.core.errors import TransferError, TransientTransferError
from zyra.core.loading import load
from zyra.core.urls import Url
from zyra.transfer.connections import Dialer
from zyra.transfer.failures import RefusedByServer, ServerBusy
from zyra.transfer.object_access import Access
from zyra.transfer.socket_errors import TRY_LATER, refusals_named, unresolved

Found = TypeVar("Found")

# Loaded when a bucket turns out to be elsewhere: it makes a request of its own.
REGION_OF = "zyra.transfer.object_region:region_of"

_STATUS = re.compile(r"status code: (\d{3}) ?([A-Za-z ]*)")
_CODE = re.compile(r"<Code>([A-Za-z0-9.]{1,80})</Code>")
_BUSY = (429, 500, 502, 503, 504)
_NO_CREDENTIALS = {
    "s3": "public data needs none: --unsigned; else set AWS_PROFILE or AWS_ACCESS_KEY_ID",
    "gs": "to read public data needs none: --unsigned; else set GOOGLE_SERVICE_ACCOUNT",
    "az": "public data needs none: --unsigned; else set AZURE_STORAGE_ACCOUNT_KEY or _SAS_KEY",
}
_ODD_KEY = re.compile(r"invalid path: .*?[Pp]ath \"([^\"]*)\"")
_METADATA = re.compile(r"169\.254\.169\.254|/latest/(api|meta-data)/")
_HINTS = {
    400: "check the region: AWS_REGION",
    401: "check the credentials; public data needs none: --unsigned",
    403: "check the credentials and their rights; public data needs none: --unsigned",
    404: "check the bucket and the key",
    507: "the store has no room",
}


class InAnotherRegion(TransferError):
    """The bucket is in another region than the one that was asked."""


class OddKey(TransferError):
    """A key is none that the library can read, and ends its listing."""


@contextmanager
def translated(url: Url, access: Access) -> Iterator[None]:
    """Turn the library's errors into Zyra's, with `url` in the message.

    Raises:
        RefusedByServer: The store answers with an error that will stay.
        InAnotherRegion: The bucket is elsewhere; `ask` finds out where.
        TransientTransferError: Overloaded, broken off.
        AddressRefused: The network policy forbids the store's address.
        TransferError: Any other failure.
    """
    try:
        yield
    except (BaseError, OSError) as exc:
        text = str(exc).partition("\n\nDebug source")[0]
        if isinstance(exc, OSError) and not isinstance(exc, FileNotFoundError):
            raise  # ours: a file that cannot be written
        raise _failure(url, access, text) from exc


def ask(url: Url, access: Access, call: Callable[[], Found], forget: Callable[[], object]) -> Found:
    """What `call` finds; where the bucket is in another region, what it finds there.

    Args:
        url: Within the bucket.
        access: Is told the region.
        call: Asks the store.
        forget: Lets go of the store that asks in the wrong region.

    Raises:
        TransferError: As `translated`.
    """
    try:
        with translated(url, access):
            return call()
    except InAnotherRegion:
        region = load(REGION_OF)(url, access)
        if region is None or not access.moves_to(url.host, region):
            raise
    forget()
    with translated(url, access):
        return call()


def _failure(url: Url, access: Access, text: str) -> TransferError:
    found = _STATUS.search(text)
    status = int(found[1]) if found else None
    if _METADATA.search(text):
        return no_credentials(url)
    odd_key = _ODD_KEY.search(text)
    if odd_key is not None:
        return OddKey(
            f"{url.shown}: there is the key {odd_key[1]!r}, of which a part is empty, . or .., or"
            " holds a control character",
            hint="choose a longer prefix that leaves it out; such objects cannot be reached",
        )
    if (found is None and "redirect" not in text) or status == 403:
        check_connection(url, access)
    if "redirect without LOCATION" in text or "AuthorizationHeaderMalformed" in text:
        return InAnotherRegion(f"{url.shown}: in another region", hint="set AWS_REGION")
    if found is not None and status is not None:
        return _refusal(url, status, found[2].strip(), text)
    if "HTTP error" in text or "timed out" in text:
        return TransientTransferError(f"{url.shown}: the connection broke off", hint=TRY_LATER)
    return TransferError(f"{url.shown}: {text.partition(chr(10))[0]}")


def _refusal(url: Url, status: int, phrase: str, text: str) -> TransferError:
    code = _CODE.search(text)
    message = f"{url.shown}: {status} {code[1] if code else phrase}"
    if status in _BUSY:
        return ServerBusy(message)
    return RefusedByServer(message, status, hint=_HINTS.get(status))


def can_be_asked(url: Url, access: Access) -> bool:
    """Whether the library gets an answer of any kind, as it does through a proxy of its own."""
    try:
        obstore.head(access.open(url), "any")
    except (BaseError, FileNotFoundError, PermissionError) as exc:
        is_answer = isinstance(exc, FileNotFoundError | PermissionError)
        return is_answer or _STATUS.search(str(exc)) is not None
    return True


def no_credentials(url: Url) -> TransferError:
    """That a store asks who we are, and nothing is known that could answer it."""
    return TransferError(f"{url.shown}: there are no credentials", hint=_NO_CREDENTIALS[url.scheme])


def check_connection(url: Url, access: Access) -> None:
    """Connect to where `url` is once, by our own means, which know why it does not come about.

    Raises:
        AddressRefused: The network policy forbids the store's address.
        TransientTransferError: The store or the name service does not answer.
        TransferError: No such host, or nobody listens there.
    """
    endpoint = access.endpoint(url)
    where = f"{url.shown}: {endpoint.host}"
    try:
        with refusals_named(url.shown):
            Dialer(access.policy).dial(endpoint.host, endpoint.port or 443, 10.0).close()
    except socket.gaierror as exc:
        raise unresolved(where, exc) from exc
    except TimeoutError as exc:
        raise TransientTransferError(f"{where} does not answer", hint=TRY_LATER) from exc
    except OSError as exc:
        raise TransferError(
            f"{where}: cannot connect: {exc.strerror or exc}", hint="check the endpoint"
        ) from exc
