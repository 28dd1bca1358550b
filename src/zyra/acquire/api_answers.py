"""Judge answers of a web API before their bodies are taken."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from zyra.core.errors import TransferError
from zyra.transfer.client import Headers
from zyra.transfer.encoding import decoder_for
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.http import Response, check_status

_SHOWN_BYTES = 300  # of an answer that is refused


@dataclass(frozen=True)
class Admission:
    """Takes the answers that were wished for; callable as `asking.Admit`.

    Attributes:
        expected: Media type, such as image/*; None or empty for any.
        errors: Whether answers that are errors are taken.
    """

    expected: str | None = None
    errors: bool = False

    def __call__(self, response: Response) -> None:
        """Refuse an answer, with its beginning.

        Raises:
            ServerBusy: An error that may pass.
            RefusedByServer: Any other error.
            TransferError: It is of another media type.
        """
        if not self.errors:
            _check_status(response)
        if response.status != 416:
            self._check_type(response)

    def _check_type(self, response: Response) -> None:
        found = media_type(response.headers)
        if self.expected and not fnmatchcase(found, self.expected.strip().lower()):
            raise TransferError(
                f"{response.url.shown}: sent {found or 'no media type'}, not {self.expected}"
                f"{_beginning(response)}"
            )


def _check_status(response: Response) -> None:
    try:
        check_status(response)
    except RefusedByServer as error:
        error.message += _beginning(response)
        error.args = (error.message,)
        raise


def media_type(headers: Headers) -> str:
    """The media type of an answer in lower case, without its parameters; empty if not told."""
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def is_json(headers: Headers) -> bool:
    """Whether an answer says that it is one JSON value."""
    kind = media_type(headers)
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def _beginning(response: Response) -> str:
    """The first words of a body that is text, for a message; its whole end is not waited for."""
    data = b""
    try:
        decoder = decoder_for(response)
        for chunk in response.chunks():
            data += chunk if decoder is None else b"".join(decoder.decoded(chunk))
            if len(data) >= _SHOWN_BYTES:
                break
    except TransferError:  # the message is about the answer, of which this is an ornament
        return ""
    text = data[:_SHOWN_BYTES].decode(errors="replace")
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f": {words}" if words and "\N{REPLACEMENT CHARACTER}" not in words[:100] else ""
