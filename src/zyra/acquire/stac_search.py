"""Find items: in a STAC API, which searches itself, or by walking through a static catalog.

Source: STAC API 1.0.0 (item search, with its links that say how to ask on) and STAC 1.1.0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from zyra.acquire.api_pages import read_page
from zyra.acquire.api_query import with_parameters
from zyra.acquire.http_remotes import HttpRemotes
from zyra.acquire.page_links import linked
from zyra.acquire.pagination import Page
from zyra.acquire.stac_query import Query
from zyra.core.errors import DataError, LimitExceeded, UsageError
from zyra.core.json_values import encode
from zyra.core.urls import Url, scheme_of
from zyra.transfer.asking import Asking
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.http import HttpClient
from zyra.transfer.receive import Remote
from zyra.transfer.request import BytesBody

MOST_DOCUMENTS = 100_000  # of a catalog, or pages of a search, that are read

_NO_POST = (404, 405, 415, 501)
_GEOJSON = {"Content-Type": "application/json", "Accept": "application/geo+json, application/json"}


@dataclass(frozen=True)
class Found:
    """An item, and the URL that its relative references start from."""

    item: Mapping[str, Any]
    url: Url


class Searcher:
    """Searches one catalog.

    Args:
        http: Makes the requests.
        remotes: Know which of them may carry credentials.
        query: What is searched for.
    """

    def __init__(self, http: HttpClient, remotes: HttpRemotes, query: Query) -> None:
        self._http = http
        self._remotes = remotes
        self._query = query

    def items(self, address: str) -> Iterator[Found]:
        """The items of what is at `address`: an API, a catalog, a collection, an item.

        Raises:
            UsageError: It is none of these, or a static catalog that cannot be asked so.
            DataError: Its pages lead in a circle.
            LimitExceeded: It has more than a hundred thousand documents or pages.
            TransferError: It cannot be read.
        """
        page = self._get(address)
        search = _link(page, "search")
        items = _link(page, "items")
        if search is not None:
            yield from self._search(page, search)
        elif items is not None and _kind(page) == "Collection":
            yield from self._features(linked(page.url, str(items["href"])))
        else:
            self._refuse_what_needs_a_service(page)
            for found in self._walk(page):
                if self._query.takes(found.item):
                    yield found

    def _search(self, page: Page, link: Mapping[str, Any]) -> Iterator[Found]:
        offered = {str(each.get("method", "GET")).upper() for each in _links(page, "search")}
        url = str(linked(page.url, str(link["href"])))
        if "POST" in offered:
            body = self._query.body()
            try:
                first = self._post(url, body)
            except RefusedByServer as error:
                if error.status not in _NO_POST:
                    raise
            else:
                yield from self._pages(first, body)
                return
        yield from self._pages(self._get(with_parameters(url, self._query.parameters())), {})

    def _features(self, url: Url) -> Iterator[Found]:
        """The items of one collection of an API, which has no parameter for collections."""
        given = [pair for pair in self._query.parameters() if pair[0] != "collections"]
        for found in self._pages(self._get(with_parameters(str(url), given)), {}):
            if self._query.takes(found.item):
                yield found

    def _pages(self, page: Page, body: Mapping[str, Any]) -> Iterator[Found]:
        """The items of a page and of those after it."""
        seen: set[bytes] = set()
        while True:
            yield from _features_of(page)
            link = _link(page, "next")
            if link is None:
                return
            mark = sha256(encode(link)).digest()
            if mark in seen:
                raise DataError(f"{page.url.shown}: the next page is one that was there before")
            seen.add(mark)
            _refuse_more_than_most(len(seen), page.url)
            url = str(linked(page.url, str(link["href"])))
            if str(link.get("method", "GET")).upper() == "POST":
                own = link.get("body") or {}
                body = {**body, **own} if link.get("merge") else own
                page = self._post(url, body)
            else:
                page = self._get(url)

    def _walk(self, start: Page) -> Iterator[Found]:
        """The items of a static document and of those that it links to, in their order."""
        seen = {str(start.url)}
        pending = [start.url]
        page: Page | None = start
        while pending:
            url = pending.pop()
            page = page or self._get(str(url))
            if _kind(page) in ("Feature", "FeatureCollection"):
                yield from self._pages(page, {})
            elif self._query.may_hold(page.value):
                below = [each for each in self._below(page) if str(each) not in seen]
                seen.update(map(str, below))
                pending += reversed(below)
            page = None
            _refuse_more_than_most(len(seen), start.url)

    def _below(self, page: Page) -> list[Url]:
        """Where a catalog's or collection's documents are that may hold what is searched for."""
        wanted = self._query.collections
        is_other = _kind(page) == "Collection" and wanted and page.value.get("id") not in wanted
        relations = ("child",) if is_other else ("child", "item", "items")
        links = [link for name in relations for link in _links(page, name)]
        return list(dict.fromkeys(linked(page.url, str(link["href"])) for link in links))

    def _refuse_what_needs_a_service(self, page: Page) -> None:
        for name in ("query", "filter"):
            if getattr(self._query, name) is not None:
                raise UsageError(
                    f"{page.url.shown} is no STAC API, which --{name} needs",
                    hint="choose by collection, bbox and time, or give the API's address",
                )

    def _get(self, address: str) -> Page:
        return _checked(read_page(self._remotes.at(address)))

    def _post(self, url: str, body: Mapping[str, Any]) -> Page:
        asking = Asking(self._http, "POST", BytesBody(encode(body)), is_harmless=True)
        return _checked(
            read_page(Remote(asking, url, {**_GEOJSON, **self._remotes.at(url).headers}))
        )


def _refuse_more_than_most(number: int, url: Url) -> None:
    if number > MOST_DOCUMENTS:
        raise LimitExceeded(
            f"{url.shown} has more than {MOST_DOCUMENTS} documents",
            hint="give the address of a part of it",
        )


def _checked(page: Page) -> Page:
    if not isinstance(page.value, dict) or _kind(page) == "":
        raise UsageError(
            f"{page.url.shown} is not a STAC catalog, collection, item or API",
            hint="give the address of one, such as https://host/stac/v1",
        )
    return page


def _kind(page: Page) -> str:
    """Catalog, Collection, Feature or FeatureCollection; empty for anything else.

    Before STAC 1.0 catalogs and collections had no type.
    """
    kind = page.value.get("type")
    if kind in ("Catalog", "Collection", "Feature", "FeatureCollection"):
        return str(kind)
    if "stac_version" in page.value:
        return "Collection" if "extent" in page.value else "Catalog"
    return ""


def _features_of(page: Page) -> Iterator[Found]:
    is_item = _kind(page) == "Feature"
    features = [page.value] if is_item else page.value.get("features")
    for feature in features if isinstance(features, list) else ():
        if not isinstance(feature, dict):
            raise DataError(f"{page.url.shown}: among its features is something else")
        yield Found(feature, page.url if is_item else _own_url(page.url, feature))


def _own_url(url: Url, feature: Mapping[str, Any]) -> Url:
    """Where an item says it is; that of its page where this is no web address, as s3:// is none."""
    own = next((link["href"] for link in _links_of(feature) if link.get("rel") == "self"), None)
    if own is None or scheme_of(own) not in ("", "http", "https"):
        return url
    return linked(url, own)


def _link(page: Page, rel: str) -> Mapping[str, Any] | None:
    return next(iter(_links(page, rel)), None)


def _links(page: Page, rel: str) -> list[Mapping[str, Any]]:
    return [link for link in _links_of(page.value) if link.get("rel") == rel]


def _links_of(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    links = value.get("links")
    return [
        link
        for link in (links if isinstance(links, list) else ())
        if isinstance(link, dict) and isinstance(link.get("href"), str)
    ]
