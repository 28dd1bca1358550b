"""Jobs: their records, outputs and captured streams."""

from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from zyra.access.scopes import JOBS_CANCEL, JOBS_READ
from zyra.api.callers import require
from zyra.api.context import executor_of, root_of, service_of
from zyra.api.file_answer import OPAQUE, AsFile, ServedFile, file_answer
from zyra.api.json_answer import json_answer
from zyra.api.models.jobs import (
    JobAnswer,
    JobsAnswer,
    ManifestAnswer,
    job_answer,
    manifest_answer,
)
from zyra.api.openapi import answers, file_responses
from zyra.api.routing import router_of
from zyra.api.zip_answer import zip_answer
from zyra.core.stages import STAGE_NAMES
from zyra.jobs.ports import Query as PageQuery
from zyra.jobs.records import Captured, JobRecord, Status
from zyra.jobs.requests import NoSuchFile, Problem, RequestRefused

router = router_of("jobs")

StatusName = Annotated[
    Literal["queued", "running", "succeeded", "failed", "canceled"] | None,
    Query(description="Where the job stands"),
]
StageName = Annotated[str | None, Query(description="Of this stage, or one of its older names")]
CommandName = Annotated[str | None, Query(description="Of this command")]
Since = Annotated[datetime | None, Query(description="Made at this time or later (ISO 8601)")]
Until = Annotated[datetime | None, Query(description="Made before this time (ISO 8601)")]
Limit = Annotated[int, Query(ge=1, le=200, description="So many at most")]
Cursor = Annotated[str | None, Query(description="`next` of the page before")]
Wait = Annotated[
    float, Query(ge=0, le=60, allow_inf_nan=False, description="Wait so many seconds for the end")
]
Purge = Annotated[bool, Query(description="Remove a finished job with its results instead")]
FileName = Annotated[str | None, Query(description="Name of an output; the main one without it")]
Zipped = Annotated[bool, Query(description="All outputs as one ZIP archive")]


@router.get("/jobs", responses=answers(JobsAnswer, 503))
async def list_jobs(
    request: Request,
    *,
    status: StatusName = None,
    stage: StageName = None,
    command: CommandName = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Your jobs, newest first, without the text of their streams."""
    query = PageQuery(
        owner=require(request, JOBS_READ).name,
        status=Status(status) if status else None,
        stage=STAGE_NAMES.get(stage, stage) if stage else None,
        command=command,
        since=_moment(since),
        until=_moment(until),
        limit=limit,
        cursor=cursor,
    )
    page = await service_of(request).page(query)
    root = root_of(request)
    found = [job_answer(record, root) for record in page.jobs]
    return json_answer({"jobs": found, "next": page.next})


@router.get("/jobs/{job_id}", responses=answers(JobAnswer, 404, 503))
async def show_job(request: Request, job_id: str, wait: Wait = 0.0) -> Response:
    """The record of a job, at once or when it is done."""
    caller = require(request, JOBS_READ)
    if wait > 0:
        record = await executor_of(request).wait(caller, job_id, wait)
    else:
        record = await service_of(request).job(caller, job_id)
    return json_answer(job_answer(record, root_of(request)))


@router.delete(
    "/jobs/{job_id}",
    responses=answers(JobAnswer, 404, 409, 503) | {204: {"description": "Purged"}},
)
async def cancel_job(request: Request, job_id: str, purge: Purge = False) -> Response:
    """End a queued or running job: its processes are gone when this answers.

    A command may leave in order: it gets TERM first, and KILL when it is still there after 2 s.
    """
    service, caller = service_of(request), require(request, JOBS_CANCEL)
    if purge:
        await service.purge(caller, job_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)
    record = await service.cancel(caller, job_id)
    return json_answer(job_answer(record, root_of(request)))


@router.get("/jobs/{job_id}/manifest", responses=answers(ManifestAnswer, 404))
async def show_manifest(request: Request, job_id: str) -> Response:
    """Every file that the job left, with size, type, digest and time."""
    record = await service_of(request).job(require(request, JOBS_READ), job_id)
    return json_answer(manifest_answer(record, root_of(request)))


@router.head(
    "/jobs/{job_id}/download", response_class=Response, responses=file_responses("Headers only")
)
@router.get("/jobs/{job_id}/download", response_class=Response, responses=file_responses())
async def download(
    request: Request,
    job_id: str,
    file: FileName = None,
    zip: Zipped = False,
    as_file: AsFile = None,
) -> Response:
    """The main output, another one, or all."""
    service, caller = service_of(request), require(request, JOBS_READ)
    if zip:
        return await _all_outputs(request, await service.job(caller, job_id), file)
    output, content = await service.output(caller, job_id, file)
    served = ServedFile(content, output.name, output.media_type, output.sha256, as_file)
    return file_answer(request, served)


@router.get("/jobs/{job_id}/stdout", response_class=Response, responses=file_responses())
async def show_stdout(request: Request, job_id: str, as_file: AsFile = None) -> Response:
    """What the command wrote to stdout, byte for byte."""
    return await _stream(request, job_id, "stdout", as_file)


@router.get("/jobs/{job_id}/stderr", response_class=Response, responses=file_responses())
async def show_stderr(request: Request, job_id: str, as_file: AsFile = None) -> Response:
    """What the command wrote to stderr, byte for byte."""
    return await _stream(request, job_id, "stderr", as_file)


def _moment(given: datetime | None) -> datetime | None:
    """A time in UTC, which is also meant where no offset is given."""
    if given is None:
        return None
    try:
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except OverflowError:  # in UTC it lies hours beyond the first or the last year
        return given.replace(tzinfo=UTC)


async def _all_outputs(request: Request, record: JobRecord, file: str | None) -> Response:
    if file is not None:
        message = "zip=1 sends all outputs; leave file out"
        raise RequestRefused([Problem(("query", "file"), message, "contradiction")])
    if not record.outputs:
        raise NoSuchFile(f"job {record.job_id} left no outputs", hint="its text is at /stdout")
    results = service_of(request).results
    files = [(output.name, partial(results.open, record, output)) for output in record.outputs]
    return await zip_answer(f"{record.job_id}.zip", files, head=request.method == "HEAD")


async def _stream(
    request: Request, job_id: str, name: Literal["stdout", "stderr"], as_file: AsFile
) -> Response:
    service, caller = service_of(request), require(request, JOBS_READ)
    record = await service.job(caller, job_id)
    content = await service.stream(caller, job_id, name)
    captured = record.stdout if name == "stdout" else record.stderr
    return file_answer(request, ServedFile(content, None, _media_type(captured), as_file=as_file))


def _media_type(captured: Captured) -> str:
    is_text = captured.text or not captured.size
    return "text/plain; charset=utf-8" if is_text else OPAQUE
