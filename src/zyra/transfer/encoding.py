"""Undo a content encoding that a server insists on though identity was asked for."""

import zlib
from collections.abc import Iterator

from zyra.core.errors import TransferError
from zyra.transfer.client import Answer

_GZIP = ("gzip", "x-gzip")
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_PIECE_BYTES = 1 << 20  # decoded at once, so that a small answer cannot fill the memory


class GzipDecoder:
    """Decodes gzip as it arrives, members after one another included."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self._started = False

    def decoded(self, data: bytes) -> Iterator[bytes]:
        """What `data` adds to the decoded bytes, in pieces of bounded size.

        Raises:
            TransferError: It is not gzip.
        """
        try:
            while data:
                self._started = True
                if self._member.eof:
                    self._member = zlib.decompressobj(_GZIP_WINDOW)
                yield self._member.decompress(data, _PIECE_BYTES)
                data = self._member.unconsumed_tail or self._member.unused_data
        except zlib.error as exc:
            raise TransferError(f"{self._url}: announced as gzip, but is not: {exc}") from exc

    def finish(self) -> None:
        """Check that the last member is complete.

        Raises:
            TransferError: It is not.
        """
        if self._started and not self._member.eof:
            raise TransferError(f"{self._url}: the gzip-encoded answer is cut short")


def decoder_for(response: Answer) -> GzipDecoder | None:
    """The decoder an answer needs; None when its bytes are the file's own.

    Servers describe a stored `.gz` file as an encoding of another file. It was asked
    for under its own name, so it is left as it is.

    Raises:
        TransferError: The encoding is one that was not asked for and is not gzip.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding not in _GZIP:
        raise TransferError(f"{response.url.shown}: unknown Content-Encoding {encoding!r}")
    return None if response.url.name.endswith((".gz", ".tgz")) else GzipDecoder(response.url.shown)
