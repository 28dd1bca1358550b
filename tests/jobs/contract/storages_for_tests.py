"""Storages of processes of one service, each with folders of its own but for what they share."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from s3_server import S3Server

from zyra.jobs.embedded.result_files import ResultFiles
from zyra.jobs.embedded.upload_files import UploadFiles
from zyra.jobs.objects.assembly import object_storage
from zyra.jobs.storage import Storage

BUCKET = "zyra-test"
MOST_BYTES = 1 << 30

ConnectStorage = Callable[[], Storage]


def in_folders(folder: Path) -> ConnectStorage:
    """Storages of processes that share `folder`."""
    (folder / "results").mkdir()
    return lambda: Storage(UploadFiles(folder / "uploads"), ResultFiles(folder / "results"))


def in_bucket(folder: Path, server: S3Server) -> ConnectStorage:
    """Storages of processes that share a prefix of a bucket, and no folder."""
    url = f"s3://{BUCKET}/{uuid4().hex}/below"

    def connect() -> Storage:
        own = folder / uuid4().hex
        own.mkdir()
        return object_storage(
            url, server.variables, own, most_upload_bytes=MOST_BYTES, floor_bytes=0
        )

    return connect
