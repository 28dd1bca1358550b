"""Do the parts of one picture side by side."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")

# More do not help: the parts wait for memory.
MOST_THREADS = 8


def on_all_cores(work: Callable[[Part], None], parts: Iterable[Part]) -> None:
    """Do `work`, which writes to places of its own, for each of `parts`; numpy lets others run."""
    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as pool:
        for _ in pool.map(work, parts):
            pass
