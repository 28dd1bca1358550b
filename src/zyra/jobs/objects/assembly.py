"""The storage in a bucket, made of its parts; loaded only where one is configured."""

from collections.abc import Mapping
from pathlib import Path

from zyra.core.network import NetworkPolicy
from zyra.jobs.objects.depot import Depot
from zyra.jobs.objects.input_cache import InputCache
from zyra.jobs.objects.result_objects import ResultObjects
from zyra.jobs.objects.upload_objects import UploadObjects
from zyra.jobs.storage import Storage
from zyra.transfer.object_access import Access

CACHE = ".inputs"  # beside the workspaces, so that hard links can be made


def depot_of(url: str, variables: Mapping[str, str]) -> Depot:
    """The depot at `ZYRA_STORAGE_URL`; nothing connects before it is used.

    Args:
        url: Such as `s3://bucket/prefix`.
        variables: Of cloud tools: endpoints, regions, credentials.
    """
    return Depot(url, Access(NetworkPolicy(unrestricted=True), variables))


def object_storage(
    url: str,
    variables: Mapping[str, str],
    results_dir: Path,
    *,
    most_upload_bytes: int,
    floor_bytes: int,
) -> Storage:
    """Uploads and results in a bucket.

    Args:
        url: Such as `s3://bucket/prefix`.
        variables: Of cloud tools: endpoints, regions, credentials.
        results_dir: Where the runs of this machine have their workspaces.
        most_upload_bytes: No upload has more.
        floor_bytes: So much of the disk stays free.
    """
    depot = depot_of(url, variables)
    cache = InputCache(results_dir / CACHE, depot, floor_bytes)
    uploads = UploadObjects(depot, most_upload_bytes)
    return Storage(uploads, ResultObjects(depot, results_dir, cache), depot.check)
