"""Judge answers of a web API before their bodies are taken."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from zyra.core.errors import TransferError
from zyra.transfer.answer_words import first_words
from zyra.transfer.client import Headers
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.hiding import NOTHING_HIDDEN, Hider
from zyra.transfer.http import Response, check_status


@dataclass(frozen=True)
class Admission:
    """Takes the answers that were wished for; callable as `asking.Admit`.

    Attributes:
        expected: Media type, such as image/*; None or empty for any.
        errors: Whether answers that are errors are taken.
        hider: Knows what a service may repeat, and what must not be shown.
    """

    expected: str | None = None
    errors: bool = False
    hider: Hider = NOTHING_HIDDEN

    def __call__(self, response: Response) -> None:
        """Refuse an answer, with its beginning.

        Raises:
            ServerBusy: An error that may pass.
            RefusedByServer: Any other error.
            TransferError: It is of another media type.
        """
        if not self.errors:
            self._check_status(response)
        if response.status != 416:
            self._check_type(response)

    def _check_type(self, response: Response) -> None:
        found = media_type(response.headers)
        if self.expected and not fnmatchcase(found, self.expected.strip().lower()):
            raise TransferError(
                f"{response.url.shown}: sent {found or 'no media type'}, not {self.expected}"
                f"{self._beginning(response)}"
            )

    def _check_status(self, response: Response) -> None:
        try:
            check_status(response)
        except RefusedByServer as error:
            error.message += self._beginning(response)
            error.args = (error.message,)
            raise

    def _beginning(self, response: Response) -> str:
        words = first_words(response, self.hider)
        return words and f": {words}"


def media_type(headers: Headers) -> str:
    """The media type of an answer in lower case, without its parameters; empty if not told."""
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def is_json(headers: Headers) -> bool:
    """Whether an answer says that it is one JSON value."""
    kind = media_type(headers)
    return kind in ("application/json", "text/json") or kind.endswith("+json")
