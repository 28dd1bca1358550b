"""Read THREDDS catalogs: which files they have, where each is, which catalogs they refer to.

Source: "Dataset Inventory Catalog Specification", version 1.0.7, Unidata.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO

from zyra.core.errors import DataError, UsageError
from zyra.core.times import parse_time
from zyra.core.urls import Url, is_http
from zyra.transfer.entries import Entry
from zyra.transfer.receive import Reception, Remote
from zyra.transfer.xml_reading import Element, read_xml

CATALOG_BYTES = 64 << 20
_HTTP = ("httpserver", "http")

Services = Mapping[str, tuple[str, ...]]


def read_catalog(remote: Remote) -> list[Entry]:
    """The files of a catalog, and as folders the catalogs that it refers to.

    Raises:
        DataError: It is not a THREDDS catalog.
        LimitExceeded: It is longer than 64 MiB.
        TransferError: It cannot be fetched.
    """
    target = BytesIO()
    reception = Reception(remote, target, limit=CATALOG_BYTES)
    reception.run()
    if reception.url is None:
        raise DataError(f"{remote.shown} is empty")
    return entries_of(target.getvalue(), reception.url)


def catalog_address(address: str) -> str:
    """The URL of a catalog for programs, for that of its page for people."""
    path, question, query = address.partition("?")
    return (
        (path.removesuffix(".html") + ".xml" if path.endswith(".html") else path) + question + query
    )


def entries_of(document: bytes, url: Url) -> list[Entry]:
    """The entries of the catalog that came from `url`; what no HTTP service gives is left out.

    Raises:
        DataError: It is not a THREDDS catalog.
    """
    root = read_xml(document, url.shown)
    if root.name != "catalog":
        raise DataError(
            f"{url.shown} is a {root.name!r}, not a THREDDS catalog",
            hint="its address ends in catalog.xml",
        )
    services = dict(_services(root))
    return list({entry.url: entry for entry in _entries(root, url, services, None)}.values())


def _services(parent: Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The bases of plain HTTP access of each service; a compound one has those within it."""
    for service in parent.all("service"):
        within = list(_services(service))
        yield from within
        own = service.attributes.get("serviceType", "").lower() in _HTTP
        bases = (service.attributes.get("base", ""),) if own else ()
        yield (
            service.attributes.get("name", ""),
            bases + tuple(base for _, inner in within for base in inner),
        )


def _entries(
    parent: Element, url: Url, services: Services, inherited: str | None
) -> Iterator[Entry]:
    for child in parent.children:
        if child.name == "catalogRef":
            yield from _reference(child, url)
        elif child.name == "dataset":
            yield from _files(child, url, services, _service_of(child) or inherited)
            passed = _inherited_service(child) or inherited
            yield from _entries(child, url, services, passed)


def _files(dataset: Element, url: Url, services: Services, service: str | None) -> Iterator[Entry]:
    paths = [
        (access.attributes.get("serviceName", service), access.attributes.get("urlPath"))
        for access in dataset.all("access")
    ]
    paths.append((service, dataset.attributes.get("urlPath")))
    ways = [
        found
        for name, path in paths
        for base in (_bases(services, name) if path else ())
        if (found := _file(dataset, url, base + (path or ""))) is not None
    ]
    # One way to a file is enough: the first that can be gone.
    yield from sorted(ways, key=lambda way: way.problem is not None)[:1]


def _bases(services: Services, name: str | None) -> tuple[str, ...]:
    if name is not None:
        return services.get(name, ())
    return tuple(base for bases in services.values() for base in bases)


def _file(dataset: Element, url: Url, reference: str) -> Entry | None:
    address = _joined(url, reference)
    if address is None:
        return _unreachable(reference, url, "")
    if not address.name:
        return None
    name = address.name.replace("/", "_")
    return Entry(name, str(address), _exact_size(dataset), _modified(dataset))


def _reference(reference: Element, url: Url) -> Iterator[Entry]:
    attributes = reference.attributes
    href = attributes.get("href", "")
    address = _joined(url, catalog_address(href))
    if address is None:
        yield _unreachable(href, url, "/")
    elif href:
        folder = address.path.rpartition("/")[0].rpartition("/")[2]
        title = attributes.get("title") or attributes.get("name") or folder or "catalog"
        yield Entry(title.replace("/", "_") + "/", str(address))


def _unreachable(reference: str, url: Url, slash: str) -> Entry:
    name = reference.strip().rpartition("/")[2] or "nameless"
    return Entry(
        f"{name}{slash}", reference, problem=f"{url.shown}: {reference[:200]!r} is no http address"
    )


def _joined(url: Url, reference: str) -> Url | None:
    try:
        address = url.joined(reference.strip())
    except UsageError:  # not an address at all
        return None
    return address if is_http(str(address)) else None


def _service_of(dataset: Element) -> str | None:
    named = dataset.attributes.get("serviceName") or dataset.text_of("serviceName")
    return named or next(
        (name for part in dataset.all("metadata") if (name := part.text_of("serviceName"))), None
    )


def _inherited_service(dataset: Element) -> str | None:
    return next(
        (
            name
            for part in dataset.all("metadata")
            if part.attributes.get("inherited") == "true" and (name := part.text_of("serviceName"))
        ),
        None,
    )


def _exact_size(dataset: Element) -> int | None:
    """The size where it is given in bytes; larger units are rounded."""
    for size in dataset.all("dataSize"):
        if size.attributes.get("units", "").lower() == "bytes" and size.text.strip().isdecimal():
            return int(size.text)
    return None


def _modified(dataset: Element) -> datetime | None:
    for date in dataset.all("date"):
        if date.attributes.get("type") == "modified":
            try:
                return parse_time(date.text)
            except UsageError:  # a date that is none tells nothing
                return None
    return None
