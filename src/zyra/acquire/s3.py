"""Fetch objects of a bucket, or list it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from zyra.acquire.commands.s3 import S3Args
from zyra.acquire.delivery import chosen, deliver, deliver_one, files_of, print_list
from zyra.acquire.sources import named_entries
from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.urls import OBJECT_SCHEMES, Url, scheme_of, split_url
from zyra.transfer.credentials import secret_resolver, secret_slots
from zyra.transfer.entries import Entry
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.object_access import Access
from zyra.transfer.object_client import ObjectClient
from zyra.transfer.object_store import Bucket
from zyra.transfer.receive import Remote

_KEYS = {
    "access_key_id": "AWS_ACCESS_KEY_ID",
    "secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "session_token": "AWS_SESSION_TOKEN",
}


def run(args: S3Args, job: Job) -> None:
    """Do what the arguments ask for.

    Raises:
        UsageError: A URL or credential is malformed, or nothing is chosen.
        TransferError: Something could not be fetched.
        OutputError: Something could not be written.
    """
    entries = named_entries(_address(args), args, OBJECT_SCHEMES, job)
    access = Access(
        job.network,
        store_variables(args, job),
        unsigned=args.unsigned,
        timeout_s=args.timeout,
    )
    with ObjectClient(access, tell=partial(job.tell, detail=True)) as client:

        def remote_of(entry: Entry) -> Remote:
            return Remote(client, entry.url)

        if args.list:
            print_list(_of_bucket(args, entries[0], access, job), args, args.output, job)
        elif args.folder is None:
            deliver_one(entries[0], args.output, remote_of, args, job)
        elif _is_prefix(args, entries):
            found = _of_bucket(args, entries[0], access, job)
            deliver(files_of(found, entries[0].url), remote_of, args, job)
        else:
            deliver(entries, remote_of, args, job)


def store_variables(args: S3Args, job: Job) -> Mapping[str, str]:
    """The variables of the run, with what the arguments say in their place.

    Raises:
        UsageError: A credential is malformed or of no known slot.
    """
    slots = secret_slots(args.credential or (), secret_resolver(args.credential_file, job))
    unknown = [slot for slot in slots if slot not in _KEYS]
    if unknown or (slots and not {"access_key_id", "secret_access_key"} <= set(slots)):
        raise UsageError(
            f"the credentials {', '.join(slots)} open no store",
            hint="give access_key_id=... and secret_access_key=..., for some session_token=...",
        )
    own = {_KEYS[slot]: secret for slot, secret in slots.items()}
    others = dict(job.variables)
    # These go before what the environment says.
    if own or args.unsigned or args.profile is not None:
        others = {name: value for name, value in others.items() if name not in _KEYS.values()}
    given = {
        "AWS_ENDPOINT_URL_S3": args.endpoint_url,
        "AWS_REGION": args.region,
        "AWS_PROFILE": args.profile,
        "AWS_REQUEST_PAYER": "true" if args.requester_pays else None,
    }
    return others | {name: value for name, value in given.items() if value is not None} | own


def _address(args: S3Args) -> str | None:
    if args.bucket is None:
        return args.url
    place = args.bucket if scheme_of(args.bucket) else f"s3://{args.bucket}"
    return f"{place.rstrip('/')}/{args.key or ''}"


def _is_prefix(args: S3Args, entries: list[Entry]) -> bool:
    """Whether the objects whose keys begin like the URL are meant."""
    return not args.has_several and (args.has_filters or not split_url(entries[0].url).name)


def _of_bucket(args: S3Args, place: Entry, access: Access, job: Job) -> list[Entry]:
    url = split_url(place.url)
    prefix = url.path[1:]
    with Bucket(url, access) as bucket:
        found = [
            Entry(
                # What cannot be asked for is no folder either, though its key may end in a slash.
                item.key if item.problem is None else item.key.rstrip("/"),
                item.url,
                item.size,
                item.modified,
                item.etag,
                problem=item.problem,
            )
            for item in bucket.objects(prefix)
        ]
        there = [entry for entry in chosen(found, args, job) if _is_object(bucket, entry)]
    return [_named_from(entry, url) for entry in there]


def _is_object(bucket: Bucket, entry: Entry) -> bool:
    """Whether the listed key is an object's.

    Consoles keep empty objects such as `maps/` for folders; the library cuts the slash off.
    """
    if entry.size or entry.problem is not None:
        return True
    try:
        bucket.describe(entry.name)
    except RefusedByServer as error:
        return error.status != 404
    return True


def _named_from(entry: Entry, place: Url) -> Entry:
    """The entry named by its path below the folder that the prefix is in."""
    folder = place.path[1:].rpartition("/")[0]
    return replace(entry, name=entry.name[len(folder) + 1 if folder else 0 :])
