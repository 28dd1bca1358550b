"""Make the request that the arguments of `acquire api` describe."""

from dataclasses import dataclass

from zyra.acquire.api_presets import Settings
from zyra.acquire.api_query import parameters_of, with_parameters
from zyra.acquire.commands.api import ApiArgs
from zyra.core.errors import DataError, TransferError, UsageError
from zyra.core.inputs import open_input
from zyra.core.job import Job
from zyra.core.json_values import decode
from zyra.core.urls import Url, split_url
from zyra.transfer.client import Headers
from zyra.transfer.credentials import filled, request_headers, secret_resolver, secret_slots
from zyra.transfer.hiding import Hider
from zyra.transfer.http import basic_authorization, same_party
from zyra.transfer.request import BytesBody, harmless
from zyra.transfer.sources import refuse_other_schemes

_JSON = "application/json"


@dataclass(frozen=True)
class Call:
    """A request that may be sent several times, for one page after the other.

    Attributes:
        address: With its query, without user and password.
        method: In upper case.
        headers: Sent to the origin of `address`.
        body: Sent along.
        hider: Keeps the credentials out of messages.
    """

    address: str
    method: str
    headers: Headers
    body: BytesBody | None
    hider: Hider

    def headers_for(self, url: Url) -> Headers:
        """What may be sent to `url`, which a page links to.

        Raises:
            TransferError: The request has a body, and the link leads to another party.
        """
        if self.body is not None and not same_party(split_url(self.address), url):
            raise TransferError(
                f"{self.address}: links to {url.shown}, which may not get the body",
                hint="ask that service itself",
            )
        return self.seen_by(url)

    def seen_by(self, url: Url) -> Headers:
        """The headers that the party at `url` may see."""
        is_own = same_party(split_url(self.address), url)
        return self.headers if is_own else harmless(self.headers)


def call_of(args: ApiArgs, settings: Settings, job: Job) -> Call:
    """The first request.

    Raises:
        UsageError: Address, parameters, headers, credentials or body are malformed.
        InputNotFound: A file cannot be read.
    """
    refuse_other_schemes(settings.url, ("http", "https"))
    url = job.network.check_url(settings.url)
    resolve = secret_resolver(args.credential_file, job)
    slots = secret_slots(args.credential or (), resolve)
    given = args.params or ""
    headers = request_headers(
        args.header or (), args.auth, args.credential or (), resolve, elsewhere=given
    )
    # Filled after it is taken apart, so that a secret can hold any character.
    params = [(name, filled(value, slots)) for name, value in parameters_of(given) if given]
    if url.user is not None:
        headers = {"Authorization": basic_authorization(*url.user)} | headers
    body = _body(args, job)
    return Call(
        address=with_parameters(str(url), [*settings.params.items(), *_sizes(args), *params]),
        method=args.method.upper(),
        headers=_described(headers, args, settings),
        body=body,
        hider=Hider.of(headers, [*slots.values(), *(url.user or ())[1:]]),
    )


def _sizes(args: ApiArgs) -> list[tuple[str, str]]:
    return [(args.page_size_param, str(args.page_size))] if args.page_size_param else []


def _described(headers: dict[str, str], args: ApiArgs, settings: Settings) -> Headers:
    """The headers with those for media types, which must not be given twice."""
    described = {"Accept": settings.accept}
    if args.has_body:
        described["Content-Type"] = args.content_type or _given(headers, "content-type") or _JSON
    names = {name.lower() for name in headers}
    for name, value in described.items():
        if value is not None and not (value.isascii() and value.isprintable()):
            raise UsageError(f"{value!r} is not a media type")
        if name.lower() in names and value not in (None, _given(headers, name.lower())):
            raise UsageError(f"{name} is given as a header, too")
    return headers | {
        name: value
        for name, value in described.items()
        if value is not None and name.lower() not in names
    }


def _given(headers: Headers, wanted: str) -> str | None:
    return next((value for name, value in headers.items() if name.lower() == wanted), None)


def _body(args: ApiArgs, job: Job) -> BytesBody | None:
    if not args.has_body:
        return None
    data = _read(args.data_file, job) if args.data_file is not None else _data(args.data or "", job)
    if (args.content_type or _JSON).partition(";")[0].strip() == _JSON:
        try:
            decode(data, line=1, offset=0)
        except DataError as exc:
            raise UsageError(
                f"data is not JSON: {exc.message}", hint="give another content_type if it is none"
            ) from exc
    return BytesBody(data)


def _data(text: str, job: Job) -> bytes:
    if not text.startswith("@"):
        return text.encode()
    if not job.network.unrestricted:  # on the service, only arguments of a file's kind name files
        raise UsageError(f"{text!r} names a file", hint="give it as data_file")
    return _read(text[1:], job)


def _read(path: str, job: Job) -> bytes:
    with open_input(path, job) as stream:
        return stream.read()
