"""Upload files, folders or stdin to an object store."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.media_types import media_type_of, media_type_of_name
from zyra.core.urls import Url, split_url
from zyra.disseminate.commands.s3 import S3Args
from zyra.disseminate.sources import (
    Source,
    goes_into_folder,
    is_wanted,
    opened,
    send_all,
    sent_bytes,
    sources_of,
)
from zyra.transfer.entries import Entry
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.object_store import Bucket, open_bucket
from zyra.transfer.receive import ReportBytes

AT_ONCE = 16  # small objects


@dataclass(frozen=True)
class _Upload:
    """What all objects of a run have in common."""

    args: S3Args
    job: Job
    bucket: Bucket
    url: Url
    metadata: dict[str, str]

    def send(self, source: Source, report: ReportBytes) -> None:
        """Write one object, unless it is there and shall stay."""
        args, key = self.args, self._key(source)
        place = f"{self.url.scheme}://{self.url.host}/{key}"
        if not is_wanted(source, self._there(place, key), args.overwrite, self.job):
            return
        with opened(source, self.job) as body:
            self.bucket.upload(
                key,
                body,
                content_type=args.content_type or _media_type(body, key),
                cache_control=args.cache_control,
                metadata=self.metadata,
                report=report,
            )
        self.job.tell(f"wrote {place}", detail=True)

    def _key(self, source: Source) -> str:
        key = self.url.path[1:]
        if key and not key.endswith("/") and not goes_into_folder(self.args):
            return key
        if not source.name:
            raise UsageError(f"stdin needs a name in {self.url.shown}", hint="end the URL with one")
        return f"{key.rstrip('/')}/{source.name}".removeprefix("/")

    def _there(self, place: str, key: str) -> Entry | None:
        if self.args.overwrite == "always":
            return None
        try:
            found = self.bucket.describe(key)
        except RefusedByServer as error:
            if error.status == 404:
                return None
            raise
        return Entry(place, place, found.size, found.modified, found.etag)


def run(args: S3Args, job: Job) -> None:
    """Write the objects that `args` describes.

    Raises:
        UsageError: The URL is not in an object store, or stdin has no name.
        InputNotFound: There is no such file to read.
        OutputError: An object is there, and is not to be replaced.
        TransferError: The store does not take it.
    """
    address = args.url or f"s3://{args.bucket}/{args.key or ''}"
    sources = sources_of(args)
    sent = sent_bytes(job, sources)
    metadata = dict(text.split("=", 1) for text in args.metadata or ())
    with open_bucket(address, job, unsigned=args.unsigned) as bucket:
        upload = _Upload(args, job, bucket, split_url(address), metadata)
        send_all(sources, lambda source: upload.send(source, sent.of_one()), AT_ONCE)


def _media_type(body: Path | BinaryIO, key: str) -> str:
    return media_type_of(body) if isinstance(body, Path) else media_type_of_name(key)
