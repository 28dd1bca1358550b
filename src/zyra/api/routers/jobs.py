"""Jobs: their records, outputs and captured streams."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from zyra.api.callers import caller_of
from zyra.api.context import root_of, service_of
from zyra.api.file_answer import ServedFile, file_answer
from zyra.api.json_answer import json_answer
from zyra.api.models.jobs import JobAnswer, ManifestAnswer, job_answer, manifest_answer
from zyra.api.openapi import answers, file_responses
from zyra.api.zip_answer import zip_answer
from zyra.jobs.records import Captured, JobRecord
from zyra.jobs.requests import NoSuchFile, Problem, RequestRefused

router = APIRouter(tags=["jobs"])

FileName = Annotated[str | None, Query(description="Name of an output; the main one without it")]
Zipped = Annotated[bool, Query(description="All outputs as one ZIP archive")]


@router.get("/jobs/{job_id}", responses=answers(JobAnswer, 404))
async def show_job(request: Request, job_id: str) -> Response:
    """The record of a job."""
    record = await service_of(request).job(caller_of(request), job_id)
    return json_answer(job_answer(record, root_of(request)))


@router.get("/jobs/{job_id}/manifest", responses=answers(ManifestAnswer, 404))
async def show_manifest(request: Request, job_id: str) -> Response:
    """Every file that the job left, with size, type, digest and time."""
    record = await service_of(request).job(caller_of(request), job_id)
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
) -> Response:
    """The main output, another one, or all."""
    service, caller = service_of(request), caller_of(request)
    record = await service.job(caller, job_id)
    if zip:
        return await _all_outputs(request, record, file)
    path = await service.output_path(caller, job_id, file)
    name = file or record.output_file
    output = next(output for output in record.outputs if output.name == name)
    return file_answer(request, ServedFile(path, output.name, output.media_type, output.sha256))


@router.get("/jobs/{job_id}/stdout", response_class=Response, responses=file_responses())
async def show_stdout(request: Request, job_id: str) -> Response:
    """What the command wrote to stdout, byte for byte."""
    return await _stream(request, job_id, "stdout")


@router.get("/jobs/{job_id}/stderr", response_class=Response, responses=file_responses())
async def show_stderr(request: Request, job_id: str) -> Response:
    """What the command wrote to stderr, byte for byte."""
    return await _stream(request, job_id, "stderr")


async def _all_outputs(request: Request, record: JobRecord, file: str | None) -> Response:
    if file is not None:
        message = "zip=1 sends all outputs; leave file out"
        raise RequestRefused([Problem(("query", "file"), message, "contradiction")])
    if not record.outputs:
        raise NoSuchFile(f"job {record.job_id} left no outputs", hint="its text is at /stdout")
    service, caller = service_of(request), caller_of(request)
    files = [
        (output.name, await service.output_path(caller, record.job_id, output.name))
        for output in record.outputs
    ]
    return zip_answer(f"{record.job_id}.zip", files, head=request.method == "HEAD")


async def _stream(request: Request, job_id: str, name: Literal["stdout", "stderr"]) -> Response:
    service, caller = service_of(request), caller_of(request)
    record = await service.job(caller, job_id)
    path = await service.stream_path(caller, job_id, name)
    captured = record.stdout if name == "stdout" else record.stderr
    return file_answer(request, ServedFile(path, None, _media_type(captured)))


def _media_type(captured: Captured) -> str:
    is_text = captured.text or not captured.size
    return "text/plain; charset=utf-8" if is_text else "application/octet-stream"
