"""Hide secrets in what a command writes, wherever the borders of the chunks fall."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote

MASK = "***"
SHORTEST = 5  # shorter texts stand by chance in too much that is no secret
_SLOT = re.compile(r"([\w.-]+)=(.*)", re.DOTALL)
_HEADER = re.compile(r"([A-Za-z0-9-]+):\s+(.*)", re.DOTALL)
_SCHEME = re.compile(r"(?i)(bearer|basic):(.*)", re.DOTALL)
_HIDDEN_HEADER = re.compile(r"(?i)auth|token|secret|key|passw|cookie|session|credential|signature")
_PUBLIC_SLOT = "user"
_NONE = re.compile(b"(?!)")


class StreamMask:
    """Replaces secrets by `***` in a stream of bytes; everything else passes as it is.

    Args:
        secrets: Texts to hide, see `spellings`.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        given = {secret.encode("utf-8", "surrogatepass") for secret in secrets}
        self._secrets = sorted(given, key=len, reverse=True)
        self._beginnings = {s[:length] for s in self._secrets for length in range(1, len(s))}
        self._longest = max(map(len, self._secrets), default=0)
        self._pattern = re.compile(b"|".join(map(re.escape, self._secrets))) if given else _NONE
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """What may be shown after `chunk` has come; the possible beginning of a secret waits."""
        if not self._secrets:
            return chunk
        data = self._held + chunk
        shown, done, border = [], 0, self._border(data)
        for found in self._pattern.finditer(data):
            if found.start() >= border:
                break
            shown += [data[done : found.start()], MASK.encode()]
            done = found.end()
        border = max(border, done)
        self._held = data[border:]
        return b"".join((*shown, data[done:border]))

    def flush(self) -> bytes:
        """What is left at the end of the stream."""
        rest, self._held = self._held, b""
        return self._pattern.sub(MASK.encode(), rest)

    def text(self, text: str) -> str:
        """A whole text with the secrets hidden."""
        given = text.encode("utf-8", "surrogatepass")
        return self._pattern.sub(MASK.encode(), given).decode("utf-8", "surrogatepass")

    def _border(self, data: bytes) -> int:
        """Where the longest end of `data` begins that may be the beginning of a secret."""
        first = max(0, len(data) - self._longest + 1)
        places = range(first, len(data))
        return next((at for at in places if data[at:] in self._beginnings), len(data))


def spellings(secret: str) -> Iterator[str]:
    """The texts under which an argument that is secret, or its secret part, may be shown.

    `SLOT=SECRET`, `Name: value` and `bearer:TOKEN` are taken apart, since the part is what
    is sent. What is sent also appears percent-encoded, and user and password as base64.
    """
    for text in {secret, *_parts(secret)}:
        encoded = b64encode(text.encode("utf-8", "surrogatepass")).decode() if ":" in text else ""
        for spelling in (text, quote(text, safe="", errors="replace"), encoded):
            if len(spelling.encode("utf-8", "surrogatepass")) >= SHORTEST:
                yield spelling


def _parts(secret: str) -> Iterator[str]:
    if header := _HEADER.fullmatch(secret):
        if _HIDDEN_HEADER.search(header[1]):
            yield header[2]
            yield header[2].rpartition(" ")[2]
    elif scheme := _SCHEME.fullmatch(secret):
        yield scheme[2]
        if scheme[1].lower() == "basic":
            yield scheme[2].partition(":")[2]
    elif (slot := _SLOT.fullmatch(secret)) and slot[1] != _PUBLIC_SLOT:
        yield slot[2]
