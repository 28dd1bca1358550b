"""How long the command line takes to say something, against the bare interpreter."""

import sys
from collections.abc import Iterator
from pathlib import Path

from _timing import Case, process

ZYRA = str(Path(sys.executable).with_name("zyra"))


def cases(_folder: Path) -> Iterator[Case]:
    """Cold starts that need no scientific library."""
    bare = process(sys.executable, "-c", "pass")
    for flags in (("--help",), ("visualize", "heatmap", "--help"), ("--version",)):
        yield Case(
            name=" ".join(("zyra", *flags)),
            ours=process(ZYRA, *flags),
            reference=bare,
            against="bare interpreter",
            at_most=8.0,
        )
