"""Do pieces of work on all processors and give their results in order."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

# numpy and the PNG encoder leave the interpreter to others while they work, Python does not.
_MOST_THREADS = 8


def in_turn(tasks: Iterator[Callable[[], Result]]) -> Iterator[Result]:
    """Results of `tasks` in order; a few tasks are taken ahead, so little is in memory at once.

    The first is done alone: it works out what the others share. Tasks are taken in the calling
    thread, which may read what they need.
    """
    for first in tasks:
        yield first()
        break
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(task))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
