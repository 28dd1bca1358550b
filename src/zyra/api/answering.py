"""Run what a caller asks for and answer: with the result, or that the job goes on by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header, Query, Request
from starlette.responses import Response

from zyra.api.context import executor_of, root_of, service_of
from zyra.api.guard import note
from zyra.api.json_answer import json_answer
from zyra.api.models.jobs import AcceptedAnswer, accepted_answer
from zyra.api.models.problem import ProblemAnswer
from zyra.api.observing import origin_of
from zyra.api.openapi import Responses, answers, described
from zyra.api.prefer import parse_prefer
from zyra.core.changes import changed
from zyra.jobs.records import JobRecord, Mode
from zyra.jobs.requests import Caller, Problem, RequestRefused, RunRequest

FailOnError = Annotated[
    bool, Query(description="Answer 422 instead of 200 when the command itself fails")
]
Prefer = Annotated[
    str, Header(description="`respond-async` does not wait, `wait=N` waits N s (RFC 7240)")
]
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=255, description="The same key gives the same job"),
]


@dataclass(frozen=True)
class Wishes:
    """How a caller wants to be answered, beside what is in the body.

    Attributes:
        prefer: The header of that name.
        fail_on_error: Answer 422 when the command itself fails.
    """

    prefer: str = ""
    fail_on_error: bool = False


def run_responses(model: type) -> Responses:
    """Describe the answers of an operation that runs something."""
    return (
        answers(model, 404, 408, 409, 413, 415, 503, 507)
        | answers(AcceptedAnswer, status=202)
        | {
            422: described(
                "The request is wrong; or, with fail_on_error, the command failed",
                ProblemAnswer,
                model,
            )
        }
    )


async def run_and_answer(
    request: Request,
    caller: Caller,
    wanted: RunRequest,
    wishes: Wishes,
    result: Callable[[JobRecord, str], Mapping[str, Any]],
) -> Response:
    """Run for `caller`, who may do it, and answer as it wishes.

    Args:
        request: That of the caller.
        caller: Owns the job.
        wanted: What to run.
        wishes: How to answer.
        result: Makes the answer of a finished job; links begin with its second argument.
    """
    preference = parse_prefer(wishes.prefer)
    mode = Mode.ASYNC if preference.is_async else wanted.mode
    wanted = changed(wanted, origin=origin_of(request), mode=mode)
    longest = service_of(request).settings.sync_limit_s
    wait_s = longest if preference.wait_s is None else min(preference.wait_s, longest)
    record = await executor_of(request).run(caller, wanted, wait_s, request)
    note(request, job=record.job_id)
    root = root_of(request)
    if wanted.mode is Mode.ASYNC or not record.status.is_final:
        headers = {"Location": f"{root}/jobs/{record.job_id}"} | preference.applied
        return json_answer(accepted_answer(record, root), HTTPStatus.ACCEPTED, headers)
    failed = wishes.fail_on_error and not record.ok
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
    return json_answer(result(record, root), status)


def keyed(wanted: RunRequest, header: str | None) -> RunRequest:
    """The request with the idempotency key of the header, if there is one.

    Raises:
        RequestRefused: The body has another one.
    """
    if header is None:
        return wanted
    if wanted.idempotency_key not in (None, header):
        message = "the header Idempotency-Key says something else; give one of them"
        raise RequestRefused([Problem(("idempotency_key",), message, "contradiction")])
    return replace(wanted, idempotency_key=header)
