"""Say what a server says when it refuses something, without repeating secrets to anybody."""

import re
from collections.abc import Sequence
from itertools import islice

from zyra.core.errors import TransferError
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.hiding import Hider
from zyra.transfer.http import Response, check_status

_READ_CHUNKS = 4
_SHOWN = 300  # characters
_TEXT = re.compile(r"(?i)(text/plain|application/([a-z.-]+\+)?json)\b")


def refusal(
    response: Response, hider: Hider, expected: Sequence[int] | None = None
) -> TransferError:
    """The error for an answer that is no success.

    Args:
        response: The answer; some of its body is read.
        hider: Knows what a server may repeat, and what must not be shown.
        expected: The statuses that would have been a success, if somebody said so.

    Returns:
        `ServerBusy` for what may pass, else `RefusedByServer` with the server's words.
    """
    said = _words(response, hider)
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


def _words(response: Response, hider: Hider) -> str:
    """The beginning of an answer that is text; empty for others, such as pages."""
    if not _TEXT.match(response.headers.get("Content-Type", "")):
        return ""
    try:
        data = b"".join(islice(response.chunks(), _READ_CHUNKS))
    except TransferError:  # the status is what matters
        return ""
    # Cut after hiding: half a secret would not be recognised.
    text = hider.hide(data.decode(errors="replace"))
    return "".join(c if c.isprintable() else " " for c in text).strip()[:_SHOWN]
