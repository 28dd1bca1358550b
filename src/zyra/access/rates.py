"""How often a caller may do what: counted in a sliding window by the `limits` library."""

import math
import time
from collections.abc import Awaitable, Callable, Mapping

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from zyra.access.refusals import Standing, TooManyRequests
from zyra.core.errors import UsageError
from zyra.jobs.requests import ServiceUnavailable


class Rates:
    """The limits of one service.

    Args:
        written: For each kind, such as `runs`, the limit as people write it: `120/minute`.
        storage: Where it is counted; None counts in this process.
        closing: Lets go of the storage.

    Raises:
        UsageError: A limit cannot be read.
    """

    def __init__(
        self,
        written: Mapping[str, str],
        storage: Storage | None = None,
        closing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._items = {kind: parse_rate(text) for kind, text in written.items()}
        self._closing = closing
        self._counter = SlidingWindowCounterRateLimiter(storage or MemoryStorage())

    async def count(self, kind: str, who: str, cost: int = 1) -> Standing:
        """Count something that `who` does.

        Raises:
            TooManyRequests: It would be over the limit; it is not counted then.
            ServiceUnavailable: Redis, which counts, is away.
        """
        item = self._items[kind]
        try:
            is_allowed = await self._counter.hit(item, kind, who, cost=cost)
            standing = await self._standing(kind, who)
        except StorageError as error:
            raise ServiceUnavailable(f"Redis fails: {error}") from error
        if not is_allowed:
            raise _too_many(standing, cost)
        return standing

    async def check(self, kind: str, who: str) -> None:
        """Refuse who is over the limit already, counting nothing.

        Raises:
            TooManyRequests: Nothing is left.
            ServiceUnavailable: Redis, which counts, is away.
        """
        try:
            is_allowed = await self._counter.test(self._items[kind], kind, who)
            standing = await self._standing(kind, who)
        except StorageError as error:
            raise ServiceUnavailable(f"Redis fails: {error}") from error
        if not is_allowed:
            raise _too_many(standing, 1)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._closing is not None:
            await self._closing()

    async def _standing(self, kind: str, who: str) -> Standing:
        item = self._items[kind]
        left = await self._counter.get_window_stats(item, kind, who)
        reset_s = max(1, math.ceil(left.reset_time - time.time()))
        return Standing(kind, item.amount, item.get_expiry(), left.remaining, reset_s)


def parse_rate(text: str) -> RateLimitItem:
    """A limit as people write it: `120/minute`, `5 per 10 seconds`.

    Raises:
        UsageError: It is none.
    """
    try:
        return parse(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no rate", hint="write it like 120/minute") from error


def _too_many(standing: Standing, cost: int) -> TooManyRequests:
    if cost > standing.limit:
        hint = f"no more than {standing.limit} fit into one window at all"
    else:
        hint = f"try again in {standing.reset_s} s"
    what = f"{standing.limit} {standing.kind} in {standing.window_s} s"
    return TooManyRequests(f"the limit of {what} is reached", hint=hint, standing=standing)
