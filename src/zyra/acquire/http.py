"""Fetch one file, the files of a list, or those of a directory page; or list the page."""

from zyra.acquire.commands.http import HttpArgs
from zyra.acquire.delivery import chosen, deliver, deliver_one, files_of, print_list
from zyra.acquire.http_remotes import HttpRemotes
from zyra.acquire.links import read_links
from zyra.acquire.sources import named_entries
from zyra.core.job import Job
from zyra.core.urls import masked, split_url
from zyra.transfer.credentials import request_headers, secret_resolver
from zyra.transfer.entries import Entry
from zyra.transfer.http import client_of


def run(args: HttpArgs, job: Job) -> None:
    """Do what the arguments ask for.

    Raises:
        UsageError: A URL, header or credential is malformed, or nothing is chosen.
        TransferError: Something could not be fetched.
        OutputError: Something could not be written.
    """
    resolve = secret_resolver(args.credential_file, job)
    headers = request_headers(args.header or (), args.auth, args.credential or (), resolve)
    entries = named_entries(args.url, args, ("http", "https"), job)
    with client_of(job, timeout_s=args.timeout) as client:
        remotes = HttpRemotes(client, headers, [entry.url for entry in entries], job.variables)
        if args.list:
            print_list(_of_page(args, remotes, job), args, args.output, job)
        elif args.folder is None:
            deliver_one(entries[0], args.output, remotes, args, job)
        elif _is_page(args):
            deliver(
                files_of(_of_page(args, remotes, job), masked(args.url or "")), remotes, args, job
            )
        else:
            deliver(entries, remotes, args, job)


def _is_page(args: HttpArgs) -> bool:
    """Whether the files that a page names are meant, instead of the page itself."""
    if args.has_several or args.url is None:
        return False
    return args.has_filters or (args.sync_dir is not None and not split_url(args.url).name)


def _of_page(args: HttpArgs, remotes: HttpRemotes, job: Job) -> list[Entry]:
    return chosen(read_links(remotes.at(args.url or "")), args, job)
