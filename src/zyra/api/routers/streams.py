"""The story of a job as it happens: WebSocket and Server-Sent Events.

A client pulls its frames from the job's log at its own speed: a slow one delays neither
the command nor anybody else, and needs no memory here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header, Query, Request, WebSocket
from starlette.responses import Response, StreamingResponse
from starlette.websockets import WebSocketDisconnect

from zyra.access.refusals import MissingScope
from zyra.access.scopes import JOBS_READ
from zyra.access.tickets import GOOD_FOR_S, PREFIX, Ticket, issue
from zyra.api.callers import NOT_ALLOWED, require
from zyra.api.context import desk_of, service_of, stopping_of
from zyra.api.json_answer import json_answer
from zyra.api.models.jobs import TicketAnswer
from zyra.api.openapi import answers, errors
from zyra.api.routing import router_of
from zyra.core.errors import ZyraError
from zyra.jobs.events import Frame, first_frame, streams_of
from zyra.jobs.requests import Caller, NoSuchJob, Problem, RequestRefused
from zyra.jobs.service import JobService

router = router_of("jobs")

DONE = 1000
PROTOCOL = "zyra"
WRONG_QUESTION = 4400
NO_SUCH_JOB = 4404
_CLOSE_CODES: dict[type[ZyraError], int] = {NoSuchJob: NO_SUCH_JOB, MissingScope: NOT_ALLOWED}
HEARTBEAT_S = 15.0

After = Annotated[int, Query(ge=0, description="Number of the last frame that you have")]
Stream = Annotated[
    str, Query(description="Only these of stdout, stderr, progress; comma-separated")
]
LastEventId = Annotated[str, Header(description="As `after`; browsers send it by themselves")]
EVENT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/event-stream": {}},
        "description": "One event for each frame; its id is the frame's number",
    },
    204: {"description": "There are no more, and will be none"},
    **errors(404),
}


@router.websocket("/ws/jobs/{job_id}")
async def follow_by_websocket(
    websocket: WebSocket, job_id: str, after: str = "0", stream: str = ""
) -> None:
    """Each frame as one JSON text; closed with 1000 after the one with the exit code."""
    await websocket.accept(_subprotocol(websocket))
    try:
        caller = require(websocket, JOBS_READ)
        frames = await _frames(service_of(websocket), caller, job_id, after, stream)
    except ZyraError as error:
        code = _CLOSE_CODES.get(type(error), WRONG_QUESTION)
        await websocket.close(code, error.message[:120])
        return
    sending = asyncio.ensure_future(_send_all(websocket, frames))
    leaving = asyncio.ensure_future(_until_left(websocket))
    # A server that stops closes with 1012, which ends `leaving`.
    await _first_of(sending, leaving)


@router.post("/jobs/{job_id}/ticket", responses=answers(TicketAnswer, 404))
async def give_ticket(request: Request, job_id: str) -> Response:
    """A ticket for a browser's WebSocket, which can send no key: good once, for 30 s.

    Open `new WebSocket(url, ["zyra", ticket])` with it.
    """
    caller = require(request, JOBS_READ)
    await service_of(request).job(caller, job_id)
    text = await issue(desk_of(request).store, Ticket(caller.name, job_id))
    body: TicketAnswer = {"ticket": PREFIX + text, "expires_in_s": GOOD_FOR_S}
    return json_answer(body, headers={"Cache-Control": "no-store"})


@router.get("/jobs/{job_id}/events", response_class=Response, responses=EVENT_RESPONSES)
async def follow_by_events(
    request: Request,
    job_id: str,
    after: After = 0,
    stream: Stream = "",
    last_event_id: LastEventId = "",
) -> Response:
    """The same frames as Server-Sent Events; `Last-Event-ID` resumes.

    Who has the last one gets 204, which tells a browser not to come again.
    """
    start = last_event_id or str(after)
    service, caller = service_of(request), require(request, JOBS_READ)
    frames = await _frames(service, caller, job_id, start, stream)
    if int(start) and (await service.job(caller, job_id)).status.is_final:
        first = await anext(frames, None)
        if first is None:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        frames = _from(first, frames)
    body = _events(frames, stopping_of(request).wait())
    return StreamingResponse(
        body,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _subprotocol(websocket: WebSocket) -> str | None:
    """What a browser that offers subprotocols has to hear; never its ticket."""
    return PROTOCOL if PROTOCOL in websocket.scope["subprotocols"] else None


async def _frames(
    service: JobService, caller: Caller, job_id: str, after: str, stream: str
) -> AsyncIterator[Frame]:
    """Frames of a job as a client wants them.

    Raises:
        NoSuchJob: It does not exist or belongs to somebody else.
        RequestRefused: `after` or `stream` is wrong.
    """
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        problem = Problem(("query", "after"), f"{after[:50]!r} is not a frame's number", "number")
        raise RequestRefused([problem])
    try:
        wanted = streams_of(name for name in stream.split(",") if name)
    except ValueError as error:
        raise RequestRefused([Problem(("query", "stream"), str(error), "choice")]) from error
    record = await service.job(caller, job_id)
    return _filtered(service.follow(caller, job_id, int(after)), wanted, first_frame(record))


async def _filtered(
    frames: AsyncIterator[Frame], wanted: frozenset[str], before: Frame
) -> AsyncIterator[Frame]:
    """What is left of each frame for a client that wants only some streams."""
    is_first = True
    async for frame in frames:
        kept = frame.only(wanted, None if is_first else before)
        before, is_first = frame, False
        if kept is not None:
            yield kept


async def _from(first: Frame, rest: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
    yield first
    async for frame in rest:
        yield frame


async def _send_all(websocket: WebSocket, frames: AsyncIterator[Frame]) -> None:
    try:
        async for frame in frames:
            await websocket.send_text(frame.json)
        await websocket.close(DONE)
    except WebSocketDisconnect:
        return  # the client has gone


async def _until_left(websocket: WebSocket) -> None:
    """Return when the client has gone; what it sends meanwhile means nothing to us."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        continue


async def _events(frames: AsyncIterator[Frame], stopping: Awaitable[None]) -> AsyncIterator[str]:
    """Frames as events, with a comment now and then so that proxies keep the connection.

    Source: WHATWG HTML, section 9.2 "Server-sent events".
    """
    end = asyncio.ensure_future(stopping)
    coming = asyncio.ensure_future(anext(frames, None))
    try:
        while not end.done():
            await asyncio.wait(
                {coming, end}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED
            )
            if not coming.done():
                yield ": still here\n\n"
                continue
            frame = coming.result()
            if frame is None:
                return
            yield f"id: {frame.seq}\ndata: {frame.json}\n\n"
            coming = asyncio.ensure_future(anext(frames, None))
    finally:
        await _end(coming, end)


async def _first_of(*tasks: "asyncio.Future[None]") -> None:
    """Wait for one of the tasks, and end the others."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(*(task for task in tasks if not task.done()))


async def _end(*tasks: "asyncio.Future[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
