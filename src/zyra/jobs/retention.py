"""Remove results and uploads after their time, but never what an unfinished job reads."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zyra.jobs.ports import JobStore
from zyra.jobs.records import Status
from zyra.jobs.requests import ServiceUnavailable
from zyra.jobs.results import Workspace
from zyra.jobs.uploads import Uploads

EVERY_S = 60.0
AT_ONCE = 200
_FINAL = tuple(status for status in Status if status.is_final)


class Retention:
    """Removes old results and uploads while the service runs; fulfils `jobs.service.Part`.

    Args:
        ttl_s: How long results and uploads are kept, in seconds.
    """

    def __init__(self, store: JobStore, uploads: Uploads, results_dir: Path, ttl_s: float) -> None:
        self._store = store
        self._uploads = uploads
        self._results_dir = results_dir
        self._ttl = timedelta(seconds=ttl_s)
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look for what is old."""
        self._loop = asyncio.ensure_future(self._for_ever())

    async def close(self) -> None:
        """Stop."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    def checks(self) -> dict[str, bool]:
        """Nothing that others depend on."""
        return {}

    async def remove_old(self) -> None:
        """Remove what is older than its time now."""
        moment = datetime.now(UTC) - self._ttl
        old = await self._store.finished_before(moment, AT_ONCE)
        # Asked after the list was made: a job that was accepted since may read one of them.
        used = await self._store.used()
        for record in old:
            if f"job:{record.job_id}" not in used:
                await self._store.change(
                    record.job_id, _FINAL, expired=True, outputs=(), output_file=None
                )
                await asyncio.to_thread(Workspace(self._results_dir / record.job_id).remove)
        for file_id in self._uploads.made_before(moment):
            if f"file:{file_id}" not in used:
                self._uploads.expire(file_id)

    async def _for_ever(self) -> None:
        while True:
            with suppress(ServiceUnavailable):  # what is old is still old the next time
                await self.remove_old()
            await asyncio.sleep(EVERY_S)
