"""How long the command line takes to say something, against the bare interpreter."""

import sys
from collections.abc import Iterator
from pathlib import Path

from _timing import Case, process

ZYRA = str(Path(sys.executable).with_name("zyra"))


def cases(_folder: Path) -> Iterator[Case]:
    """Cold starts that need no scientific library."""
    yield cold("--help", at_most=8.0)
    yield cold("--version", at_most=8.0)
    yield cold("disseminate", "local", "--help")


def cold(*flags: str, at_most: float | None = None) -> Case:
    """A process of its own that runs `zyra` with `flags`."""
    return Case(
        name=" ".join(("zyra", *flags)),
        ours=process(ZYRA, *flags),
        reference=process(sys.executable, "-c", "pass"),
        against="bare interpreter",
        at_most=at_most,
    )
