"""What every client has: a `with` block closes it, and other threads can stop it."""

from abc import ABC, abstractmethod
from threading import Event
from types import TracebackType
from typing import Self


class Stoppable(ABC):
    """Base of the clients, which differ in all else."""

    def __init__(self) -> None:
        self._stopped = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def stop(self) -> None:
        """End the transfers of other threads at their next piece; for good."""
        self._stopped.set()

    @abstractmethod
    def close(self) -> None:
        """Close all connections."""
