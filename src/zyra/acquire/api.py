"""Ask a web API for one answer, for all pages of one, or for a file."""

from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO

from zyra.acquire.api_answers import Admission, is_json
from zyra.acquire.api_names import server_name
from zyra.acquire.api_pages import PAGE_BYTES, ask_for_pages, json_of, records_at
from zyra.acquire.api_presets import Settings, settings_of
from zyra.acquire.api_request import Call, call_of
from zyra.acquire.commands.api import ApiArgs
from zyra.acquire.json_output import json_writer
from zyra.acquire.openapi import hold_against_document, write_help
from zyra.core.errors import LimitExceeded, OutputError
from zyra.core.job import Job
from zyra.core.json_values import encode
from zyra.core.outputs import PART_PREFIX, STDOUT, open_output, output_errors
from zyra.core.urls import split_url
from zyra.transfer.asking import Asking, headers_of
from zyra.transfer.download import download, progress_in_bytes
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.http import HttpClient, patience
from zyra.transfer.pace import ANY_PACE
from zyra.transfer.receive import Reception, Remote, ReportBytes
from zyra.transfer.resumable import receive_resumable
from zyra.transfer.retries import Retries

_IN_MEMORY_BYTES = 4 << 20  # of an answer; the rest is on disk until it is known what it is
_COPIED_BYTES = 1 << 20
_NO_HEAD = (405, 501)
_STEPS = 10  # messages of --progress about a file of known size


def run(args: ApiArgs, job: Job) -> None:
    """Do what the arguments ask for.

    Raises:
        UsageError: The request is malformed, or not what the service's document allows.
        TransferError: The service does not give what is asked for.
        OutputError: It cannot be written.
    """
    settings = settings_of(args)
    call = call_of(args, settings, job)
    with call.hider.in_errors(), _client(args, call, job) as http:
        if args.openapi_help:
            write_help(args, call, http, job)
            return
        if args.openapi_validate or args.openapi_strict:
            hold_against_document(args, call, http, job)
        admit = Admission(settings.expected, errors=args.allow_non_2xx, hider=call.hider)
        if args.head_first:
            _ask_for_head(call, http, admit, job)
        client = Asking(http, call.method, call.body, admit=admit)
        _take(args, settings, call, client, job)


def _take(args: ApiArgs, settings: Settings, call: Call, client: Asking, job: Job) -> None:
    remote = Remote(client, call.address, call.headers)
    if args.streams:
        _stream(args, remote, job)
    elif args.pages == "none":
        _write_one(args, remote, job)
    else:
        _write_pages(args, settings, call, client, job)


def _client(args: ApiArgs, call: Call, job: Job) -> HttpClient:
    def tell(message: str) -> None:
        job.tell(call.hider.hide(message), detail=True)

    return HttpClient(
        job.network,
        retries=Retries(attempts=args.max_retries + 1, first_pause_s=args.retry_backoff),
        timeout=patience(args.timeout),
        tell=tell,
    )


def _ask_for_head(call: Call, http: HttpClient, admit: Admission, job: Job) -> None:
    """Let `admit` judge the answer's headers; a service that knows no HEAD is asked at once."""
    asking = Asking(http, "HEAD", admit=admit)
    try:
        headers = headers_of(Remote(asking, call.address, call.headers))
    except RefusedByServer as error:
        if error.status not in _NO_HEAD:
            raise
        job.tell("the service knows no HEAD", detail=True)
        return
    if "Content-Length" in headers:
        job.tell(f"{headers['Content-Length']} bytes are announced", detail=True)


def _stream(args: ApiArgs, remote: Remote, job: Job) -> None:
    report = _progress(args, job)
    remote = replace(remote, pace=ANY_PACE)  # events come when something happens
    if args.detect_filename:
        _stream_under_server_name(args.output, remote, report, job)
    elif args.resume:
        receive_resumable(remote, args.output, report=report)
    else:
        download(remote, args.output, job, report=report)


def _stream_under_server_name(output: str, remote: Remote, report: ReportBytes, job: Job) -> None:
    folder = Path("." if output == STDOUT else output)
    temporary = folder / f"{PART_PREFIX}{token_hex(8)}"
    with output_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as stream:
                reception = Reception(remote, stream, report=report)
                reception.run()
            name = server_name(reception.headers, reception.url or split_url(remote.address))
            if (folder / name).exists():  # what a server chooses shall not replace anything
                raise OutputError(
                    f"{folder / name} is there already", hint="choose another name with --output"
                )
            temporary.rename(folder / name)
        finally:
            temporary.unlink(missing_ok=True)
    job.tell(f"wrote {folder / name}")


def _progress(args: ApiArgs, job: Job) -> ReportBytes:
    report = progress_in_bytes(job)
    if not args.progress:
        return report
    told = 0

    def telling(received: int, total: int | None) -> None:
        nonlocal told
        report(received, total)
        step = received * _STEPS // total if total else received.bit_length()
        if step > told:
            told = step
            job.tell(f"{received} of {total} bytes" if total else f"{received} bytes")

    return telling


def _write_one(args: ApiArgs, remote: Remote, job: Job) -> None:
    # What it is shows with the answer, and an output is opened only when there is something.
    with SpooledTemporaryFile(_IN_MEMORY_BYTES) as spool:
        reception = Reception(remote, spool, report=_progress(args, job))
        size = reception.run()
        spool.seek(0)
        wants_json = args.newline_json or args.records_path is not None
        if wants_json or is_json(reception.headers):
            if size > PAGE_BYTES:
                raise LimitExceeded(
                    f"{remote.shown}: the JSON has {size} bytes, more than {PAGE_BYTES}",
                    hint="write it as it is with --stream, or ask for pages with --paginate",
                )
            _write_json(args, spool.read(), remote, job)
        else:
            with open_output(args.output, job) as stream:
                _copy(spool, stream)


def _copy(source: IO[bytes], target: BinaryIO) -> None:
    while piece := source.read(_COPIED_BYTES):
        target.write(piece)


def _write_json(args: ApiArgs, data: bytes, remote: Remote, job: Job) -> None:
    value = json_of(data, remote.shown)
    if not args.newline_json and args.records_path is None:
        with open_output(args.output, job) as stream:
            stream.write(encode(value, pretty=args.pretty).rstrip(b"\n") + b"\n")
        return
    records = records_at(value, args.records_path, remote.shown)
    with open_output(args.output, job) as stream:
        writer = json_writer(stream, lines=args.newline_json, pretty=args.pretty)
        for record in records:
            writer.write(record)
        writer.finish()


def _write_pages(args: ApiArgs, settings: Settings, call: Call, client: Asking, job: Job) -> None:
    with open_output(args.output, job) as stream:
        writer = json_writer(stream, lines=args.newline_json, pretty=args.pretty)
        written = 0
        for number, page in enumerate(ask_for_pages(args, settings, call, client, job), start=1):
            for record in records_at(page.value, args.records_path, page.url.shown):
                writer.write(record)
                written += 1
            job.progress(0.0, f"{number} pages, {written} records")
        writer.finish()
