"""Run commands, and describe them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from zyra.access.refusals import MissingScope
from zyra.access.scopes import run_scope
from zyra.api.answering import (
    FailOnError,
    IdempotencyKey,
    Prefer,
    Wishes,
    keyed,
    run_and_answer,
    run_responses,
)
from zyra.api.bodies import read_object
from zyra.api.callers import require
from zyra.api.catalogue import describe_command
from zyra.api.context import root_of, service_of
from zyra.api.correcting import corrected_args, corrected_body, suggest
from zyra.api.guard import note
from zyra.api.json_answer import json_answer
from zyra.api.models.cli_request import parse_cli_request
from zyra.api.models.jobs import RunAnswer, run_answer
from zyra.api.models.service import CommandAnswer, CommandsAnswer
from zyra.api.openapi import TYPED_PATH, answers
from zyra.api.quick_route import QuickRoute
from zyra.api.routing import router_of
from zyra.core.errors import UnknownName
from zyra.jobs.requests import Problem, RequestRefused, RunRequest
from zyra.registry import all_commands, find_command

router = router_of("commands", route_class=QuickRoute)

TimeoutS = Annotated[
    float | None, Query(gt=0, allow_inf_nan=False, description="End the command after so long")
]
CancelOnDisconnect = Annotated[
    bool, Query(description="End the command when the waiting caller goes away")
]
RUN_RESPONSES = run_responses(RunAnswer)


@router.post(
    "/cli/run",
    responses=RUN_RESPONSES,
)
async def run_command(
    request: Request,
    *,
    fail_on_error: FailOnError = False,
    prefer: Prefer = "",
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Run a command and wait for its result, or accept it as a job that goes on by itself.

    A command that fails is 200 with `status: "error"` and its exit code.
    """
    body = await read_object(request, service_of(request).settings.max_body_bytes)
    try:
        wanted = await _wanted(request, body)
        return await _run(request, keyed(wanted, idempotency_key), Wishes(prefer, fail_on_error))
    except (RequestRefused, UnknownName) as error:
        meant = corrected_body(body, service_of(request).registry, error)
        suggest(error, f"POST {root_of(request)}/cli/run", meant)
        raise


@router.get("/cli/commands", responses=answers(CommandsAnswer))
async def list_commands(request: Request) -> Response:
    """Describe every command."""
    root = root_of(request)
    commands = all_commands(service_of(request).registry)
    return json_answer({"commands": [describe_command(command, root) for command in commands]})


@router.get("/cli/commands/{stage}/{command}", responses=answers(CommandAnswer, 404))
async def show_command(request: Request, stage: str, command: str) -> Response:
    """Describe one command: summary, JSON Schema of its arguments, examples."""
    found = find_command(service_of(request).registry, stage, command)
    return json_answer(describe_command(found, root_of(request)))


# One operation for all commands and aliases; `openapi` documents each command by itself.
@router.post(TYPED_PATH, responses=RUN_RESPONSES)
async def run_typed_command(
    request: Request,
    stage: str,
    command: str,
    *,
    fail_on_error: FailOnError = False,
    timeout_s: TimeoutS = None,
    cancel_on_disconnect: CancelOnDisconnect = False,
    prefer: Prefer = "",
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Run one command; the body is its arguments."""
    service = service_of(request)
    found = find_command(service.registry, stage, command)  # 404 before the body is read
    wanted = RunRequest(
        stage=stage,
        command=command,
        args=await read_object(request, service.settings.max_body_bytes),
        timeout_s=timeout_s,
        cancel_on_disconnect=cancel_on_disconnect,
    )
    try:
        return await _run(request, keyed(wanted, idempotency_key), Wishes(prefer, fail_on_error))
    except RequestRefused as error:
        refusal = _without_args_prefix(error)
        where = f"POST {root_of(request)}/cli/{found.stage}/{found.name}"
        suggest(refusal, where, corrected_args(found, wanted.args, error))
        raise refusal from error


async def _wanted(request: Request, body: Mapping[str, Any]) -> RunRequest:
    """What the body asks for.

    Raises:
        RequestRefused: With all that is wrong, in its members and in the arguments.
    """
    try:
        return parse_cli_request(body).to_run_request()
    except RequestRefused as error:
        problems = [*error.problems, *await _further_problems(request, body, error)]
        raise RequestRefused(problems) from error


async def _further_problems(
    request: Request, body: Mapping[str, Any], error: RequestRefused
) -> list[Problem]:
    """What is wrong with the members of a body that can be read."""
    wrong = {problem.loc[0] for problem in error.problems if problem.loc}
    try:
        rest = parse_cli_request({k: v for k, v in body.items() if k not in wrong})
        found = find_command(service_of(request).registry, rest.stage, rest.command)
        caller = require(request, run_scope(found.stage, found.name))
        return await service_of(request).problems_of(caller, rest.to_run_request())
    except (RequestRefused, UnknownName, MissingScope):
        return []  # it is told when the members are right


async def _run(request: Request, wanted: RunRequest, wishes: Wishes) -> Response:
    found = find_command(service_of(request).registry, wanted.stage, wanted.command)
    caller = require(request, run_scope(found.stage, found.name))
    note(request, command=f"{found.stage} {found.name}")
    return await run_and_answer(request, caller, wanted, wishes, run_answer)


def _without_args_prefix(error: RequestRefused) -> RequestRefused:
    """Places as the typed body has them, where the arguments are the whole body."""
    return RequestRefused(
        [
            replace(problem, loc=problem.loc[1:]) if problem.loc[:1] == ("args",) else problem
            for problem in error.problems
        ]
    )
