"""Upload a film to Vimeo, or replace the film of a video."""

from pathlib import Path
from time import monotonic
from typing import Any

from zyra.core.errors import DataError, TransferError, ZyraError
from zyra.core.inputs import STDIN, input_path, open_input
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.disseminate.commands.vimeo import VimeoUploadArgs
from zyra.transfer.credentials import secret_resolver
from zyra.transfer.download import progress_in_bytes
from zyra.transfer.http import HttpClient, client_of
from zyra.transfer.tus import CHUNK_BYTES, upload_by_tus
from zyra.transfer.vimeo_access import vimeo_of
from zyra.transfer.vimeo_api import VimeoApi, video_path

_POLL_S = 5.0
_TEXT_BYTES = 1 << 16


def run(args: VimeoUploadArgs, job: Job) -> None:
    """Upload what `args` describes, and write the video's URI.

    Raises:
        UsageError: A secret or the video to replace is malformed.
        InputNotFound: There is no such file to read.
        DataError: The file is empty, or changes while it is sent.
        TransferError: Vimeo does not take it.
    """
    with client_of(job) as http:
        uri = deliver(args, job, http)
    with open_output(args.output, job) as stream:
        stream.write(f"{uri}\n".encode())


def deliver(
    args: VimeoUploadArgs, job: Job, http: HttpClient, *, chunk_bytes: int = CHUNK_BYTES
) -> str:
    """Upload what `args` describes; return the URI of the video.

    Raises:
        As `run`.
    """
    details = _details(args, job)
    replaced = None if args.replace_uri is None else video_path(args.replace_uri)
    with input_path(args.input, job) as path:
        size = path.stat().st_size
        if not size:
            raise DataError(f"{path.name} is empty")
        api = vimeo_of(args, job, http)
        uri, link = (
            _new_version(api, replaced, path, size)
            if replaced is not None
            else _new_video(api, details, path, size, args)
        )
        try:
            upload_by_tus(http, link, path, chunk_bytes=chunk_bytes, report=progress_in_bytes(job))
        except ZyraError as error:
            raise _unfinished(uri, error) from error
    if replaced is not None and details:
        api.send("PATCH", replaced, details)
    if args.wait:
        wait_until_ready(api, uri, args.wait_timeout, job)
    return uri


def wait_until_ready(api: VimeoApi, uri: str, timeout_s: float, job: Job) -> None:
    """Wait until Vimeo has converted the film of a video.

    Raises:
        TransferError: It cannot, or takes longer than `timeout_s`.
    """
    end = monotonic() + timeout_s
    while True:
        found = api.get(uri, "upload.status,transcode.status")
        states = [_text(found, part, "status") for part in ("upload", "transcode")]
        if "error" in states:
            raise TransferError(f"Vimeo cannot convert the film of {uri}", hint="is it a film?")
        if states[1] == "complete":
            return
        if monotonic() >= end:
            raise TransferError(
                f"Vimeo has not converted the film of {uri} within {timeout_s:g} s",
                hint="it goes on with it; --wait-timeout waits longer",
            )
        job.progress(1.0, "Vimeo converts the film")
        api.http.retries.pause(_POLL_S)


def _new_video(
    api: VimeoApi, details: dict[str, Any], path: Path, size: int, args: VimeoUploadArgs
) -> tuple[str, str]:
    """URI and upload link of a new video.

    Source: Vimeo API, "Upload a video", tus approach.
    """
    named = {} if args.input == STDIN else {"name": path.stem}
    made = api.send(
        "POST", "/me/videos", {"upload": {"approach": "tus", "size": str(size)}, **named, **details}
    )
    return video_path(_text(made, "uri")), _link(made)


def _new_version(api: VimeoApi, uri: str, path: Path, size: int) -> tuple[str, str]:
    """URI and upload link for another film of a video.

    Source: Vimeo API, "Add a version to a video", tus approach.
    """
    upload = {"approach": "tus", "size": str(size), "status": "in_progress"}
    made = api.send("POST", f"{uri}/versions", {"file_name": path.name, "upload": upload})
    return uri, _link(made)


def _details(args: VimeoUploadArgs, job: Job) -> dict[str, Any]:
    """What is told of the video, in the API's words."""
    description = args.description
    if args.description_file is not None:
        description = _read_text(args.description_file, job)
    texts = {"name": args.name, "description": description}
    details: dict[str, Any] = {name: text for name, text in texts.items() if text is not None}
    if args.privacy is not None:
        details["privacy"] = {"view": args.privacy}
    if args.video_password is not None:
        details["password"] = secret_resolver(args.credential_file, job)(args.video_password)
    return details


def _read_text(path: str, job: Job) -> str:
    with open_input(path, job) as stream:
        data = stream.read(_TEXT_BYTES + 1)
    if len(data) > _TEXT_BYTES:
        raise DataError(f"{path} is too long for a description")
    try:
        return data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as exc:
        raise DataError(f"{path} is not text in UTF-8") from exc


def _link(made: dict[str, Any]) -> str:
    return _text(made, "upload", "upload_link")


def _text(value: Any, *names: str) -> str:
    """The text at a path of names in an answer.

    Raises:
        TransferError: There is none.
    """
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str):
        raise TransferError(f"the answer of Vimeo has no {'.'.join(names)}")
    return value


def _unfinished(uri: str, error: ZyraError) -> TransferError:
    return TransferError(
        f"{error.message}; the film of {uri} is not complete",
        hint=f"upload it to the same video: --replace-uri {uri}",
    )
