"""Encrypt what holds secrets, and digest it by a key; loaded only where one is kept or opened.

Source: Fernet specification (AES-128-CBC with HMAC-SHA256), as `cryptography` implements it.
"""

import base64
import hmac
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from cryptography.fernet import Fernet, InvalidToken

from zyra.jobs.requests import ServiceUnavailable

# What the key of digests is derived from: one key is not used for two things.
_DIGESTS = b"zyra: digests of requests"


class Seal:
    """Encrypts and decrypts with one key.

    Args:
        key: 32 bytes in URL-safe base64.
    """

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)
        self._digest_key = hmac.digest(base64.urlsafe_b64decode(key), _DIGESTS, "sha256")

    def seal(self, text: str) -> str:
        """Encrypt `text`."""
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass")).decode("ascii")

    def unseal(self, sealed: str) -> str:
        """Decrypt what `seal` made.

        Raises:
            ServiceUnavailable: It was made with another key.
        """
        try:
            return self._fernet.decrypt(sealed).decode("utf-8", "surrogatepass")
        except InvalidToken as error:
            raise ServiceUnavailable(
                "what was kept of the job was encrypted with another key",
                hint="give every server and worker the same ZYRA_PLAN_KEY",
            ) from error

    def digest(self, text: str) -> str:
        """HMAC-SHA256 of `text`, hexadecimal."""
        return hmac.new(
            self._digest_key, text.encode("utf-8", "surrogatepass"), "sha256"
        ).hexdigest()


def seal_of_file(path: Path) -> Seal:
    """A seal whose key lies in a file that only this user can read; made when it is missing."""
    if not path.exists():
        _make_key(path)
    return Seal(path.read_text(encoding="ascii"))


def _make_key(path: Path) -> None:
    """Write a new key, whole or not at all; another process may be doing the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}-{token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:  # noqa: PTH123
            stream.write(Fernet.generate_key())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
