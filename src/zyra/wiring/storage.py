"""Choose where uploads and results lie, and how much there may be."""

from zyra.core.environment import cloud_variables
from zyra.core.loading import load
from zyra.core.settings import Settings
from zyra.jobs.embedded.result_files import ResultFiles
from zyra.jobs.embedded.upload_files import UploadFiles
from zyra.jobs.part import Part
from zyra.jobs.ports import JobStore, StorageLedger
from zyra.jobs.repeated import Repeated
from zyra.jobs.retention import Retention
from zyra.jobs.space import Space
from zyra.jobs.storage import Results, Storage, Uploads
from zyra.jobs.watched import Watched

OBJECT_STORAGE = "zyra.jobs.objects.assembly:object_storage"


def build_storage(settings: Settings) -> Storage:
    """Where uploads and results lie: in a bucket where one is set, else in local folders."""
    if settings.storage_url is None:
        return Storage(UploadFiles(settings.upload_dir), ResultFiles(settings.results_dir))
    storage: Storage = load(OBJECT_STORAGE)(
        settings.storage_url,
        cloud_variables(),
        settings.results_dir,
        most_upload_bytes=settings.max_upload_bytes,
        floor_bytes=settings.disk_floor_bytes,
    )
    return storage


async def check_storage(settings: Settings) -> None:
    """Find out before anything starts whether the bucket can be used, if there is one.

    Raises:
        ServiceUnavailable: It cannot.
    """
    check = build_storage(settings).check
    if check is not None:
        await check()


def watch_storage(storage: Storage) -> tuple[Part, ...]:
    """What refuses to start without the bucket, and tells whether it is there."""
    return () if storage.check is None else (Watched("storage", storage.check),)


def build_space(settings: Settings, ledger: StorageLedger, uploads: Uploads) -> Space:
    """What says how much more may be kept."""
    return Space(ledger, uploads, settings.disk_floor_bytes, settings.max_stored_bytes)


def build_retention(settings: Settings, store: JobStore, results: Results, space: Space) -> Part:
    """What removes results and uploads after their time."""
    retention = Retention(store, space.uploads, space.ledger, results, settings.results_ttl_s)
    return Repeated(retention.remove_old, Retention.EVERY_S)
