"""Run several commands as one job."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from zyra.access.limit_kinds import RUNS
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
from zyra.api.bodies import announced_type, parse_object, read_bytes, refuse_other_types
from zyra.api.callers import identity_of
from zyra.api.context import desk_of, service_of
from zyra.api.errors import NotJson
from zyra.api.guard import note
from zyra.api.json_answer import json_answer
from zyra.api.models.pipelines import (
    DryRunAnswer,
    PipelineAnswer,
    PipelineRequest,
    dry_run_answer,
    pipeline_answer,
)
from zyra.api.openapi import YAML as OFFICIAL_YAML
from zyra.api.openapi import described
from zyra.api.routing import router_of
from zyra.core.command import Command
from zyra.core.errors import DataError
from zyra.jobs.pipelines.documents import read_document
from zyra.jobs.pipelines.reading import commands_of
from zyra.jobs.pipelines.spec import validated

router = router_of("pipelines")

JSON = "application/json"
YAML = (OFFICIAL_YAML, "application/x-yaml", "text/yaml", "text/x-yaml")
RESPONSES = run_responses(PipelineAnswer) | {
    200: described(
        "What came of the pipeline; or, with dry_run, what would be run",
        PipelineAnswer,
        DryRunAnswer,
    )
}
DryRun = Annotated[bool, Query(description="Only check it, as `dry_run` in the body")]


@router.post("/pipelines/run", responses=RESPONSES)
async def run_pipeline(
    request: Request,
    *,
    dry_run: DryRun = False,
    fail_on_error: FailOnError = False,
    prefer: Prefer = "",
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Run the steps of a pipeline as one job, joined by pipes where an argument is `-`.

    The body is the file that `zyra run` takes, as JSON or YAML. All that is wrong with any
    step is told before the first one starts. A key needs the scope of every step's command.
    """
    wanted = validated(PipelineRequest, await _read_body(request))
    commands = commands_of(wanted, service_of(request).registry)
    await _admit(request, commands)
    caller = identity_of(request).caller
    if wanted.dry_run or dry_run:
        checked = await service_of(request).check_pipeline(caller, wanted.to_run_request())
        return json_answer(dry_run_answer(checked))
    ordered = keyed(wanted.to_run_request(), idempotency_key)
    return await run_and_answer(
        request, caller, ordered, Wishes(prefer, fail_on_error), pipeline_answer
    )


async def _read_body(request: Request) -> dict[str, Any]:
    refuse_other_types(request, JSON, *YAML)
    body = await read_bytes(request, service_of(request).settings.max_body_bytes)
    if announced_type(request) == JSON:
        return parse_object(body)
    try:
        return read_document(body, "the body")
    except DataError as error:
        raise NotJson(error.message, hint=error.hint) from error


async def _admit(request: Request, commands: Sequence[Command]) -> None:
    """Let pass who may run every command; each counts as a run.

    Raises:
        MissingScope: Some command is not allowed.
        TooManyRequests: There are more than the caller has runs left.
    """
    identity = identity_of(request)
    named = [f"{command.stage} {command.name}" for command in commands]
    note(request, command=f"pipeline: {', '.join(named)}")
    wanted = dict.fromkeys(run_scope(command.stage, command.name) for command in commands)
    missing = [scope for scope in wanted if not identity.may(scope)]
    if missing:
        raise MissingScope(
            f"this needs the scopes {', '.join(missing)}, which your key does not have",
            hint="`zyra keys create --scopes ...` makes a key that has them",
        )
    if len(commands) > 1 and not identity.is_local:
        # The request itself was counted already, before its body was read.
        counted = desk_of(request).rates.count(RUNS, identity.caller.name, len(commands) - 1)
        request.scope["zyra.standing"] = await counted
