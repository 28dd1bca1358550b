"""The running side of a server process: its job service, from start to end.

Routers reach it through the application's state. Commands themselves run in processes
of their own, which the job service owns.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from zyra.api.stopping import Stopping
from zyra.jobs.records import JobRecord, Mode
from zyra.jobs.requests import Caller, RunRequest
from zyra.jobs.service import JobService


class Executor:
    """Runs requests of HTTP callers on the job service of this process."""

    def __init__(self, service: JobService) -> None:
        self.service = service
        self.stopping = Stopping()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the service running; the server has drained its requests when this ends.

        Commands that run then have the rest of the grace, which began with the signal.
        """
        await self.service.start()
        with self.stopping.watching():
            winding_down = asyncio.ensure_future(self._wind_down())
            try:
                yield
            finally:
                self.service.wind_down()  # some servers stop without a signal
                await self.service.close()
                winding_down.cancel()

    async def _wind_down(self) -> None:
        await self.stopping.wait()
        self.service.wind_down()
        await self.stopping.wait_for_hurry()
        self.service.hurry()

    async def run(
        self, caller: Caller, wanted: RunRequest, wait_s: float, request: Request
    ) -> JobRecord:
        """Run a command while its caller waits, `wait_s` at most; then the job goes on.

        Raises:
            RequestRefused: The request is wrong.
            ClientDisconnect: The caller left and had asked to end the command then.
        """
        if wanted.mode is Mode.ASYNC:
            return await self.service.submit(caller, wanted)
        if not wanted.cancel_on_disconnect:
            return await self.service.run(caller, wanted, wait_s=wait_s)
        return await self._run_while_connected(caller, wanted, wait_s, request)

    async def wait(self, caller: Caller, job_id: str, wait_s: float) -> JobRecord:
        """The record of a job when it is done, when the time is over, or when we stop.

        Raises:
            NoSuchJob: It does not exist or belongs to somebody else.
        """
        waiting = asyncio.ensure_future(self.service.wait(caller, job_id, wait_s))
        stopping = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return waiting.result() if waiting.done() else await self.service.job(caller, job_id)
        finally:
            for task in (waiting, stopping):
                task.cancel()

    async def _run_while_connected(
        self, caller: Caller, wanted: RunRequest, wait_s: float, request: Request
    ) -> JobRecord:
        running = asyncio.ensure_future(self.service.run(caller, wanted, wait_s=wait_s))
        leaving = asyncio.ensure_future(_disconnect(request.receive))
        try:
            await asyncio.wait({running, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                raise ClientDisconnect
            return running.result()
        finally:
            for task in (running, leaving):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def _disconnect(receive: Receive) -> None:
    """Return when the client has gone; its body has been read before."""
    while (await receive())["type"] != "http.disconnect":
        continue
