"""The assets of STAC items: which are wanted, where they are, what is known of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from zyra.acquire.batch import safe_name
from zyra.acquire.json_shapes import list_of, object_of
from zyra.acquire.multihash import parse_multihash
from zyra.acquire.stac_search import Found
from zyra.core.errors import SelectionError, UsageError
from zyra.core.urls import OBJECT_SCHEMES, URL_CHARACTERS, Url, scheme_of, split_url
from zyra.transfer.entries import Entry

SCHEMES = ("http", "https", *OBJECT_SCHEMES)

Assets = dict[str, Mapping[str, Any]]


def assets_of(found: Found) -> Assets:
    """The assets of an item by name."""
    assets = found.item.get("assets")
    return {
        str(name): asset
        for name, asset in (assets.items() if isinstance(assets, dict) else ())
        if isinstance(asset, dict) and isinstance(asset.get("href"), str)
    }


def chosen_assets(found: Found, names: Sequence[str] | None) -> Assets:
    """Those that names or patterns tell, else those with the role data, else all without roles."""
    assets = assets_of(found)
    if names:
        return {
            name: asset
            for name, asset in assets.items()
            if any(fnmatchcase(name, pattern) for pattern in names)
        }
    if not any(list_of(asset.get("roles")) for asset in assets.values()):
        return assets
    return {name: asset for name, asset in assets.items() if "data" in list_of(asset.get("roles"))}


def entries_of(items: Sequence[Found], names: Sequence[str] | None) -> list[Entry]:
    """The files of the chosen assets.

    Raises:
        SelectionError: No item has such an asset.
        DataError: A checksum is damaged.
    """
    entries = [entry for found in items for entry in _entries(found, chosen_assets(found, names))]
    if items and not entries:
        known = sorted({name for found in items for name in assets_of(found)})
        raise SelectionError(
            f"none of {len(items)} items has an asset {' or '.join(names or ('with role data',))}",
            hint=f"choose --asset from {', '.join(known)}",
        )
    return entries


def summary(found: Found, names: Sequence[str] | None) -> dict[str, Any]:
    """An item for a list: what it is, where and when, and its assets with their addresses."""
    properties = object_of(found.item.get("properties"))
    times = {
        name: properties[name]
        for name in ("start_datetime", "end_datetime")
        if properties.get(name) is not None
    }
    chosen = chosen_assets(found, names) if names else assets_of(found)
    return {
        "id": found.item.get("id"),
        "collection": found.item.get("collection"),
        "datetime": properties.get("datetime"),
        **times,
        "bbox": found.item.get("bbox"),
        "url": found.url.shown,
        "assets": {name: _told(asset, found) for name, asset in chosen.items()},
    }


def _told(asset: Mapping[str, Any], found: Found) -> dict[str, Any]:
    told = {
        "href": _address(asset, found.url),
        "type": asset.get("type"),
        "title": asset.get("title"),
        "roles": asset.get("roles"),
        "size": asset.get("file:size"),
        "checksum": asset.get("file:checksum"),
    }
    return {name: value for name, value in told.items() if value is not None}


def _entries(found: Found, assets: Assets) -> Iterator[Entry]:
    folder = safe_name(str(found.item.get("id") or "item"))
    addresses = {name: _address(asset, found.url) for name, asset in assets.items()}
    problems = {name: _problem(name, address, found) for name, address in addresses.items()}
    files = {
        name: (not problems[name] and safe_name(split_url(address).name)) or safe_name(name)
        for name, address in addresses.items()
    }
    uses = Counter(file.casefold() for file in files.values())
    for name, asset in assets.items():
        file = files[name]
        own = file if uses[file.casefold()] == 1 else safe_name(f"{name}-{file}")
        entry = _entry(f"{folder}/{own}", addresses[name], asset)
        yield replace(entry, problem=problems[name])


def _entry(path: str, address: str, asset: Mapping[str, Any]) -> Entry:
    size, checksum = asset.get("file:size"), asset.get("file:checksum")
    digest = parse_multihash(checksum) if isinstance(checksum, str) else None
    is_sha256 = digest is not None and digest[0] == "sha256"
    return Entry(
        path,
        address,
        size=size if isinstance(size, int) else None,
        sha256=digest[1] if digest is not None and is_sha256 else None,
        digest=None if is_sha256 else digest,
        is_exact=isinstance(size, int),
    )


def _problem(name: str, address: str, found: Found) -> str | None:
    """Why an asset cannot be fetched, where it cannot."""
    if scheme_of(address) not in SCHEMES:
        return (
            f"asset {name} of {found.item.get('id')} is at {address[:200]!r}; "
            f"{', '.join(SCHEMES)} addresses can be fetched"
        )
    try:
        split_url(address)
    except UsageError as exc:
        return f"asset {name} of {found.item.get('id')}: {exc.message}"
    return None


def _address(asset: Mapping[str, Any], base: Url) -> str:
    """Where an asset is, from where its item is; as it stands where that is nowhere."""
    href = str(asset["href"]).strip()
    if scheme_of(href) in OBJECT_SCHEMES or base.scheme in OBJECT_SCHEMES:
        return href
    try:
        return str(base.joined(quote(href, safe=URL_CHARACTERS)))
    except UsageError:
        return href
