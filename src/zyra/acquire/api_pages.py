"""Ask for the pages of a web API, and find the records on each."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from zyra.acquire.api_presets import Settings
from zyra.acquire.api_request import Call
from zyra.acquire.commands.api import ApiArgs
from zyra.acquire.pagination import ByCursor, ByLink, ByNumber, Page, Turning, read_pages
from zyra.core.errors import DataError, TransferError
from zyra.core.job import Job
from zyra.core.json_paths import MISSING, path_of, value_at
from zyra.core.json_values import decode
from zyra.core.urls import split_url
from zyra.transfer.client import Client
from zyra.transfer.receive import Reception, Remote

PAGE_BYTES = 128 << 20  # of JSON that is held at once


def ask_for_pages(
    args: ApiArgs, settings: Settings, call: Call, client: Client, job: Job
) -> Iterator[Page]:
    """The pages, each asked for when it is wanted.

    Raises:
        As `pagination.read_pages`.
    """

    def ask(address: str) -> Page:
        return read_page(Remote(client, address, call.headers_for(split_url(address))))

    for number, page in enumerate(read_pages(ask, _turning(args, settings, call)), start=1):
        yield page
        if number == args.max_pages:
            job.tell(f"stopped after {number} pages: --max-pages")
            return


def read_page(remote: Remote) -> Page:
    """Ask for one page of JSON.

    Raises:
        LimitExceeded: It is larger than 128 MiB.
        TransferError: It cannot be fetched, or is no JSON.
    """
    target = BytesIO()
    reception = Reception(remote, target, limit=PAGE_BYTES)
    reception.run()
    url = reception.url or split_url(remote.address)
    return Page(json_of(target.getvalue(), url.shown), url, reception.headers)


def json_of(data: bytes, shown: str) -> Any:
    """The JSON that a service answered.

    Raises:
        TransferError: It is none.
    """
    try:
        return decode(data, line=1, offset=0)
    except DataError as exc:
        raise TransferError(f"{shown}: did not answer with JSON: {exc.message}") from exc


def records_at(value: Any, path: str | None, shown: str) -> Sequence[Any]:
    """The records of a page: the elements of the list at the path, or the one thing there.

    Raises:
        DataError: There is nothing at the path.
    """
    steps = () if path is None else path_of(path, "--records-path")
    found = value_at(value, steps)
    if found is MISSING:
        there = ", ".join(value) if isinstance(value, dict) else "no object"
        raise DataError(
            f"{shown}: there is nothing at --records-path {path}", hint=f"there is {there}"
        )
    if found is None and path is not None:
        return ()
    return found if isinstance(found, list) else (found,)


def _turning(args: ApiArgs, settings: Settings, call: Call) -> Turning:
    if args.pages == "cursor":
        path = path_of(settings.next_path, "--next-cursor-json-path")
        return ByCursor(call.address, settings.cursor_param, path)
    if args.pages == "link":
        return ByLink(call.address, args.link_rel)
    flag, list_path = "--empty-json-path", args.empty_json_path
    if list_path is None:
        flag, list_path = "--records-path", args.records_path
    steps = None if list_path is None else path_of(list_path, flag)
    return ByNumber(call.address, args.page_param, args.page_start, steps)
