"""Fetch files from FTP, FTPS and SFTP servers, or list a folder."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from zyra.acquire.commands.ftp import FtpArgs
from zyra.acquire.delivery import chosen, deliver, deliver_one, files_of, print_list
from zyra.acquire.sources import named_entries
from zyra.acquire.walking import walk
from zyra.core.job import Job
from zyra.core.urls import masked, scheme_of, split_url
from zyra.transfer.entries import Entry
from zyra.transfer.file_client import FileClient, file_client_for
from zyra.transfer.given_login import login_of
from zyra.transfer.logins import Login
from zyra.transfer.receive import Remote

SCHEMES = ("ftp", "ftps", "sftp")


@dataclass(frozen=True)
class _Clients:
    """The client for each scheme that is used."""

    by_scheme: Mapping[str, FileClient]

    def of(self, address: str) -> FileClient:
        return self.by_scheme[scheme_of(address)]

    def __call__(self, entry: Entry) -> Remote:
        return Remote(self.of(entry.url), entry.url)


def run(args: FtpArgs, job: Job) -> None:
    """Do what the arguments ask for.

    Raises:
        UsageError: A URL or credential is malformed, or nothing is chosen.
        TransferError: Something could not be fetched.
        OutputError: Something could not be written.
    """
    entries = named_entries(args.path, args, SCHEMES, job)
    login = _login(args, job)
    with ExitStack() as stack:
        clients = _Clients(
            {
                scheme: stack.enter_context(
                    file_client_for(
                        scheme, job, login, host_key=args.host_key, timeout_s=args.timeout
                    )
                )
                for scheme in {scheme_of(entry.url) for entry in entries}
            }
        )
        if args.list:
            print_list(_of_folder(args, clients, job), args, args.output, job)
        elif args.folder is None:
            deliver_one(entries[0], args.output, clients, args, job)
        elif _is_folder(args):
            found = files_of(_of_folder(args, clients, job), masked(args.path or ""))
            deliver(found, clients, args, job)
        else:
            deliver(entries, clients, args, job)


def _login(args: FtpArgs, job: Job) -> Login:
    """Who asks; listed files have URLs without the user of their folder's."""
    login = login_of(args, job)
    if args.path is None or login.user is not None:
        return login
    user, password = split_url(args.path).user or (None, None)
    return replace(login, user=user, password=login.password or password)


def _is_folder(args: FtpArgs) -> bool:
    """Whether the files of a folder are meant."""
    if args.has_several or args.path is None:
        return False
    return args.has_filters or args.recursive or not split_url(args.path).name


def _of_folder(args: FtpArgs, clients: _Clients, job: Job) -> list[Entry]:
    client = clients.of(args.path or "")
    top = Entry("", args.path or "")
    depth = args.max_depth if args.recursive else 0
    found = walk(
        top,
        lambda entry: client.entries(entry.url),
        depth,
        retries=client.retries,
        tell=client.tell,
    )
    return chosen(found, args, job)
