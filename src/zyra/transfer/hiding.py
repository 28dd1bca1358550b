"""Keep secrets out of messages, wherever a server or a URL repeats them."""

from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from zyra.core.errors import ZyraError
from zyra.transfer.client import Headers
from zyra.transfer.request import harmless

_SHORTEST = 4  # characters; to hide less would make messages unreadable and hide nothing
_MASK = "***"


@dataclass(frozen=True)
class Hider:
    """Replaces secrets in text, also where they are percent-encoded."""

    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, headers: Headers, secrets: Iterable[str] = ()) -> "Hider":
        """Hide these secrets, and the headers that may hold one, as in `Bearer TOKEN`."""
        plain = harmless(headers).keys()
        values = [
            text
            for name, text in headers.items()
            if name not in plain and name.lower() != "content-type"
        ]
        words = {word for value in values for word in _spellings(value)}
        forms = {
            form
            for word in (*words, *secrets)
            for form in (word, quote(word, safe=""), quote_plus(word))
            if len(form) >= _SHORTEST
        }
        return cls(tuple(sorted(forms, key=len, reverse=True)))

    def hide(self, text: str) -> str:
        """The text without the secrets."""
        for secret in self.secrets:
            text = text.replace(secret, _MASK)
        return text

    @contextmanager
    def in_errors(self) -> Iterator[None]:
        """Take the secrets out of the errors of a block."""
        try:
            yield
        except ZyraError as error:
            error.message = self.hide(error.message)
            error.hint = None if error.hint is None else self.hide(error.hint)
            error.args = (error.message,)
            raise


NOTHING_HIDDEN = Hider()


def _spellings(value: str) -> list[str]:
    """The value of a header, and what a server may make of it: a token, user and password."""
    scheme, _, token = value.rpartition(" ")
    if scheme.lower() != "basic":
        return [value, token]
    try:
        return [value, token, *b64decode(token, validate=True).decode().split(":", 1)]
    except ValueError:  # a person's own header need not be what it says
        return [value, token]
