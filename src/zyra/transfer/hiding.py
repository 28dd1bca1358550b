"""Keep secrets out of messages, wherever a server or a URL repeats them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from zyra.core.errors import ZyraError

_SHORTEST = 4  # characters; to hide less would make messages unreadable and hide nothing
_MASK = "***"


@dataclass(frozen=True)
class Hider:
    """Replaces secrets in text, also where they are percent-encoded."""

    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Iterable[str]) -> "Hider":
        """Hide these values, and each word of them, as in `Bearer TOKEN`."""
        words = {word for value in values for word in (value, *value.split())}
        forms = {form for word in words for form in (word, quote(word, safe=""), quote_plus(word))}
        return cls(tuple(sorted((f for f in forms if len(f) >= _SHORTEST), key=len, reverse=True)))

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
