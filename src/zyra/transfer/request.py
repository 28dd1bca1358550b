"""A request with any method and body, and what becomes of it when it is redirected."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from zyra.core.errors import TransferError
from zyra.transfer.client import Headers

# Sent to whatever origin a redirect names; all else may be a credential (RFC 9110, 15.4).
_HARMLESS = frozenset({"accept", "accept-encoding", "accept-language", "range", "if-range"})
# RFC 9110, 9.2.2: to do these twice is as good as once.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"})


class Body(Protocol):
    """What is sent along with a request.

    Attributes:
        length: Bytes, or None where it is not known before they are read.
        repeatable: Whether it can be sent again, after a failure or a redirect.
    """

    @property
    def length(self) -> int | None:
        """Bytes, if known."""

    @property
    def repeatable(self) -> bool:
        """Whether `pieces` can be called again."""

    def pieces(self) -> Iterable[bytes]:
        """The bytes from the beginning on."""


@dataclass(frozen=True)
class BytesBody:
    """A body that is in memory."""

    data: bytes
    repeatable: bool = True

    @property
    def length(self) -> int:
        """Bytes."""
        return len(self.data)

    def pieces(self) -> Iterable[bytes]:
        """All of it."""
        return (self.data,)


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        address: An http or https URL.
        method: In upper case, such as POST.
        headers: Sent to the URL's own origin.
        body: Sent along, if any.
    """

    address: str
    method: str = "GET"
    headers: Headers = field(default_factory=dict)
    body: Body | None = None

    @property
    def is_idempotent(self) -> bool:
        """Whether sending it twice does no more than once, as far as the method says."""
        return self.method in _IDEMPOTENT and (self.body is None or self.body.repeatable)

    @property
    def framing(self) -> Headers:
        """The header that tells the length of the body, where it is known."""
        if self.body is None or self.body.length is None:
            return {}
        return {"Content-Length": str(self.body.length)}

    def redirected(self, status: int, *, same_party: bool) -> "Request":
        """What is asked where an answer of `status` sends this request.

        303, and 301 and 302 after a POST, turn it into a GET. Another party than the one
        it was meant for gets neither credentials nor a body.

        Raises:
            TransferError: A body would go to another party, or has gone already.

        Source: RFC 9110, sections 15.4.2 to 15.4.9.
        """
        to_get = status == 303 or (status in (301, 302) and self.method == "POST")
        after = self if not to_get or self.method == "HEAD" else self._as_get()
        if after.body is not None and not (same_party and after.body.repeatable):
            raise TransferError(
                f"the server redirects a {self.method} whose body may not be sent on",
                hint="give the URL that it redirects to",
            )
        return after if same_party else replace(after, headers=harmless(after.headers))

    def _as_get(self) -> "Request":
        headers = {
            name: text for name, text in self.headers.items() if name.lower() != "content-type"
        }
        return replace(self, method="GET", body=None, headers=headers)


def harmless(headers: Headers) -> Headers:
    """Those of `headers` that another party than the one they were given for may see."""
    return {name: text for name, text in headers.items() if name.lower() in _HARMLESS}
