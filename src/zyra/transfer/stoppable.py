"""What clients have in common: a `with` block closes them, and other threads can stop them."""

from abc import ABC, abstractmethod
from threading import Event
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Base of what is closed at the end of its `with` block."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Close all connections."""


class Stoppable(Closing):
    """Base of the clients, which differ in all else."""

    def __init__(self) -> None:
        self._stopped = Event()

    def stop(self) -> None:
        """End the transfers of other threads at their next piece; for good."""
        self._stopped.set()
