"""Uploads: receive, list, describe, send back, remove."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Header, Request
from starlette.responses import Response

from zyra.access.scopes import FILES_READ, FILES_WRITE
from zyra.api.callers import require
from zyra.api.context import root_of, service_of
from zyra.api.file_answer import AsFile, ServedFile, file_answer
from zyra.api.json_answer import JsonAnswer, json_answer
from zyra.api.models.files import UploadAnswer, UploadsAnswer, upload_answer
from zyra.api.openapi import FORM_BODY, RAW_BODY, answers, errors, file_responses
from zyra.api.receiving import check_raw, receive_form, receive_raw
from zyra.api.routing import router_of
from zyra.jobs.uploads import UploadInfo

router = router_of("files")

ExpectedDigest = Annotated[
    str | None,
    Header(alias="X-Expected-SHA256", description="Digest of the body; another one is refused"),
]


@router.post(
    "/upload",
    status_code=HTTPStatus.CREATED,
    responses=answers(UploadAnswer, 408, 413, 415, 507, status=201),
    openapi_extra={"requestBody": FORM_BODY},
)
async def upload_form(request: Request) -> Response:
    """Upload one file as field `file` of a multipart form."""
    service, caller = service_of(request), require(request, FILES_WRITE)
    info = await receive_form(
        request,
        lambda filename: service.space.arrival(caller, filename),
        service.settings.max_upload_bytes,
    )
    return _created(request, info)


@router.put(
    "/upload/{filename}",
    status_code=HTTPStatus.CREATED,
    responses=answers(UploadAnswer, 408, 413, 415, 507, status=201),
    openapi_extra={"requestBody": RAW_BODY},
)
async def upload_raw(
    request: Request, filename: str, expected_sha256: ExpectedDigest = None
) -> Response:
    """Upload one file as the body; it streams to disk."""
    service, caller = service_of(request), require(request, FILES_WRITE)
    limit = service.settings.max_upload_bytes
    digest = check_raw(request, limit, expected_sha256)
    arrival = service.space.arrival(caller, filename)
    return _created(request, await receive_raw(request, arrival, limit, digest))


@router.get("/files", responses=answers(UploadsAnswer))
async def list_files(request: Request) -> Response:
    """The caller's uploads, newest first."""
    root = root_of(request)
    found = await service_of(request).uploads.all(require(request, FILES_READ))
    return json_answer({"files": [upload_answer(info, root) for info in found]})


@router.head("/files/{file_id}", response_class=JsonAnswer, responses=errors(404))
@router.get("/files/{file_id}", responses=answers(UploadAnswer, 404))
async def show_file(request: Request, file_id: str) -> Response:
    """Describe an upload."""
    info = await service_of(request).uploads.info(require(request, FILES_READ), file_id)
    return json_answer(upload_answer(info, root_of(request)))


@router.get("/files/{file_id}/content", response_class=Response, responses=file_responses())
async def send_file(request: Request, file_id: str, as_file: AsFile = None) -> Response:
    """The bytes of an upload."""
    service, caller = service_of(request), require(request, FILES_READ)
    info = await service.uploads.info(caller, file_id)
    content = await service.uploads.open(info)
    served = ServedFile(content, info.filename, info.media_type, info.sha256, as_file)
    return file_answer(request, served)


@router.delete("/files/{file_id}", status_code=HTTPStatus.NO_CONTENT, responses=errors(404, 409))
async def remove_file(request: Request, file_id: str) -> Response:
    """Remove an upload that no unfinished job reads."""
    await service_of(request).remove_upload(require(request, FILES_WRITE), file_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _created(request: Request, info: UploadInfo) -> Response:
    body = upload_answer(info, root_of(request))
    return json_answer(body, HTTPStatus.CREATED, {"Location": body["href"]})
