"""List, read and write files over SFTP.

    with sftp_client_of(job) as client:
        client.entries("sftp://user@host/data/")
        download(Remote(client, "sftp://user@host/data/a.nc"), "a.nc", job)
        client.upload("sftp://user@host/in/b.nc", Path("b.nc"))

A path is absolute; one that begins with `/~/` is relative to the user's folder.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Unpack

import paramiko

from zyra.core.errors import TransferError, TransientTransferError, UsageError
from zyra.core.job import Job
from zyra.core.urls import Url, split_url
from zyra.transfer.client import Headers
from zyra.transfer.connections import TIMEOUT_S, Dialer
from zyra.transfer.entries import Entry, listed_entry
from zyra.transfer.file_answers import Cut, Facts, FileAnswer, cut_for
from zyra.transfer.file_client import FileClient, Options
from zyra.transfer.idle import Idle, Loan
from zyra.transfer.logins import NOBODY, Login, login_for
from zyra.transfer.sftp_client import SftpLink, open_sftp
from zyra.transfer.sftp_errors import translated
from zyra.transfer.sftp_listing import names_in
from zyra.transfer.sftp_reads import PipelinedReads
from zyra.transfer.sftp_writes import CheckedWrites
from zyra.transfer.uploads import Pieces

_HOME = "/~/"


class SftpClient(FileClient):
    """Gets files of SFTP servers, lists and writes them.

    Args:
        dialer: Opens the connections.
        login: Who asks.
        host_key: Fingerprint that hosts have to show; None asks ~/.ssh/known_hosts.
        options: As of every `FileClient`.
    """

    writing = "PUT"

    def __init__(
        self,
        dialer: Dialer,
        login: Login = NOBODY,
        *,
        host_key: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(dialer, login, **options)
        self._host_key = host_key
        self._idle: Idle[SftpLink] = Idle(SftpLink.close)

    def close(self) -> None:
        """Close all connections."""
        self._idle.close()

    @contextmanager
    def get(self, address: str, headers: Headers | None = None) -> Iterator[FileAnswer]:
        """Request a file, or the part that `Range` names.

        Raises:
            UsageError: It is not the URL of a file, or there is no user name.
            AddressRefused: The network policy forbids the host or its address.
            RefusedByServer: There is no such file, or it may not be read.
            TransientTransferError: A failure that is worth another try.
            TransferError: Any other failure.
        """
        url = split_url(address)
        path = _file_path(url)
        with self._connection(url) as loan:
            with translated(url.shown):
                file = loan.link.files.open(path, "rb")
                facts = _facts(file.stat())
            if facts.size is None:
                raise TransferError(f"{url.shown}: the server does not tell its size")
            try:
                cut = cut_for(facts, headers or {})
                answer = FileAnswer(url, cut, self._chunks(loan, url, file, cut, facts))
                self.tell(f"GET {url.shown}: {answer.phrase}")
                loan.whole = True  # until something is read
                yield answer
            finally:
                if loan.whole:
                    file.close()

    def entries(self, address: str) -> list[Entry]:
        """The files and folders of the folder at `address`; a link is what it leads to.

        Raises:
            RefusedByServer: There is no such folder, or it may not be read.
            LimitExceeded: It has more than a million entries.
            TransferError: It cannot be listed.
        """
        url = split_url(address)
        with self._connection(url) as loan, translated(url.shown):
            folder = _path(url).rstrip("/") or "/"
            found = [
                _entry(loan.link.files, folder, url, name, attributes)
                for name, attributes in names_in(loan.link.files, folder)
            ]
            loan.whole = True
        self.tell(f"LIST {url.shown}: {len(found)} entries")
        return found

    def describe(self, address: str) -> Entry:
        """Size and time of one file.

        Raises:
            TransferError: There is none, or the server does not answer.
        """
        url = split_url(address)
        with self._connection(url) as loan, translated(url.shown):
            facts = _facts(loan.link.files.stat(_file_path(url)))
            loan.whole = True
        return Entry(url.name, str(url), facts.size, facts.modified)

    @contextmanager
    def placing(self, address: str, part: str) -> Iterator["SftpPlace"]:
        """A connection to where `address` is to be written, under the name `part` at first."""
        url = split_url(address)
        path = _file_path(url)
        folder, slash, _ = path.rpartition("/")
        with self._connection(url) as loan:
            if self.makes_folders:
                with translated(url.shown):
                    _make_folders(loan.link.files, folder)
            yield SftpPlace(loan.link.files, url, f"{folder}{slash}{part}", path)
            loan.whole = True

    @contextmanager
    def _connection(self, url: Url) -> Iterator[Loan[SftpLink]]:
        if url.scheme != "sftp":
            raise UsageError(f"{url.shown} is no sftp URL")
        login = login_for(url, self._login, self._variables)

        def connected() -> SftpLink:
            return open_sftp(
                self._dialer,
                url,
                login,
                host_key=self._host_key,
                variables=self._variables,
                timeout_s=self._timeout_s,
            )

        with self._idle.lent((url.origin, login.user), connected) as loan:
            yield loan

    def _chunks(
        self, loan: Loan[SftpLink], url: Url, file: paramiko.SFTPFile, cut: Cut, facts: Facts
    ) -> Iterator[bytes]:
        """The bytes of a part of a file; the connection is whole when all of them came."""
        loan.whole = False
        if cut.status != 416:
            end = (facts.size or 0) if cut.end is None else cut.end
            yield from self._pieces(loan, url, file, cut.start, end)
        with translated(url.shown):
            if _facts(file.stat()) != facts:
                raise TransientTransferError(f"{url.shown}: the file changed while it was read")
        loan.whole = True

    def _pieces(
        self, loan: Loan[SftpLink], url: Url, file: paramiko.SFTPFile, start: int, end: int
    ) -> Iterator[bytes]:
        """A part of a file; of one that has become shorter, what there is."""
        with translated(url.shown):
            for piece in PipelinedReads(loan.link.files, file).pieces(start, end):
                if self._stopped.is_set():
                    raise TransferError(f"{url.shown}: stopped")
                yield piece


class SftpPlace:
    """Where a file is written on a server; fulfils `uploads.Place`."""

    def __init__(self, files: paramiko.SFTPClient, url: Url, part: str, path: str) -> None:
        self._files = files
        self._url = url
        self._part = part
        self._path = path

    def size(self) -> int | None:
        """Bytes that are there under the temporary name."""
        with translated(self._url.shown):
            try:
                return _facts(self._files.stat(self._part)).size
            except FileNotFoundError:
                return None

    def write(self, pieces: Pieces, start: int) -> None:
        """Write from byte `start` on.

        Raises:
            TransferError: It cannot be written.
        """
        with translated(self._url.shown):
            file = self._files.open(self._part, "r+b" if start else "wb")
            writes = CheckedWrites(self._files, file)
        for piece in pieces(start):
            with translated(self._url.shown):
                writes.write(piece, start)
            start += len(piece)
        with translated(self._url.shown):
            writes.finish()
            file.close()

    def finish(self) -> None:
        """Give the file its name; it replaces what has the name."""
        with translated(self._url.shown):
            _replace(self._files, self._part, self._path)

    def forget(self) -> None:
        """Remove what is there under the temporary name, as far as that is possible."""
        with suppress(OSError, paramiko.SSHException, EOFError):  # an earlier failure matters
            self._files.remove(self._part)


def sftp_client_of(
    job: Job,
    login: Login = NOBODY,
    *,
    host_key: str | None = None,
    makes_folders: bool = True,
    timeout_s: float = TIMEOUT_S,
) -> SftpClient:
    """The client of a run: within its network policy, telling it of each request."""
    return SftpClient(
        Dialer(job.network),
        login,
        host_key=host_key,
        variables=job.variables,
        makes_folders=makes_folders,
        tell=partial(job.tell, detail=True),
        timeout_s=timeout_s,
    )


def _path(url: Url) -> str:
    path = url.path
    if not path.isprintable():
        raise UsageError(f"{url.shown} holds a control character")
    return path.removeprefix(_HOME) or "." if path.startswith(_HOME) else path


def _file_path(url: Url) -> str:
    path = _path(url)
    if path == "." or path.endswith("/"):
        raise UsageError(f"{url.shown} names no file", hint="a folder is listed with --list")
    return path


def _facts(attributes: paramiko.SFTPAttributes) -> Facts:
    time = attributes.st_mtime
    return Facts(attributes.st_size, None if time is None else datetime.fromtimestamp(time, tz=UTC))


def _entry(
    files: paramiko.SFTPClient, folder: str, url: Url, name: str, told: paramiko.SFTPAttributes
) -> Entry:
    entry = _entry_of(url, name, told)
    if entry.problem is not None or not stat.S_ISLNK(told.st_mode or 0):
        return entry
    with suppress(OSError):  # a link that leads nowhere stays what it is
        return _entry_of(url, name, files.stat(f"{folder.rstrip('/')}/{name}"))
    return entry


def _entry_of(url: Url, name: str, told: paramiko.SFTPAttributes) -> Entry:
    if stat.S_ISDIR(told.st_mode or 0):
        return listed_entry(url, name, is_folder=True, size=None, modified=None)
    facts = _facts(told)
    return listed_entry(url, name, is_folder=False, size=facts.size, modified=facts.modified)


def _make_folders(files: paramiko.SFTPClient, folder: str) -> None:
    """Make the folders of a path that are not there."""
    parts = folder.split("/")
    for count in range(1, len(parts) + 1):
        path = "/".join(parts[:count])
        if path:
            try:
                files.stat(path)
            except FileNotFoundError:
                files.mkdir(path)


def _replace(files: paramiko.SFTPClient, part: str, path: str) -> None:
    try:
        files.posix_rename(part, path)
    except OSError:  # a server without OpenSSH's extension renames to free names only
        with suppress(FileNotFoundError):
            files.remove(path)
        files.rename(part, path)
