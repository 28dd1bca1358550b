"""List a bucket by requests of our own, where one of its keys ends the library's listing.

The library gives up on a whole listing when a key cannot be one of its paths, such as `a//b`. So
the others would be out of reach, too.

Source: "ListObjectsV2", Amazon S3 API Reference; Google's XML API answers in the same words.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import TypedDict
from urllib.parse import unquote_plus

from zyra.core.errors import DataError, UsageError
from zyra.core.times import parse_time
from zyra.core.urls import Url, split_url
from zyra.transfer.http import HttpClient, patience
from zyra.transfer.object_access import Access
from zyra.transfer.receive import Reception, Remote
from zyra.transfer.s3_signature import query_of, signed_headers
from zyra.transfer.xml_reading import Element, read_xml

_PAGE_BYTES = 64 << 20


class Listed(TypedDict):
    """What a listing tells of an object, in the library's words."""

    path: str
    size: int
    last_modified: datetime
    e_tag: str | None


def can_list(url: Url, access: Access) -> bool:
    """Whether requests of our own can list the bucket of `url`: unsigned, or with plain keys."""
    return url.scheme != "az" and (
        access.asks_unsigned(url.scheme) or access.keys(url.scheme) is not None
    )


def list_bucket(url: Url, access: Access, prefix: str) -> Iterator[Listed]:
    """Every object whose key begins with `prefix`, whatever the key is.

    Args:
        url: Within the bucket.
        access: Knows the endpoint and who asks.
        prefix: Any beginning of keys.

    Raises:
        DataError: The store's answer is no listing, or goes round in a circle.
        TransferError: The store cannot be listed.
    """
    asked = {"list-type": "2", "prefix": prefix, "encoding-type": "url"}
    told: set[str] = set()  # where to go on, page by page
    with HttpClient(access.policy, timeout=patience(access.timeout_s)) as client:
        while True:
            page = _page(client, url, access, asked)
            is_encoded = page.text_of("EncodingType") == "url"
            for contents in page.all("Contents"):
                found = _listed(contents, url, is_encoded=is_encoded)
                if found["size"] or not found["path"].endswith("/"):  # else it marks a folder
                    yield found
            following = page.text_of("NextContinuationToken")
            if page.text_of("IsTruncated") != "true" or not following:
                return
            if following in told:
                raise DataError(f"{url.shown}: the store lists the same page for ever")
            told.add(following)
            asked["continuation-token"] = following


def _page(client: HttpClient, url: Url, access: Access, asked: Mapping[str, str]) -> Element:
    base = str(access.endpoint(url)).rstrip("/")
    place = split_url(f"{base}/{url.host}?{query_of(asked)}")
    keys, headers = access.keys(url.scheme), access.headers()
    if keys is not None:
        headers = signed_headers(place, keys, access.region(url.host), datetime.now(UTC), headers)
    target = BytesIO()
    Reception(Remote(client, str(place), headers), target, limit=_PAGE_BYTES).run()
    return read_xml(target.getvalue(), url.shown)


def _listed(contents: Element, url: Url, *, is_encoded: bool) -> Listed:
    key = contents.text_of("Key") or ""
    try:
        return Listed(
            path=unquote_plus(key) if is_encoded else key,
            size=int(contents.text_of("Size") or ""),
            last_modified=parse_time(contents.text_of("LastModified") or ""),
            e_tag=contents.text_of("ETag"),
        )
    except (ValueError, UsageError) as exc:
        raise DataError(f"{url.shown}: the listing is damaged at {key!r}: {exc}") from exc
