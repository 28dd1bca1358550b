"""Find the link to the next page, in the header or in the page itself."""

import re
from typing import Any

from zyra.core.errors import TransferError, UsageError
from zyra.core.urls import Url, is_http
from zyra.transfer.client import Headers

# RFC 8288, section 3. Possessive, so that no header is slow to read.
_LINK = re.compile(
    r'<([^>]*+)>((?:\s*+;\s*+[^\s=;,"]++(?:\s*+=\s*+(?:"(?:[^"\\]|\\.)*+"|[^",;\s]*+))?+)*+)'
)
_REL = re.compile(r';\s*+rel\*?\s*+=\s*+(?:"([^"]*+)"|([^",;\s]++))', re.IGNORECASE)


def next_reference(headers: Headers, value: Any, rel: str) -> str | None:
    """The reference of the link with relation `rel`; None where there is none.

    Looked for in the header Link (RFC 8288), then in the page as OGC API and STAC (a list
    `links` of objects with rel and href), JSON:API (`links.next`) and HAL (`_links.next.href`)
    write it.
    """
    return _in_header(headers.get("Link", ""), rel) or _in_body(value, rel)


def linked(url: Url, reference: str) -> Url:
    """The URL that a page from `url` links to.

    Raises:
        TransferError: It is not an http or https URL.
    """
    try:
        target = url.joined(reference)
    except UsageError as exc:
        raise TransferError(f"{url.shown}: links to {exc.message}") from exc
    if not is_http(str(target)):
        raise TransferError(f"{url.shown}: links to {target.shown}, which is no web address")
    return target


def _in_header(header: str, rel: str) -> str | None:
    for reference, parameters in _LINK.findall(header):
        found = _REL.search(parameters)
        if found and rel.lower() in (found[1] or found[2] or "").lower().split():
            return str(reference)
    return None


def _in_body(value: Any, rel: str) -> str | None:
    if not isinstance(value, dict):
        return None
    links = value.get("links")
    if isinstance(links, list):
        fitting = (link for link in links if isinstance(link, dict) and link.get("rel") == rel)
        return next((href for link in fitting if isinstance(href := link.get("href"), str)), None)
    for named in (links, value.get("_links")):
        link = named.get(rel) if isinstance(named, dict) else None
        href = link.get("href") if isinstance(link, dict) else link
        if isinstance(href, str) and href:
            return href
    return None
