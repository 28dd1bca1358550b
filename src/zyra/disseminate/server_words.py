"""Say what a server says when it refuses something, without repeating secrets to anybody."""

import re
from collections.abc import Sequence

from zyra.core.errors import TransferError
from zyra.transfer.answer_words import first_words
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.hiding import Hider
from zyra.transfer.http import Response, check_status

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
    is_text = _TEXT.match(response.headers.get("Content-Type", ""))  # a page, say, is not
    said = first_words(response, hider) if is_text else ""
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
