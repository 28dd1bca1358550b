"""Search a STAC catalog, then list what was found or fetch its assets."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from zyra.acquire.commands.stac import StacArgs
from zyra.acquire.delivery import chosen, deliver, files_of
from zyra.acquire.http_remotes import HttpRemotes
from zyra.acquire.json_output import json_writer
from zyra.acquire.stac_assets import entries_of, summary
from zyra.acquire.stac_query import query_of
from zyra.acquire.stac_search import Found, Searcher
from zyra.core.errors import SelectionError, UsageError
from zyra.core.job import Job
from zyra.core.loading import load
from zyra.core.outputs import open_output
from zyra.core.urls import OBJECT_SCHEMES, masked, scheme_of
from zyra.transfer.client import Client
from zyra.transfer.credentials import request_headers, secret_resolver
from zyra.transfer.entries import Entry
from zyra.transfer.hiding import Hider
from zyra.transfer.http import HttpClient, patience
from zyra.transfer.receive import Remote
from zyra.transfer.sources import refuse_other_schemes

# Loaded when an asset is in an object store: the library takes some ten milliseconds.
_STORES = "zyra.transfer.object_client:object_client_of"


def run(args: StacArgs, job: Job) -> None:
    """Do what the arguments ask for.

    Raises:
        UsageError: A URL, time, box, credential or filter is malformed; nothing is found.
        TransferError: The catalog or an asset cannot be fetched.
        OutputError: Something cannot be written.
    """
    refuse_other_schemes(args.url, ("http", "https"))
    job.network.check_url(args.url)
    query = query_of(args, datetime.now(UTC))
    resolve = secret_resolver(args.credential_file, job)
    headers = request_headers(args.header or (), args.auth, args.credential or (), resolve)
    hider = Hider.of(headers)

    def tell(message: str) -> None:
        job.tell(hider.hide(message), detail=True)

    timeout = patience(args.timeout)
    with hider.in_errors(), HttpClient(job.network, timeout=timeout, tell=tell) as http:
        remotes = HttpRemotes(http, headers, [args.url], job.variables)
        found = _limited(Searcher(http, remotes, query).items(args.url), args.limit, job)
        if args.list:
            _list(found, args, job)
        else:
            _fetch(list(found), remotes, args, job)


def _limited(items: Iterator[Found], limit: int, job: Job) -> Iterator[Found]:
    """At most `limit` items; it is told when there are more."""
    number = 0
    for number, found in enumerate(islice(items, limit), start=1):
        job.progress(0.0, f"{number} items")
        yield found
    if number == limit and next(items, None) is not None:
        job.tell(f"there are more than {limit} items; --limit takes more")


def _list(items: Iterator[Found], args: StacArgs, job: Job) -> None:
    with open_output(args.output, job) as stream:
        writer = json_writer(stream, lines=args.format == "ndjson", pretty=True)
        for found in items:
            writer.write(summary(found, args.asset))
        writer.finish()


def _fetch(items: Sequence[Found], remotes: HttpRemotes, args: StacArgs, job: Job) -> None:
    if not items:
        raise SelectionError(
            f"nothing on {masked(args.url)} fits", hint="search wider, and look at it with --list"
        )
    entries = entries_of(items, args.asset)
    if args.pattern is not None:
        entries = files_of(chosen(entries, args.model_copy(update=_NO_DATES), job), args.url)
    in_store = any(scheme_of(entry.url) in OBJECT_SCHEMES for entry in entries)
    if args.unsigned and not in_store:
        raise UsageError("--unsigned has no effect: no asset is in an object store")
    stores = _stores(args, job) if in_store else nullcontext()
    with stores as store:
        deliver(entries, partial(_remote, remotes, store), args, job)


# Items were chosen by their own times; what is in the names of files does not count.
_NO_DATES = {"since": None, "since_period": None, "until": None}


def _stores(args: StacArgs, job: Job) -> Client:
    client: Client = load(_STORES)(job, unsigned=args.unsigned, timeout_s=args.timeout)
    return client


def _remote(remotes: HttpRemotes, store: Client | None, entry: Entry) -> Remote:
    if store is not None and scheme_of(entry.url) in OBJECT_SCHEMES:
        return Remote(store, entry.url)
    return remotes(entry)
