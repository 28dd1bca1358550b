"""Find a service's OpenAPI document, tell what it says, hold a request against it."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from zyra.acquire.api_query import with_parameters
from zyra.acquire.api_request import Call
from zyra.acquire.commands.api import ApiArgs
from zyra.acquire.openapi_check import Checker
from zyra.acquire.openapi_document import Document, Operation, parse_document
from zyra.acquire.openapi_help import help_text
from zyra.core.errors import DataError, UsageError
from zyra.core.inputs import open_input
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.core.urls import Url, is_http, split_url
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.http import HttpClient
from zyra.transfer.ranges import fetch_bytes

_LARGEST = 32 << 20  # bytes
_USUAL_NAMES = ("openapi.json", "openapi.yaml", "openapi.yml", "swagger.json", "v3/api-docs")


def write_help(args: ApiArgs, call: Call, http: HttpClient, job: Job) -> None:
    """Write what the operation takes.

    Raises:
        UsageError: There is no document, or it does not know the operation.
    """
    document, operation = _operation(args, call, http, job)
    with open_output(args.output, job) as stream:
        stream.write(help_text(document, operation).encode())


def hold_against_document(args: ApiArgs, call: Call, http: HttpClient, job: Job) -> None:
    """Tell what is wrong with the request.

    Raises:
        UsageError: Something is, and `openapi_strict` is given; or there is no document.
    """
    document, operation = _operation(args, call, http, job)
    found = Checker(document, operation).problems(
        parse_qsl(split_url(_first_page(args, call)).target.partition("?")[2], True),
        call.headers,
        None if call.body is None else call.body.data,
        next((text for name, text in call.headers.items() if name.lower() == "content-type"), ""),
    )
    if found and args.openapi_strict:
        raise UsageError(
            f"{operation.method} {operation.path}: {'; '.join(found)}",
            hint="--openapi-help tells what it takes",
        )
    for problem in found:
        job.tell(call.hider.hide(f"openapi: {problem}"))
    if not found:
        job.tell("openapi: the request is as the document says", detail=True)


def _first_page(args: ApiArgs, call: Call) -> str:
    numbered = [(args.page_param, str(args.page_start))] if args.pages == "page" else []
    return with_parameters(call.address, numbered)


def _operation(args: ApiArgs, call: Call, http: HttpClient, job: Job) -> tuple[Document, Operation]:
    source = args.openapi_url
    if source is None:
        document = _beside(call, http, job)
    elif is_http(source):
        document = _required(source, call, http, job)
    else:
        with open_input(source, job) as stream:
            document = parse_document(stream.read(_LARGEST), source)
    return document, document.operation(call.method, split_url(call.address).path)


def _required(source: str, call: Call, http: HttpClient, job: Job) -> Document:
    data = _fetched(split_url(source), call, http, job)
    if data is None:
        raise UsageError(f"{source}: there is no OpenAPI document", hint="check the address")
    return parse_document(data, split_url(source).shown)


def _beside(call: Call, http: HttpClient, job: Job) -> Document:
    """The document under one of its usual names, near the operation or at the root."""
    for url in _usual_places(split_url(call.address)):
        try:
            data = _fetched(url, call, http, job)
            if data is not None:
                return parse_document(data, url.shown)
        except (RefusedByServer, DataError):  # another page, or none of ours: look elsewhere
            continue
    raise UsageError(
        f"{call.address} has no OpenAPI document under a usual name", hint="give --openapi-url"
    )


def _usual_places(url: Url) -> Iterator[Url]:
    first = url.path.strip("/").partition("/")[0]
    for folder in dict.fromkeys((f"/{first}/" if first else "/", "/")):
        for name in _USUAL_NAMES:
            yield url.joined(folder + name)


def _fetched(url: Url, call: Call, http: HttpClient, job: Job) -> bytes | None:
    return fetch_bytes(str(url), job, _LARGEST, client=http, headers=call.seen_by(url))
