"""Turn the pages of a web API: by number, by cursor, by link."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from zyra.acquire.api_query import with_parameters
from zyra.acquire.page_links import linked, next_reference
from zyra.core.errors import DataError
from zyra.core.json_paths import MISSING, value_at
from zyra.core.json_values import encode
from zyra.core.urls import Url, is_http
from zyra.transfer.client import Headers


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        value: Its JSON.
        url: Where it came from, after redirects.
        headers: Of the answer.
    """

    value: Any
    url: Url
    headers: Headers


Ask = Callable[[str], Page]


class Turning(Protocol):
    """A way to turn pages."""

    def first(self) -> str:
        """Address of the first page."""

    def is_behind_the_last(self, page: Page) -> bool:
        """Whether the page before was the last, as there is nothing on this one."""

    def after(self, page: Page, number: int) -> str | None:
        """Address of what comes after page `number`, counted from 1; None after the last."""


def read_pages(ask: Ask, turning: Turning) -> Iterator[Page]:
    """Ask for one page after the other, until there are no more.

    Raises:
        DataError: A page, or the way to one, comes a second time; a page cannot be turned.
        TransferError: A page cannot be fetched.
    """
    address: str | None = turning.first()
    seen = {address}
    before, number = b"", 0
    while address is not None:
        page = ask(address)
        number += 1
        if turning.is_behind_the_last(page):
            return
        now = sha256(encode(page.value)).digest()
        if now == before and page.value:
            raise DataError(
                f"{page.url.shown}: page {number} is the same as the one before",
                hint="does the service know the parameter that turns pages?",
            )
        yield page
        before = now
        address = turning.after(page, number)
        if address in seen:
            raise DataError(
                f"{page.url.shown}: page {number} leads back to an earlier one",
                hint="--max-pages ends the run before",
            )
        seen.add(address)


@dataclass(frozen=True)
class ByNumber:
    """Pages that are counted.

    Attributes:
        address: Of the operation.
        param: Query parameter with the number.
        start: Number of the first page.
        path: Steps to the list that is empty behind the last page; None for the page itself.
    """

    address: str
    param: str
    start: int
    path: tuple[str, ...] | None

    def first(self) -> str:
        """Address of the first page."""
        return self._numbered(self.start)

    def is_behind_the_last(self, page: Page) -> bool:
        """Whether the list on the page is empty or missing."""
        if self.path is not None:
            return value_at(page.value, self.path) in (MISSING, None, [], {})
        if page.value and not isinstance(page.value, list):
            keys = ", ".join(page.value) if isinstance(page.value, dict) else "no list"
            raise DataError(
                f"{page.url.shown}: the page is no list, so that the last one cannot be told",
                hint=f"name the list with --empty-json-path; there is {keys}",
            )
        return not page.value

    def after(self, page: Page, number: int) -> str | None:  # noqa: ARG002 - others look at it
        """Address of the next number."""
        return self._numbered(self.start + number)

    def _numbered(self, number: int) -> str:
        return with_parameters(self.address, [(self.param, str(number))])


@dataclass(frozen=True)
class ByCursor:
    """Pages of which each tells what leads to the next.

    Attributes:
        address: Of the operation.
        param: Query parameter that takes the cursor.
        path: Steps to the cursor on a page.
    """

    address: str
    param: str
    path: tuple[str, ...]

    def first(self) -> str:
        """Address of the first page."""
        return self.address

    def is_behind_the_last(self, page: Page) -> bool:  # noqa: ARG002 - others look at it
        """Never: the last page has no cursor."""
        return False

    def after(self, page: Page, number: int) -> str | None:  # noqa: ARG002 - others look at it
        """Address with the page's cursor, or the cursor where it is a URL."""
        cursor = value_at(page.value, self.path)
        if cursor in (MISSING, None, "", False):
            return None
        if isinstance(cursor, bool) or not isinstance(cursor, (str, int)):
            raise DataError(
                f"{page.url.shown}: what stands at {'.'.join(self.path)} is no cursor",
                hint="give --next-cursor-json-path",
            )
        if is_http(str(cursor)):
            return str(linked(page.url, str(cursor)))
        return with_parameters(self.address, [(self.param, str(cursor))])


@dataclass(frozen=True)
class ByLink:
    """Pages that link to the next.

    Attributes:
        address: Of the operation.
        rel: Relation of the link.
    """

    address: str
    rel: str

    def first(self) -> str:
        """Address of the first page."""
        return self.address

    def is_behind_the_last(self, page: Page) -> bool:  # noqa: ARG002 - others look at it
        """Never: the last page has no link."""
        return False

    def after(self, page: Page, number: int) -> str | None:  # noqa: ARG002 - others look at it
        """Where the page's link leads."""
        reference = next_reference(page.headers, page.value, self.rel)
        return None if reference is None else str(linked(page.url, reference))
