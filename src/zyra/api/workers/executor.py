"""The running side of a server process: its job service, from start to end.

Routers reach it through the application's state. Commands themselves run in processes
of their own, which the job service owns.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from zyra.jobs.records import JobRecord, Mode
from zyra.jobs.requests import Caller, Problem, RequestRefused, RunRequest
from zyra.jobs.service import JobService


class Executor:
    """Runs requests of HTTP callers on the job service of this process."""

    def __init__(self, service: JobService) -> None:
        self.service = service

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the service running; the server has drained its requests when this ends."""
        await self.service.start()
        try:
            yield
        finally:
            await self.service.close()

    async def run(self, caller: Caller, wanted: RunRequest, request: Request) -> JobRecord:
        """Run a command while its caller waits.

        Raises:
            RequestRefused: The request is wrong.
            ClientDisconnect: The caller left and had asked to end the command then.
        """
        if wanted.mode is Mode.ASYNC:
            raise RequestRefused(
                [Problem(("mode",), "async runs are not served yet", "not_served", "use sync")]
            )
        if not wanted.cancel_on_disconnect:
            return await self.service.run(caller, wanted)
        return await self._run_while_connected(caller, wanted, request)

    async def _run_while_connected(
        self, caller: Caller, wanted: RunRequest, request: Request
    ) -> JobRecord:
        running = asyncio.ensure_future(self.service.run(caller, wanted))
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
