"""Say what a server says when it refuses something, without repeating secrets to anybody."""

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from zyra.core.errors import TransferError
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.http import Response, check_status
from zyra.transfer.request import Request

_READ_CHUNKS = 4
_SHOWN = 300  # characters
_SHORTEST = 4  # characters of a secret; to hide shorter ones would garble any text
_TEXT = re.compile(r"(?i)(text/plain|application/([a-z.-]+\+)?json)\b")


def refusal(
    response: Response, secrets: Sequence[str], expected: Sequence[int] | None = None
) -> TransferError:
    """The error for an answer that is no success.

    Args:
        response: The answer; some of its body is read.
        secrets: Texts that a server may repeat, and which must not be shown.
        expected: The statuses that would have been a success, if somebody said so.

    Returns:
        `ServerBusy` for what may pass, else `RefusedByServer` with the server's words.
    """
    said = _words(response, secrets)
    hint = f"the server says: {said}" if said else None
    if response.status < 400:
        wanted = " or ".join(map(str, expected or ("2xx",)))
        message = f"{response.url.shown}: {response.phrase}, not {wanted}"
        return RefusedByServer(message, response.status, hint=hint)
    try:
        check_status(response)
    except RefusedByServer as error:
        return RefusedByServer(error.message, error.status, hint=hint or error.hint)
    except TransferError as error:
        return error
    # 416, which may be given to who asks for ranges
    return RefusedByServer(f"{response.url.shown}: {response.phrase}", response.status, hint=hint)


def secrets_of(request: Request) -> list[str]:
    """Whatever in a request may be secret: values of headers, and of the URL's parameters."""
    parts = urlsplit(request.address)
    found = [*_in_headers(request), *(value for _, value in parse_qsl(parts.query))]
    found += [text for text in (parts.username, parts.password) if text]
    return [text for text in found if len(text) >= _SHORTEST]


def hidden(text: str, secrets: Sequence[str]) -> str:
    """The text with `***` for each secret."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _words(response: Response, secrets: Sequence[str]) -> str:
    """The beginning of an answer that is text; empty for others, such as pages."""
    if not _TEXT.match(response.headers.get("Content-Type", "")):
        return ""
    try:
        data = b"".join(islice(response.chunks(), _READ_CHUNKS))
    except TransferError:  # the status is what matters
        return ""
    # Cut after hiding: half a secret would not be recognised.
    text = hidden(data.decode(errors="replace"), secrets)
    return "".join(c if c.isprintable() else " " for c in text).strip()[:_SHOWN]


def _in_headers(request: Request) -> Iterator[str]:
    for name, value in request.headers.items():
        if name.lower() == "content-type":
            continue
        yield value
        yield from value.split()
        scheme, _, encoded = value.partition(" ")
        if name.lower() == "authorization" and scheme.lower() == "basic":
            yield from _user_and_password(encoded)


def _user_and_password(encoded: str) -> list[str]:
    try:
        return b64decode(encoded, validate=True).decode().split(":", 1)
    except ValueError:  # a person's own header need not be what it says
        return []
