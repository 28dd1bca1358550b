"""Let what runs come to its end when a process is to end."""

import asyncio
from collections.abc import Set as AbstractSet


async def wait_for_ends(
    jobs: AbstractSet["asyncio.Task[None]"], limit_s: float | None, hurry: asyncio.Event
) -> None:
    """Return when all jobs are done, when the time is over, or when somebody is in a hurry.

    Args:
        jobs: May change meanwhile.
        limit_s: Seconds; None waits for ever.
        hurry: Set when there is no time any more.
    """

    async def all_done() -> None:
        while jobs:
            await asyncio.wait(jobs)

    endings = {asyncio.ensure_future(hurry.wait()), asyncio.ensure_future(all_done())}
    await asyncio.wait(endings, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    for ending in endings:
        ending.cancel()
    await asyncio.gather(*endings, return_exceptions=True)
