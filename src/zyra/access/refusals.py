"""How callers are refused; light, since every answer of the service may need it."""

from dataclasses import dataclass

from zyra.core.errors import ZyraError


class NotAuthenticated(ZyraError):
    """The caller may not be served; the message says why."""


class MissingScope(ZyraError):
    """The caller is known, but its key or token does not allow this."""


class TokenRefused(ZyraError):
    """A bearer token that is not accepted; the message says why."""


@dataclass(frozen=True)
class Standing:
    """Where a caller stands with one limit.

    Attributes:
        kind: What is counted, such as `runs`.
        limit: So many are allowed...
        window_s: ...in so many seconds.
        remaining: So many are left.
        reset_s: In so many seconds all are left again.
    """

    kind: str
    limit: int
    window_s: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> dict[str, str]:
        """The header fields that tell a client.

        Source: draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4.
        """
        return {
            "RateLimit-Policy": f'"{self.kind}";q={self.limit};w={self.window_s}',
            "RateLimit": f'"{self.kind}";r={self.remaining};t={self.reset_s}',
        }


class TooManyRequests(ZyraError):
    """A caller is over a limit; `standing` says which, and when it may come again."""

    def __init__(self, message: str, *, hint: str, standing: Standing) -> None:
        super().__init__(message, hint=hint)
        self.standing = standing
