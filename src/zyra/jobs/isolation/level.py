"""How far the kernel of this machine keeps runs within their rooms."""

from dataclasses import dataclass

from zyra.jobs.isolation.sandbox import landlock_version
from zyra.jobs.isolation.seccomp import has_seccomp

_LANDLOCK_OF_TCP, _LANDLOCK_OF_SIGNALS = 4, 6


@dataclass(frozen=True)
class Level:
    """What holds for every run here, beside the checks of its arguments.

    Attributes:
        landlock: Version of the kernel's Landlock; 0 where there is none.
        seccomp: Whether system calls that no command needs are refused.
    """

    landlock: int
    seccomp: bool

    @property
    def files(self) -> bool:
        """Whether a run opens nothing but its own files."""
        return self.landlock > 0

    @property
    def network(self) -> bool:
        """Whether the kernel leaves a run no way past the egress broker."""
        return self.landlock >= _LANDLOCK_OF_TCP and self.seccomp

    @property
    def signals(self) -> bool:
        """Whether a run can signal nobody outside."""
        return self.landlock >= _LANDLOCK_OF_SIGNALS

    @property
    def name(self) -> str:
        """`full`, `partial` or `none`."""
        if self.network and self.signals:
            return "full"
        return "partial" if self.files or self.seccomp else "none"


def level_here() -> Level:
    """That of this machine."""
    return Level(landlock_version(), has_seccomp())
