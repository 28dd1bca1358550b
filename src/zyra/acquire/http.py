"""Fetch one file, the files of a list, or those of a directory page; or list the page."""

from datetime import UTC, datetime

from zyra.acquire.batch import fetch_batch, plan_batch
from zyra.acquire.commands.http import HttpArgs
from zyra.acquire.links import Link, read_links
from zyra.acquire.selection import name_filter
from zyra.core.errors import DataError, SelectionError, UsageError
from zyra.core.inputs import open_input
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.core.urls import split_url
from zyra.transfer.credentials import request_headers, secret_resolver
from zyra.transfer.download import download, progress_in_bytes
from zyra.transfer.http import client_of
from zyra.transfer.receive import Remote
from zyra.transfer.sources import refuse_other_schemes


def run(args: HttpArgs, job: Job) -> None:
    """Do what the arguments ask for.

    Raises:
        UsageError: A URL, header or credential is malformed, or nothing is chosen.
        TransferError: Something could not be fetched.
        OutputError: Something could not be written.
    """
    resolve = secret_resolver(args.credential_file, job)
    headers = request_headers(args.header or (), args.auth, args.credential or (), resolve)
    addresses = _addresses(args, job)
    for address in addresses:
        refuse_other_schemes(address, ("http", "https"))
        job.network.check_url(address)
    with client_of(job) as client:
        remote = Remote(client, addresses[0], headers)
        if args.list:
            _list(args, remote, job)
        elif args.output_dir is None:
            download(remote, args.output, job, report=progress_in_bytes(job))
        else:
            remotes = [Remote(client, address, headers) for address in addresses]
            if args.has_filters:
                remotes = _files_of_page(args, remote, job)
            fetch_batch(plan_batch(remotes, args.output_dir), job)


def _addresses(args: HttpArgs, job: Job) -> list[str]:
    given = [] if args.url is None else [args.url]
    given += args.inputs or ()
    if args.manifest is not None:
        given += _lines(args.manifest, job)
    return given


def _lines(manifest: str, job: Job) -> list[str]:
    with open_input(manifest, job) as stream:
        try:
            lines = [line.strip() for line in stream.read().decode("utf-8-sig").splitlines()]
        except UnicodeDecodeError as exc:
            raise DataError(f"{manifest} is not a text file with one URL per line") from exc
    urls = [line for line in lines if line and not line.startswith("#")]
    if not urls:
        raise UsageError(f"{manifest} lists no URL")
    return urls


def _list(args: HttpArgs, remote: Remote, job: Job) -> None:
    chosen = _chosen(args, remote, job)
    with open_output(args.output, job) as stream:
        stream.writelines(f"{link.url}\n".encode() for link in chosen)


def _files_of_page(args: HttpArgs, page: Remote, job: Job) -> list[Remote]:
    files = [link for link in _chosen(args, page, job) if not link.is_folder]
    if not files:
        raise SelectionError(f"no file on {page.shown} fits", hint="see what there is with --list")
    origin = split_url(page.address).origin
    # A page may link anywhere; credentials are for the host they were given for.
    return [
        Remote(page.client, str(link.url), page.headers if link.url.origin == origin else {})
        for link in files
    ]


def _chosen(args: HttpArgs, remote: Remote, job: Job) -> list[Link]:
    links = read_links(remote)
    names = name_filter(args, datetime.now(UTC))
    chosen = [link for link in links if names.takes(link.name)]
    job.tell(f"{len(chosen)} of {len(links)} links fit", detail=True)
    return chosen
