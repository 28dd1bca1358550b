"""Ask the service or catalogue behind an item for its own description."""

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from zyra.core.errors import DataError, LimitExceeded, UnsupportedFormat
from zyra.core.urls import masked, split_url
from zyra.process.dataset_json import decoded, parse_json
from zyra.process.enrich_catalogues import catalogue_facts
from zyra.process.enrich_facts import Facts
from zyra.process.enrich_fetching import Fetcher
from zyra.process.enrich_items import Item
from zyra.process.enrich_map_services import wms_facts, wmts_facts
from zyra.process.enrich_thredds import thredds_facts
from zyra.process.enrich_xml import Element, parse_xml
from zyra.transfer.sources import is_url

DEFAULT_LIMIT = 16 << 20  # bytes; those of large services have several million

_SERVICES = ("WMS", "WMTS")
_CATALOGUES = ("STAC", "RECORDS", "OGC", "THREDDS")
# What the address of a description looks like where the item does not say what it is.
_DESCRIPTION = re.compile(
    r"(?i)service=wmt?s|capabilities|\.(xml|json)$|/(collections|items)(/|$)|stac|thredds/catalog"
)


def address_of_description(item: Item) -> str:
    """Where the description of an item is: its uri, with a request added for WMS and WMTS.

    Raises:
        UnsupportedFormat: The item names no service or catalogue.
    """
    service = _service_of(item)
    if service is not None and is_url(item.uri) and not item.uri.lower().endswith(".xml"):
        return _capabilities_request(item.uri, service)
    said = f"{item.source} {item.format}".upper()
    if service is None and not any(name in said for name in _CATALOGUES):
        path = item.uri.partition("#")[0]
        if not _DESCRIPTION.search(path) and not _DESCRIPTION.search(path.partition("?")[0]):
            raise UnsupportedFormat("its uri names no service or catalogue that describes it")
    # THREDDS has the catalogue that people see beside the one for programs.
    return re.sub(r"(/thredds/catalog/.*)\.html(?=$|[?#])", r"\1.xml", item.uri)


def remote_description(address: str, fetcher: Fetcher, limit: int | None) -> bytes:
    """The bytes of a description on the web.

    Raises:
        TooLarge: It has more than `limit` bytes.
        TransferError: It cannot be fetched.
    """
    target = BytesIO()
    fetcher.fetch(address, target, limit or DEFAULT_LIMIT)
    return target.getvalue()


def local_description(path: Path) -> bytes:
    """The bytes of a description in a file.

    Raises:
        LimitExceeded: It is larger than a description is.
    """
    if path.stat().st_size > DEFAULT_LIMIT:
        raise LimitExceeded(f"{path.name} has more than {DEFAULT_LIMIT} bytes")
    return path.read_bytes()


def facts_of_description(raw: bytes, address: str, item: Item) -> Facts:
    """What a description says of an item.

    Args:
        raw: JSON or XML.
        address: Where it is from, for messages.
        item: The dataset that is looked for in it.

    Raises:
        DataError: It is malformed, or none that is known.
    """
    name = masked(address) if is_url(address) else Path(address).name
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return catalogue_facts(parse_json(decoded(raw, name), name), name)
    return _xml_facts(parse_xml(raw, name), name, item)


def _xml_facts(root: Element, name: str, item: Item) -> Facts:
    if root.tag in ("WMS_Capabilities", "WMT_MS_Capabilities"):
        return wms_facts(root, item)
    if root.tag == "Capabilities" and root.find("Contents") is not None:
        return wmts_facts(root, item)
    if root.tag == "catalog":
        return thredds_facts(root, item)
    if root.tag.endswith(("ExceptionReport", "Exception")):
        text = " ".join(" ".join(root.itertext()).split())
        raise DataError(f"{name} answers with an error: {text[:200]}")
    raise DataError(f"{name} is XML with the root {root.tag[:50]}, neither WMS, WMTS nor THREDDS")


def _service_of(item: Item) -> str | None:
    """WMS or WMTS, as the item or its uri says."""
    said = re.split(r"[^A-Z]+", f"{item.source} {item.format}".upper())
    asked = re.search(r"(?i)[?&]service=(wmt?s)\b", item.uri)
    if asked is not None:
        return asked[1].upper()
    return next((service for service in _SERVICES if service in said), None)


def _capabilities_request(address: str, service: str) -> str:
    url = split_url(address)
    path, _, query = str(url).partition("?")
    own = ("service", "request")
    kept = [
        (key, value)
        for key, value in parse_qsl(query, keep_blank_values=True)
        if key.lower() not in own
    ]
    asked = [("service", service), ("request", "GetCapabilities")]
    return f"{path}?{urlencode([*kept, *asked])}"
