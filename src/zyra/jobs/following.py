"""Follow the log of a job to its end, whatever becomes of its runner and of the job itself."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from zyra.jobs.events import Frame, final_frame
from zyra.jobs.ports import EventLog, JobStore
from zyra.jobs.requests import ServiceUnavailable

LOOK_AGAIN_S = 2.0


class Following:
    """One follower of one job.

    Args:
        look_again_s: How often the record is looked at, for ends that the log does not tell.
    """

    def __init__(
        self, store: JobStore, log: EventLog, job_id: str, look_again_s: float = LOOK_AGAIN_S
    ) -> None:
        self._store = store
        self._log = log
        self._job_id = job_id
        self._look_again_s = look_again_s
        self._is_gone = False
        self._pull: asyncio.Timeout | None = None

    async def frames(self, after: int) -> AsyncGenerator[Frame, None]:
        """Every frame after that number, live until the final one or until the job is removed."""
        frames = self._log.follow(self._job_id, after)
        watching = asyncio.ensure_future(self._watch())
        try:
            while (frame := await self._next(frames)) is not None:
                yield frame
        finally:
            watching.cancel()

    async def _next(self, frames: AsyncIterator[Frame]) -> Frame | None:
        # A time-out that nobody has set can still be brought about by somebody else, and costs
        # less than a task for each frame would.
        try:
            async with asyncio.timeout(None) as self._pull:
                return None if self._is_gone else await anext(frames, None)
        except TimeoutError:
            if not self._is_gone:
                raise
            return None
        finally:
            self._pull = None

    async def _watch(self) -> None:
        """Add the last frame of a job whose runner died between the record and the frame.

        The log takes a final frame once only, so it does no harm where there is one.
        """
        while True:
            await asyncio.sleep(self._look_again_s)
            with suppress(OSError, ServiceUnavailable):  # full or away, and perhaps not next time
                record = await self._store.get(self._job_id)
                if record is None:
                    self._give_up()
                    return
                if record.status.is_final:
                    await self._log.append(self._job_id, final_frame(record))
                    return

    def _give_up(self) -> None:
        """The job was removed with its log: nothing more will come."""
        self._is_gone = True
        if self._pull is not None:
            self._pull.reschedule(asyncio.get_running_loop().time())
