"""Send a file or stdin to a web address, and give what the server answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zyra.core.errors import TransferError, TransientTransferError, UsageError
from zyra.core.inputs import STDIN, existing_file, open_input
from zyra.core.job import Job
from zyra.core.media_types import UNKNOWN, media_type_of
from zyra.core.outputs import open_output
from zyra.core.urls import credentials_in
from zyra.disseminate.commands.post import PostArgs
from zyra.disseminate.server_words import refusal
from zyra.transfer.bodies import file_body, form_body, stream_body
from zyra.transfer.client import Headers
from zyra.transfer.credentials import request_headers, secret_resolver
from zyra.transfer.download import progress_in_bytes
from zyra.transfer.failures import had_no_effect
from zyra.transfer.hiding import Hider
from zyra.transfer.http import HttpClient, Response, client_of
from zyra.transfer.request import Body, Request
from zyra.transfer.retries import Tries


class _Delivery(Request):
    """A request that is not turned into a GET before the server has taken its body."""

    def redirected(self, status: int, *, same_party: bool) -> Request:
        """What is asked where the server sends this request.

        Raises:
            TransferError: To where a body may not be sent.
        """
        if status in (301, 302) and self.body is not None:
            raise TransferError(
                f"the server answers a {self.method} with a redirect ({status})",
                hint="give the address that it redirects to",
            )
        return super().redirected(status, same_party=same_party)


def run(args: PostArgs, job: Job) -> None:
    """Send the request that `args` describes, and write the body of the answer.

    Raises:
        UsageError: The URL, a header or a credential is malformed.
        InputNotFound: There is no such file to read.
        TransferError: There is no answer, or one that is no success.
        OutputError: The answer cannot be written.
    """
    with client_of(job, timeout_s=args.timeout) as client:
        send(args, job, client)


def send(args: PostArgs, job: Job, client: HttpClient) -> None:
    """Send the request that `args` describes, and write the body of the answer.

    Raises:
        As `run`.
    """
    resolve = secret_resolver(args.credential_file, job)
    headers = request_headers(args.header or (), args.auth, args.credential or (), resolve)
    job.network.check_url(args.url)
    with _body(args, job) as (body, media_type):
        request = _Delivery(args.url, args.method, _typed(headers, media_type, args), body)
        _deliver(client, request, args, job)


def _deliver(client: HttpClient, request: Request, args: PostArgs, job: Job) -> None:
    """Send a request, again where that does no harm."""
    tries = Tries(client.retries, client.tell)
    while True:
        try:
            with client.send(request) as response:
                _admit(response, request, args)
                _keep(response, args.output, job)
                return
        except TransientTransferError as error:
            if not _may_be_sent_again(request, error, args):
                raise
            tries.pause_after(error, 0)


def _admit(response: Response, request: Request, args: PostArgs) -> None:
    expected = args.expect_status or range(200, 300)
    if response.status not in expected:
        hider = Hider.of(request.headers, credentials_in(request.address))
        raise refusal(response, hider, args.expect_status)


def _keep(response: Response, output: str, job: Job) -> None:
    """Write the answer; when it breaks off, what was sent has arrived all the same."""
    try:
        with open_output(output, job) as stream:
            for chunk in response.chunks():
                stream.write(chunk)
    except TransientTransferError as error:
        raise TransferError(
            error.message, hint=f"the server took the file ({response.phrase})"
        ) from error


def _may_be_sent_again(request: Request, error: TransientTransferError, args: PostArgs) -> bool:
    if request.body is not None and not request.body.repeatable:
        return False
    return had_no_effect(error) or request.is_idempotent or args.retry


@contextmanager
def _body(args: PostArgs, job: Job) -> Iterator[tuple[Body, str]]:
    """The body and its media type."""
    with _source(args, job) as (body, found):
        media_type = args.content_type or found
        if args.form_field is None:
            yield body, media_type
        else:
            pairs = (text.split("=", 1) for text in args.form or ())
            fields = [(name, value) for name, value in pairs]
            name = "stdin" if args.input == STDIN else Path(args.input).name
            yield form_body(fields, args.form_field, name, media_type, body)


@contextmanager
def _source(args: PostArgs, job: Job) -> Iterator[tuple[Body, str]]:
    """What is sent, and its media type by content and name."""
    report = progress_in_bytes(job)
    if args.input != STDIN and existing_file(args.input).is_file():
        path = Path(args.input)
        size = path.stat().st_size
        yield file_body(path, report=lambda sent: report(sent, size)), media_type_of(path)
        return
    with open_input(args.input, job) as stream:
        yield stream_body(stream, lambda sent: report(sent, None)), UNKNOWN


def _typed(headers: Headers, media_type: str, args: PostArgs) -> Headers:
    """The headers with the media type, which one of them may have given."""
    named = any(name.lower() == "content-type" for name in headers)
    if named and (args.content_type is not None or args.form_field is not None):
        raise UsageError("the media type is given twice: by header, and by another argument")
    return headers if named else {**headers, "Content-Type": media_type}
