"""Remove results and uploads after their time, but never what an unfinished job reads."""

from datetime import UTC, datetime, timedelta

from zyra.jobs.ports import JobStore, StorageLedger
from zyra.jobs.records import Status
from zyra.jobs.storage import Results, Uploads

AT_ONCE = 200
BROKEN_OFF_AFTER = timedelta(hours=1)  # longer than any silence within an upload
_FINAL = tuple(status for status in Status if status.is_final)


class Retention:
    """Removes old results and uploads.

    Args:
        ledger: Counts the bytes of uploads.
        ttl_s: How long results and uploads are kept, in seconds.
    """

    EVERY_S = 60.0

    def __init__(
        self,
        store: JobStore,
        uploads: Uploads,
        ledger: StorageLedger,
        results: Results,
        ttl_s: float,
    ) -> None:
        self._store = store
        self._uploads = uploads
        self._ledger = ledger
        self._results = results
        self._ttl = timedelta(seconds=ttl_s)

    async def remove_old(self) -> None:
        """Remove what is older than its time now."""
        moment = datetime.now(UTC) - self._ttl
        old = await self._store.finished_before(moment, AT_ONCE)
        # Asked after the list was made: a job that was accepted since may read one of them.
        used = await self._store.used()
        for record in old:
            if f"job:{record.job_id}" not in used:
                await self._results.remove(record.job_id)
                await self._store.change(
                    record.job_id, _FINAL, expired=True, outputs=(), output_file=None
                )
        for info in await self._uploads.made_before(moment):
            if f"file:{info.file_id}" not in used:
                await self._uploads.expire(info)
                await self._ledger.release(info.file_id)
        await self._tidy_up()

    async def _tidy_up(self) -> None:
        """Remove what a server that died left of uploads, and count it no more."""
        counted = await self._ledger.reserved()
        broken_off = datetime.now(UTC) - BROKEN_OFF_AFTER
        await self._uploads.remove_broken_off(broken_off)
        if gone := counted - await self._uploads.all_ids():
            await self._ledger.release(*gone)
