"""Upload a file by tus, which tells how much has arrived when a connection broke off.

Source: tus, "Resumable upload protocol" 1.0.0, section "Core protocol".
"""

from pathlib import Path

from zyra.core.errors import TransferError, TransientTransferError
from zyra.transfer.bodies import FileBody, file_body, part_of
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.http import HttpClient, Response, check_status
from zyra.transfer.receive import ReportBytes, ignore_bytes
from zyra.transfer.request import Request
from zyra.transfer.retries import Tries

CHUNK_BYTES = 128 << 20  # of one request; proxies have limits
_VERSION = {"Tus-Resumable": "1.0.0"}
_CONFLICT, _LOCKED = 409, 423
_GONE = (403, 404, 410)


def upload_by_tus(
    client: HttpClient,
    link: str,
    path: Path,
    *,
    chunk_bytes: int = CHUNK_BYTES,
    report: ReportBytes = ignore_bytes,
) -> int:
    """Send the file `path` to the upload `link`, over as many connections as it takes.

    Args:
        client: Makes the requests.
        link: Where the server has made ready for the file; needs no credentials.
        path: The file.
        chunk_bytes: Most bytes of one request.
        report: Receives the bytes sent by now, and their total.

    Returns:
        Bytes of the file.

    Raises:
        DataError: The file changes while it is sent.
        TransferError: The server does not take it.
    """
    whole = file_body(path, report=lambda sent: report(sent, whole.length))
    tries = Tries(client.retries, client.tell)
    offset, is_known = 0, True
    while True:
        try:
            if not is_known:
                offset, is_known = _offset(client, link, whole.length), True
            while offset < whole.length:
                is_known = False  # until the server says so
                offset = _send(client, link, whole, offset, chunk_bytes)
                is_known = True
            return _complete(client, link, whole.length)
        except TransientTransferError as error:
            is_known = False
            tries.pause_after(error, offset)


def _send(client: HttpClient, link: str, whole: FileBody, offset: int, chunk_bytes: int) -> int:
    """Send one chunk; give the byte that is to be sent next."""
    length = min(chunk_bytes, whole.length - offset)
    headers = _VERSION | {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(offset),
    }
    request = Request(link, "PATCH", headers, part_of(whole, offset, length))
    with client.send(request) as answer:
        _check(answer)
        following = _number(answer, "Upload-Offset")
    if not offset <= following <= offset + length:
        raise TransferError(f"{answer.url.shown}: says that byte {following} comes next")
    if following == offset:
        raise TransientTransferError(f"{answer.url.shown}: took nothing of what was sent")
    return following


def _offset(client: HttpClient, link: str, length: int) -> int:
    """How many bytes have arrived."""
    with client.send(Request(link, "HEAD", _VERSION)) as answer:
        _check(answer)
        offset = _number(answer, "Upload-Offset")
        if offset > length or answer.headers.get("Upload-Length", str(length)) != str(length):
            raise TransferError(
                f"{answer.url.shown}: the server waits for another file than the one to send"
            )
    return offset


def _complete(client: HttpClient, link: str, length: int) -> int:
    arrived = _offset(client, link, length)
    if arrived != length:
        raise TransientTransferError(f"{arrived} of {length} bytes arrived")
    return arrived


def _check(answer: Response) -> None:
    """Accept an answer that is a success.

    Raises:
        TransientTransferError: The offset has to be asked for, or the server is busy.
        RefusedByServer: It does not take the file.
    """
    problem = f"{answer.url.shown}: {answer.phrase}"
    if answer.status in (_CONFLICT, _LOCKED):
        raise TransientTransferError(problem, hint="another program sends to this upload, too")
    if answer.status in _GONE:
        raise RefusedByServer(problem, answer.status, hint="the upload has expired: start it anew")
    if not 200 <= answer.status < 300:
        check_status(answer)


def _number(answer: Response, name: str) -> int:
    text = answer.headers.get(name, "")
    if not text.isdecimal() or len(text) > 18:
        raise TransferError(f"{answer.url.shown}: answers with {name} {text[:40]!r}")
    return int(text)
