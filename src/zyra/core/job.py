"""What a running command may use of its surroundings: streams, progress, messages.

`run(args, job)` gets one of these. The command line makes one around the
terminal; the isolated child makes one around its pipes.
"""

from collections.abc import Mapping
from typing import BinaryIO, Protocol

from zyra.core.network import NetworkPolicy


class Job(Protocol):
    """One execution of a command, seen from the inside."""

    @property
    def stdin(self) -> BinaryIO:
        """What `-` reads as an input."""

    @property
    def stdout(self) -> BinaryIO:
        """What `-` writes as an output; bytes, never re-coded."""

    @property
    def network(self) -> NetworkPolicy:
        """Which hosts this run may reach; every connection must ask it."""

    @property
    def variables(self) -> Mapping[str, str]:
        """Variables of cloud tools, such as AWS_PROFILE, that this run may use."""

    def progress(self, fraction: float, message: str = "") -> None:
        """Report that `fraction` (0 to 1) of the work is done; cheap, call it freely."""

    def tell(self, message: str, *, detail: bool = False) -> None:
        """Write one line to stderr; quiet hides all, detail lines need verbose or trace."""
