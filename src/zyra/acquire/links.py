"""Find the links of a directory page, as Apache, nginx, Caddy and S3 browsers write them."""

from html.parser import HTMLParser
from io import BytesIO

from zyra.core.errors import DataError, UsageError
from zyra.core.urls import Url
from zyra.transfer.entries import Entry
from zyra.transfer.receive import Reception, Remote

PAGE_BYTES = 64 << 20  # several hundred thousand links


def read_links(remote: Remote) -> list[Entry]:
    """The files and folders that a directory page names, in its order.

    Raises:
        DataError: It is not a page with links.
        LimitExceeded: It is longer than 64 MiB.
        TransferError: It cannot be fetched.
    """
    target = BytesIO()
    reception = Reception(remote, target, limit=PAGE_BYTES)
    reception.run()
    if reception.url is None or b"<a" not in target.getvalue().lower():
        raise DataError(
            f"{remote.shown} is not a page with links", hint="a listing needs a directory's URL"
        )
    return links_of(target.getvalue().decode("utf-8", errors="replace"), reception.url)


def links_of(page: str, url: Url) -> list[Entry]:
    """The links of `page`, which came from `url`, to what lies in or beside the directory.

    Links up the tree, to the page itself (sorted otherwise) and to other kinds of
    addresses (`mailto:`) are left out, and so is a second link to the same place.
    """
    parser = _Anchors()
    parser.feed(page)
    parser.close()
    start = _resolved(url, parser.base) or url
    targets = (_resolved(start, reference) for reference in parser.references)
    found = {str(target): _link(target) for target in targets if target and _is_entry(target, url)}
    return list(found.values())


def _resolved(base: Url, reference: str) -> Url | None:
    try:
        url = base.joined(reference.strip())
    except UsageError:  # mailto:, javascript: and nonsense name no file
        return None
    return url if url.scheme in ("http", "https") else None


def _is_entry(target: Url, page: Url) -> bool:
    if target.origin != page.origin:
        return bool(target.name)
    is_parent = target.path.endswith("/") and page.path.startswith(target.path)
    return not is_parent and target.path != page.path  # the page itself, in another order


def _link(url: Url) -> Entry:
    if url.name:
        return Entry(url.name.replace("/", "_"), str(url))
    return Entry(url.path.rstrip("/").rpartition("/")[2] + "/", str(url))


class _Anchors(HTMLParser):
    """Collects what `<a href>` and `<base href>` say."""

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the reference of an anchor, or the base of all."""
        reference = dict(attrs).get("href")
        if reference and tag == "a":
            self.references.append(reference)
        elif reference and tag == "base":
            self.base = self.base or reference
