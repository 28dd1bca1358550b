"""The first words of an answer, for a message about it; they may repeat a secret."""

from zyra.core.errors import TransferError
from zyra.transfer.encoding import decoder_for
from zyra.transfer.hiding import Hider
from zyra.transfer.http import Response
from zyra.transfer.pace import USUAL_PACE

_READ_BYTES = 1 << 14
_SHOWN = 300  # characters
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def first_words(response: Response, hider: Hider) -> str:
    """The beginning of a body that is text, on one line; empty for any other."""
    return one_line(beginning_of(response).decode(errors="replace"), hider)


def beginning_of(response: Response) -> bytes:
    """The first bytes of a body, decoded; its end is not waited for."""
    data = b""
    try:
        decoder = decoder_for(response)
        for chunk in USUAL_PACE.kept(response.chunks(), response.url.shown):
            data += chunk if decoder is None else b"".join(decoder.decoded(chunk))
            if len(data) >= _READ_BYTES:
                break
    except TransferError:  # the message is about the answer, of which this is an ornament
        return b""
    return data[:_READ_BYTES]


def one_line(text: str, hider: Hider) -> str:
    """What is shown of a text; nothing of one that is none."""
    hidden = hider.hide(text)  # before it is cut: half a secret would not be recognised
    words = " ".join("".join(c if c.isprintable() else " " for c in hidden).split())
    return "" if _UNREADABLE in words[:100] else words[:_SHOWN]
