"""What the clients of FTP and SFTP servers have in common: how they are made, how they write."""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, ClassVar, TypedDict, Unpack

from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.urls import masked
from zyra.transfer.client import MAKERS, Headers, Tell, tell_nobody
from zyra.transfer.connections import TIMEOUT_S, Dialer
from zyra.transfer.entries import Entry
from zyra.transfer.file_answers import FileAnswer
from zyra.transfer.logins import NOBODY, Login
from zyra.transfer.receive import ReportBytes, ignore_bytes
from zyra.transfer.retries import Retries
from zyra.transfer.stoppable import Stoppable
from zyra.transfer.uploads import Place, upload_file, upload_stream


class Options(TypedDict, total=False):
    """How a client behaves.

    Attributes:
        variables: Tell where ~/.netrc and ~/.ssh are.
        retries: How callers repeat what failed for a passing reason.
        makes_folders: Whether folders that a written file needs are made.
        tell: Receives a line for each request and each new try.
        timeout_s: For connecting and between two pieces.
    """

    variables: Mapping[str, str]
    retries: Retries
    makes_folders: bool
    tell: Tell
    timeout_s: float


class FileClient(Stoppable):
    """Lists, gets and writes files of servers; fulfils `client.Client` and `uploads.Placing`.

    Args:
        dialer: Opens the connections.
        login: Who asks.
        options: How it behaves.
    """

    writing: ClassVar[str]  # what is told of a file that has been written

    def __init__(self, dialer: Dialer, login: Login = NOBODY, **options: Unpack[Options]) -> None:
        super().__init__()
        self.retries = options.get("retries", Retries())
        self.makes_folders = options.get("makes_folders", True)
        self.tell = options.get("tell", tell_nobody)
        self._dialer = dialer
        self._login = login
        self._variables = options.get("variables", {})
        self._timeout_s = options.get("timeout_s", TIMEOUT_S)

    @abstractmethod
    def get(
        self, address: str, headers: Headers | None = None
    ) -> AbstractContextManager[FileAnswer]:
        """Request a file or a part of it, as `client.Client` says."""

    @abstractmethod
    def entries(self, address: str) -> list[Entry]:
        """The files and folders of the folder at `address`.

        Raises:
            TransferError: It cannot be listed.
        """

    @abstractmethod
    def describe(self, address: str) -> Entry:
        """Size and time of one file, as far as the server tells.

        Raises:
            TransferError: The server does not answer.
        """

    @abstractmethod
    def placing(self, address: str, part: str) -> AbstractContextManager[Place]:
        """A connection to where `address` is to be written, under the name `part` at first."""

    def upload(
        self, address: str, source: Path | IO[bytes], *, report: ReportBytes = ignore_bytes
    ) -> int:
        """Write a file that takes its name when all of it has arrived; return its size.

        Args:
            address: URL of the file.
            source: A file, whose upload goes on where it broke off, or a stream.
            report: Receives the bytes handed over by now, and their total if known.

        Raises:
            DataError: The file changes while it is sent.
            TransferError: It cannot be written; nothing stands under its name then.
        """
        if isinstance(source, Path):
            size = upload_file(self, address, source, report)
        else:
            size = upload_stream(self, address, source, report)
        self.tell(f"{self.writing} {masked(address)}: {size} bytes")
        return size


def file_client_for(
    scheme: str,
    job: Job,
    login: Login,
    *,
    host_key: str | None = None,
    makes_folders: bool = True,
    timeout_s: float = TIMEOUT_S,
) -> FileClient:
    """The client for servers of a scheme: within the policy of `job`.

    Args:
        scheme: ftp, ftps or sftp.
        job: Gives the network policy; told of each request.
        login: Who asks.
        host_key: Fingerprint that an SFTP server has to show; None asks ~/.ssh/known_hosts.
        makes_folders: Whether folders that a written file needs are made.
        timeout_s: For connecting and between two pieces.
    """
    own = {"host_key": host_key} if scheme == "sftp" else {}
    make = load(MAKERS[scheme])
    client: FileClient = make(job, login, makes_folders=makes_folders, timeout_s=timeout_s, **own)
    return client
