"""Upload files, folders or stdin to a server by FTP, FTPS or SFTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.urls import masked, scheme_of, split_url
from zyra.disseminate.commands.ftp import FtpArgs
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
from zyra.transfer.file_client import FileClient, file_client_for
from zyra.transfer.given_login import login_of
from zyra.transfer.receive import ReportBytes

AT_ONCE = 4  # connections; servers count them
_SCHEMES = ("ftp", "ftps", "sftp")


@dataclass(frozen=True)
class _Upload:
    """What all files of a run have in common."""

    args: FtpArgs
    job: Job
    client: FileClient
    address: str  # with its user, as clients read it

    def send(self, source: Source, report: ReportBytes) -> None:
        """Write one file, unless it is there and shall stay."""
        place = self._place(source)
        if not is_wanted(source, self._there(place), self.args.overwrite, self.job):
            return
        with opened(source, self.job) as body, _told_of_folders():
            self.client.upload(place, body, report=report)

    def _place(self, source: Source) -> str:
        address = self.address
        if not (address.endswith("/") or goes_into_folder(self.args)):
            return address
        if not source.name:
            shown = split_url(address).shown
            raise UsageError(f"stdin needs a name in {shown}", hint="end the URL with one")
        return f"{address.rstrip('/')}/{quote(source.name)}"

    def _there(self, place: str) -> Entry | None:
        if self.args.overwrite == "always":
            return None
        try:
            found = self.client.describe(place)
        except RefusedByServer as error:
            if error.status == 404:
                return None
            raise
        # Of a file that is not there, FTP servers tell neither size nor time.
        is_there = found.size is not None or found.modified is not None
        return replace(found, name=masked(place)) if is_there else None


def run(args: FtpArgs, job: Job) -> None:
    """Write the files that `args` describes.

    Raises:
        UsageError: The URL or a credential is malformed, or stdin has no name.
        InputNotFound: There is no such file to read.
        OutputError: A file is there, and is not to be replaced.
        TransferError: The server does not take it.
    """
    address = checked(args.path, job)
    sources = sources_of(args)
    sent = sent_bytes(job, sources)
    with _client(args, address, job) as client:
        upload = _Upload(args, job, client, address)
        send_all(sources, lambda source: upload.send(source, sent.of_one()), AT_ONCE)


def checked(address: str, job: Job) -> str:
    """The URL, if it is one of FTP, FTPS or SFTP.

    Raises:
        UsageError: It is not.
        AddressRefused: The network policy forbids its host.
    """
    url = job.network.check_url(address)
    if url.scheme not in _SCHEMES:
        raise UsageError(
            f"{url.shown} is not an FTP server", hint="it is like ftp://host/path, ftps or sftp"
        )
    return address


def _client(args: FtpArgs, address: str, job: Job) -> FileClient:
    # The folders in a folder that is sent are its own, and made without being asked.
    makes_folders = args.make_dirs or goes_into_folder(args)
    login = login_of(args, job)
    return file_client_for(
        scheme_of(address), job, login, host_key=args.host_key, makes_folders=makes_folders
    )


@contextmanager
def _told_of_folders() -> Iterator[None]:
    """Tell of --make-dirs where a server does not find what it shall write to."""
    try:
        yield
    except RefusedByServer as error:
        if error.status != 404:
            raise
        hint = "check the path; --make-dirs makes its folders; or the login may not write there"
        raise RefusedByServer(error.message, error.status, hint=hint) from error
