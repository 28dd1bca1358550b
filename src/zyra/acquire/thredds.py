"""Fetch files of THREDDS catalogs, or list them."""

from zyra.acquire.commands.thredds import ThreddsArgs
from zyra.acquire.delivery import chosen, deliver, deliver_one, files_of, print_list
from zyra.acquire.http_remotes import HttpRemotes
from zyra.acquire.thredds_catalog import catalog_address, read_catalog
from zyra.acquire.walking import walk
from zyra.core.errors import SelectionError
from zyra.core.job import Job
from zyra.core.urls import masked
from zyra.transfer.credentials import request_headers, secret_resolver
from zyra.transfer.entries import Entry
from zyra.transfer.http import client_of
from zyra.transfer.sources import refuse_other_schemes


def run(args: ThreddsArgs, job: Job) -> None:
    """Do what the arguments ask for.

    Raises:
        UsageError: A URL, header or credential is malformed, or nothing is chosen.
        DataError: Something is not a catalog.
        TransferError: Something could not be fetched.
        OutputError: Something could not be written.
    """
    resolve = secret_resolver(args.credential_file, job)
    headers = request_headers(args.header or (), args.auth, args.credential or (), resolve)
    refuse_other_schemes(args.catalog_url, ("http", "https"))
    job.network.check_url(args.catalog_url)
    address = catalog_address(args.catalog_url)
    with client_of(job, timeout_s=args.timeout) as client:
        remotes = HttpRemotes(client, headers, [address], job.variables)
        found = walk(
            Entry("", address),
            lambda entry: read_catalog(remotes(entry)),
            args.max_depth if args.recursive else 0,
            retries=client.retries,
            tell=client.tell,
        )
        found = chosen(found, args, job)
        if args.list:
            print_list(found, args, args.output, job)
        elif args.folder is not None:
            deliver(_files(found, args), remotes, args, job)
        else:
            deliver_one(_only(_files(found, args)), args.output, remotes, args, job)


def _files(found: list[Entry], args: ThreddsArgs) -> list[Entry]:
    if not args.recursive and found and all(entry.is_folder for entry in found):
        raise SelectionError(
            f"{masked(args.catalog_url)} has no files, but refers to {len(found)} catalogs",
            hint="look into them with --recursive, or give one of those that --list prints",
        )
    return files_of(found, masked(args.catalog_url))


def _only(files: list[Entry]) -> Entry:
    if len(files) > 1:
        names = ", ".join(entry.name for entry in files[:5])
        raise SelectionError(
            f"{len(files)} files fit: {names}{', ...' if len(files) > 5 else ''}",
            hint="choose one by --pattern, or give --output-dir for all",
        )
    return files[0]
