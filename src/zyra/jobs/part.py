"""What a process of the service is made of, beside what takes requests."""

from typing import Protocol


class Part(Protocol):
    """Something that works while the service runs: a worker, the removal of old results."""

    async def start(self) -> None:
        """Begin; returns before anything slow is done."""

    async def close(self) -> None:
        """Stop, and leave nothing behind."""

    def checks(self) -> dict[str, bool]:
        """What must be true for the part to be of use, by name."""
