"""`zyra keys`: make, list, revoke and renew the keys of callers."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from zyra.access.keys import KeyRecord, KeyStore, new_key, now_utc, rotated
from zyra.access.scopes import parse_scopes
from zyra.core.errors import UsageError
from zyra.core.exit_codes import DONE
from zyra.core.settings import load_settings
from zyra.core.times import parse_period
from zyra.registry import CLI_REGISTRY
from zyra.wiring import build_key_store

_SHOWN_ONCE = "This is shown once; keep it where secrets are kept.\n"


def main(arguments: list[str]) -> int:
    """Do what is asked with the key store of the settings."""
    options = parser().parse_args(arguments)
    return asyncio.run(_with_store(options))


async def _with_store(options: argparse.Namespace) -> int:
    store = build_key_store(load_settings())
    work: Callable[[KeyStore, argparse.Namespace], Awaitable[None]] = options.work
    try:
        await work(store, options)
    finally:
        await store.close()
    return DONE


async def _create(store: KeyStore, options: argparse.Namespace) -> None:
    scopes = parse_scopes(",".join(options.scopes).split(","), CLI_REGISTRY)
    lifetime = None if options.expires == "never" else _span(options.expires)
    record, text = new_key(options.name, scopes, lifetime, now_utc())
    await store.put(record)
    _tell(record, f"made key {record.key_id} for {record.name}")
    sys.stderr.write(_SHOWN_ONCE)
    sys.stdout.write(f"{text}\n")


async def _list(store: KeyStore, _: argparse.Namespace) -> None:
    now = now_utc()
    rows = [("id", "name", "state", "expires", "scopes")]
    rows += [
        (
            record.key_id,
            record.name,
            record.state_at(now),
            _day(record.expires_at),
            ",".join(sorted(record.scopes)),
        )
        for record in await store.all()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


async def _revoke(store: KeyStore, options: argparse.Namespace) -> None:
    record = await _found(store, options.key_id)
    if record.revoked_at is None:
        record = replace(record, revoked_at=now_utc())
        await store.put(record)
    _tell(record, f"revoked key {record.key_id} ({record.name}); it is refused from now on")


async def _rotate(store: KeyStore, options: argparse.Namespace) -> None:
    record, text = rotated(await _found(store, options.key_id), _span(options.grace), now_utc())
    await store.put(record)
    _tell(record, f"key {record.key_id} ({record.name}) has a new secret")
    if options.grace != "none":
        sys.stderr.write(f"The old one is accepted for another {options.grace}. ")
    sys.stderr.write(_SHOWN_ONCE)
    sys.stdout.write(f"{text}\n")


async def _found(store: KeyStore, key_id: str) -> KeyRecord:
    record = await store.get(key_id)
    if record is None:
        raise UsageError(f"there is no key {key_id!r}", hint="`zyra keys list` names them")
    return record


def _tell(record: KeyRecord, what: str) -> None:
    scopes = ", ".join(sorted(record.scopes))
    sys.stderr.write(f"{what}: {scopes}; expires {_day(record.expires_at)}\n")


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d}"


def _span(text: str) -> timedelta:
    if text == "none":
        return timedelta(0)
    now = now_utc()
    return now - parse_period(text).before(now)


def parser() -> argparse.ArgumentParser:
    """What the tool takes."""
    own = argparse.ArgumentParser(
        prog="zyra keys",
        description="Keys let callers in who are not on this machine. A key is shown once, when it"
        " is made; only a digest of it is kept. A running service knows of a change at once.",
        epilog="example: zyra keys create --name n8n --scopes run:process,jobs:read --expires 90d",
    )
    tools = own.add_subparsers(required=True, metavar="WHAT")
    create = tools.add_parser("create", help="make a key, and write it to stdout")
    create.add_argument("--name", required=True, help="what it is for")
    create.add_argument(
        "--scopes",
        nargs="+",
        required=True,
        metavar="SCOPE",
        help="run:STAGE, run:STAGE.COMMAND, run:*, jobs:read, jobs:cancel, files:read,"
        " files:write, admin; with commas or spaces between them",
    )
    create.add_argument(
        "--expires", default="90d", metavar="PERIOD", help="such as 90d, or never (default: 90d)"
    )
    create.set_defaults(work=_create)
    listing = tools.add_parser("list", help="every key with its state and scopes")
    listing.set_defaults(work=_list)
    revoke = tools.add_parser("revoke", help="refuse a key from now on")
    revoke.add_argument("key_id", metavar="ID")
    revoke.set_defaults(work=_revoke)
    rotate = tools.add_parser("rotate", help="give a key a new secret; its jobs stay its own")
    rotate.add_argument("key_id", metavar="ID")
    rotate.add_argument(
        "--grace",
        default="1h",
        metavar="PERIOD",
        help="accept the old secret for so long, or none (default: 1h)",
    )
    rotate.set_defaults(work=_rotate)
    return own
