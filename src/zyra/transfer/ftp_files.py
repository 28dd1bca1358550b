"""List, read and write files over FTP and FTPS.

    with ftp_client_of(job) as client:
        client.entries("ftp://host/pub/")
        download(Remote(client, "ftp://host/pub/a.nc"), "a.nc", job)
        client.upload("ftp://host/in/b.nc", Path("b.nc"))

`ftps://` encrypts commands and data: by AUTH TLS, on port 990 from the start. A path is
relative to the folder that the login leads to; one that begins with `//` is absolute.
"""

import ftplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Unpack

from zyra.core.errors import TransferError, TransientTransferError, UsageError
from zyra.core.job import Job
from zyra.core.urls import Url, split_url
from zyra.transfer.client import CHUNK_BYTES, Headers
from zyra.transfer.connections import TIMEOUT_S, Dialer
from zyra.transfer.entries import Entry, listed_entry
from zyra.transfer.file_answers import Cut, Facts, FileAnswer, cut_for
from zyra.transfer.file_client import FileClient, Options
from zyra.transfer.ftp_client import open_ftp
from zyra.transfer.ftp_commands import UNKNOWN, end_of_data, facts_of, lines_of, make_folders
from zyra.transfer.ftp_errors import translated
from zyra.transfer.ftp_listing import Listed, parse_list, parse_mlsd
from zyra.transfer.ftp_place import FtpPlace
from zyra.transfer.idle import Idle, Loan
from zyra.transfer.logins import NOBODY, Login, login_for
from zyra.transfer.pools import public_trust

_ANONYMOUS = ("anonymous", "zyra@")


class FtpClient(FileClient):
    """Gets files of FTP servers, lists and writes them.

    Args:
        dialer: Opens the connections.
        login: Who asks.
        trust: Makes the TLS context when the first `ftps` URL is opened.
        options: As of every `FileClient`.
    """

    writing = "STOR"

    def __init__(
        self,
        dialer: Dialer,
        login: Login = NOBODY,
        *,
        trust: Callable[[], ssl.SSLContext] = public_trust,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(dialer, login, **options)
        self._make_trust = trust
        self._idle: Idle[ftplib.FTP] = Idle(ftplib.FTP.close)

    def close(self) -> None:
        """Close all connections."""
        self._idle.close()

    @contextmanager
    def get(self, address: str, headers: Headers | None = None) -> Iterator[FileAnswer]:
        """Request a file, or the part that `Range` names.

        Raises:
            UsageError: It is not the URL of a file.
            AddressRefused: The network policy forbids the host or its address.
            RefusedByServer: There is no such file, or it may not be read.
            TransientTransferError: A failure that is worth another try.
            TransferError: Any other failure.
        """
        url = split_url(address)
        path = remote_path(url)
        with self._connection(url) as loan:
            with translated(url.shown):
                facts = facts_of(loan.link, path)
            cut = cut_for(facts, headers or {})
            answer = FileAnswer(url, cut, self._chunks(loan, url, cut, facts))
            self.tell(f"RETR {url.shown}: {answer.phrase}")
            loan.whole = True  # until something is read
            yield answer

    def entries(self, address: str) -> list[Entry]:
        """The files and folders of the folder at `address`.

        Raises:
            RefusedByServer: There is no such folder, or it may not be read.
            LimitExceeded: It has more than a million entries.
            TransferError: It cannot be listed.
        """
        url = split_url(address)
        with self._connection(url) as loan, translated(url.shown):
            listed = _listed(loan.link, _path(url).rstrip("/"))
            loan.whole = True
        self.tell(f"LIST {url.shown}: {len(listed)} entries")
        return [
            listed_entry(
                url,
                found.name,
                is_folder=found.is_folder,
                size=found.size,
                modified=found.modified,
            )
            for found in listed
        ]

    def describe(self, address: str) -> Entry:
        """Size and time of one file, as far as the server tells.

        Raises:
            TransferError: The server does not answer.
        """
        url = split_url(address)
        with self._connection(url) as loan, translated(url.shown):
            facts = facts_of(loan.link, remote_path(url))
            loan.whole = True
        return Entry(url.name, str(url), facts.size, facts.modified)

    @contextmanager
    def placing(self, address: str, part: str) -> Iterator[FtpPlace]:
        """A connection to where `address` is to be written, under the name `part` at first."""
        url = split_url(address)
        path = remote_path(url)
        folder = path.rpartition("/")[0]
        with self._connection(url) as loan:
            if self.makes_folders:
                with translated(url.shown):
                    make_folders(loan.link, path)
            yield FtpPlace(loan.link, url, f"{folder}/{part}" if folder else part, path)
            loan.whole = True

    @contextmanager
    def _connection(self, url: Url) -> Iterator[Loan[ftplib.FTP]]:
        if url.scheme not in ("ftp", "ftps"):
            raise UsageError(f"{url.shown} is no ftp or ftps URL")
        login = login_for(url, self._login, self._variables)
        place = (url.origin, login.user)
        with self._idle.lent(place, partial(self._connected, url, login)) as loan:
            yield loan

    def _connected(self, url: Url, login: Login) -> ftplib.FTP:
        anonymous = login.user is None
        user = _ANONYMOUS if anonymous else (login.user or "", login.password or "")
        with translated(url.shown):
            ftp = open_ftp(
                self._dialer,
                url.host,
                url.port,
                user=user,
                tls=url.scheme == "ftps",
                trust=self._make_trust() if url.scheme == "ftps" else None,
                timeout_s=self._timeout_s,
            )
            ftp.voidcmd("TYPE I")
        return ftp

    def _chunks(self, loan: Loan[ftplib.FTP], url: Url, cut: Cut, facts: Facts) -> Iterator[bytes]:
        """The bytes of a part of a file; the connection is whole when all of them came."""
        to_the_end = cut.end in (None, facts.size)
        path, wanted = remote_path(url), None if to_the_end else (cut.end or 0) - cut.start
        if cut.status == 416:
            return
        loan.whole = False
        with translated(url.shown):
            data, _ = loan.link.ntransfercmd(f"RETR {path}", cut.start or None)
            with data:
                while piece := data.recv(CHUNK_BYTES):
                    if self._stopped.is_set():
                        raise TransferError(f"{url.shown}: stopped")
                    yield piece if wanted is None else piece[:wanted]
                    wanted = None if wanted is None else wanted - len(piece)
                    if wanted is not None and wanted <= 0:
                        return  # the rest is not wanted; the server learns it from the close
                end_of_data(data)
            loan.link.voidresp()
            if facts_of(loan.link, path) != facts:
                raise TransientTransferError(f"{url.shown}: the file changed while it was read")
            loan.whole = True


def ftp_client_of(
    job: Job, login: Login = NOBODY, *, makes_folders: bool = True, timeout_s: float = TIMEOUT_S
) -> FtpClient:
    """The client of a run: within its network policy, telling it of each request."""
    return FtpClient(
        Dialer(job.network),
        login,
        variables=job.variables,
        makes_folders=makes_folders,
        tell=partial(job.tell, detail=True),
        timeout_s=timeout_s,
    )


def remote_path(url: Url) -> str:
    """The path that is sent for the URL of a file.

    Raises:
        UsageError: It names no file, or holds a line break, which would be another command.
    """
    path = _path(url)
    if not path or path.endswith("/"):
        raise UsageError(f"{url.shown} names no file", hint="a folder is listed with --list")
    return path


def _path(url: Url) -> str:
    path = url.path.removeprefix("/")
    if not path.isprintable():
        raise UsageError(f"{url.shown} holds a control character")
    return path


def _listed(ftp: ftplib.FTP, path: str) -> list[Listed]:
    try:
        return parse_mlsd(lines_of(ftp, f"MLSD {path}".rstrip()))
    except ftplib.error_perm as error:
        if str(error)[:3] not in UNKNOWN:
            raise
    return parse_list(lines_of(ftp, f"LIST {path}".rstrip()))
