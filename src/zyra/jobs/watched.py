"""Something that the service needs, looked at while it runs."""

from collections.abc import Awaitable, Callable

from zyra.jobs.repeated import Repeated
from zyra.jobs.requests import ServiceUnavailable

EVERY_S = 15.0


class Watched(Repeated):
    """Refuses to start without it, and tells whether it is there; fulfils `jobs.part.Part`.

    Args:
        name: What it is called among the checks.
        look: Raises ServiceUnavailable when it cannot be used.
        every_s: Seconds from one look to the next.
    """

    def __init__(
        self, name: str, look: Callable[[], Awaitable[None]], every_s: float = EVERY_S
    ) -> None:
        super().__init__(self._look_again, every_s)
        self._name = name
        self._look = look
        self._is_there = False

    async def start(self) -> None:
        """Look for the first time.

        Raises:
            ServiceUnavailable: It cannot be used.
        """
        await self._look_again()
        await super().start()

    def checks(self) -> dict[str, bool]:
        """Whether it was there when it was last looked at."""
        return {self._name: self._is_there}

    async def _look_again(self) -> None:
        try:
            await self._look()
        except ServiceUnavailable:
            self._is_there = False
            raise
        self._is_there = True
