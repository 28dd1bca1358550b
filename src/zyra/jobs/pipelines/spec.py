"""What a pipeline or workflow file says: the same for the command line and HTTP."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from zyra.core.closest import closest
from zyra.jobs.pipelines.step_spec import Part, StepSpec, Text
from zyra.jobs.pipelines.workflow_spec import MOST_JOBS, JobName, JobSpec, JobStep, Triggers
from zyra.jobs.requests import Problem, RequestRefused
from zyra.jobs.validation import UNKNOWN, known_ones, message_of

# The stage and command of a job that is a pipeline.
PIPELINES, RUN = "pipelines", "run"
MOST_STEPS = 50
# Each of these is compared with every step.
_MOST_CHANGES = 200
_MOST_PROBLEMS = 100
_NO_NAME = "string_pattern_mismatch"  # Pydantic's type of error; only names have a pattern here


class PipelineSpec(Part):
    """A pipeline: commands that run one after the other, or joined by pipes.

    A workflow has jobs in place of stages: short pipelines, each after those that it needs.
    """

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["stages"]}, {"required": ["jobs"]}]}
    )

    name: str = Field("", max_length=200, description="For readers", examples=["Temperature map"])
    description: str | None = Field(None, description="For readers; not looked at")
    stages: list[StepSpec] = Field(
        default_factory=list,
        validation_alias=AliasChoices("stages", "steps"),
        min_length=1,
        max_length=MOST_STEPS,
        description="The steps, in their order",
    )
    jobs: dict[JobName, JobSpec] = Field(
        default_factory=dict,
        min_length=1,
        max_length=MOST_JOBS,
        description="The jobs of a workflow, by their names, in place of stages",
    )
    on: Triggers | None = Field(None, description="What starts a workflow; not this service")
    variables: dict[str, Text] = Field(
        default_factory=dict,
        validation_alias=AliasChoices("variables", "env"),
        description="Values of ${NAME} in the steps",
        examples=[{"LEVEL": "500"}],
    )
    continue_on_error: bool = Field(
        False, description="Run the steps that need nothing of one that has failed"
    )


class PipelineOrder(PipelineSpec):
    """A pipeline and which part of it is to be run, with which changes."""

    start: int | None = Field(None, ge=1, description="Number of the first step to run")
    end: int | None = Field(None, ge=1, description="Number of the last step to run")
    only: list[Text] = Field(
        default_factory=list,
        max_length=_MOST_CHANGES,
        description="Run only steps of these names, numbers or stages",
    )
    set: dict[str, Any] = Field(
        default_factory=dict,
        max_length=_MOST_CHANGES,
        description="Arguments to give or replace: NAME.ARGUMENT, NUMBER.ARGUMENT or"
        " STAGE.ARGUMENT of some steps, ARGUMENT of all that have it, or variables.NAME",
        examples=[{"draw.cmap": "viridis"}],
    )


Model = TypeVar("Model", bound=BaseModel)


def parse_order(given: Mapping[str, Any]) -> PipelineOrder:
    """The order that a file, or a body, holds.

    Raises:
        RequestRefused: With a problem for each member that is wrong.
    """
    return validated(PipelineOrder, given)


def validated(model: type[Model], given: Mapping[str, Any]) -> Model:
    """What is given, as a model whose members are those of an order and perhaps more.

    Raises:
        RequestRefused: With a problem for each member that is wrong.
    """
    if _count(given.get("jobs")) > MOST_STEPS:  # to look at each line of so many takes time
        message = f"all jobs together have more than {MOST_STEPS} steps"
        raise RequestRefused([Problem(("jobs",), message, "too_long")])
    problems = list(_wrong_as_a_whole(given))
    try:
        found = model.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        problems += [_problem(each, model) for each in details[:_MOST_PROBLEMS]]
        raise RequestRefused(problems) from error
    if problems:
        raise RequestRefused(problems)
    return found


def _wrong_as_a_whole(given: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the members that hold the steps, taken together."""
    has_stages, has_jobs = not {"stages", "steps"}.isdisjoint(given), "jobs" in given
    if has_stages and has_jobs:
        hint = "put the stages into a job of their own, or leave the jobs out"
        yield Problem(("jobs",), "there are stages as well", "not_together", hint)
    if not has_stages and not has_jobs:
        hint = "a pipeline has a list of stages, a workflow has jobs"
        yield Problem(("stages",), "Field required", "missing", hint)


def _count(jobs: Any) -> int:
    """How many steps all jobs have, whatever else is wrong with them."""
    every = jobs.values() if isinstance(jobs, dict) else ()
    steps = (job.get("steps") for job in every if isinstance(job, dict))
    return sum(len(each) for each in steps if isinstance(each, list))


def _problem(error: ErrorDetails, model: type[BaseModel]) -> Problem:
    hint = _hint(error, _model_at(error["loc"], model))
    message = "no name for a step or a job" if error["type"] == _NO_NAME else message_of(error)
    return Problem(tuple(error["loc"]), message, error["type"], hint)


def _model_at(place: tuple[int | str, ...], model: type[BaseModel]) -> type[BaseModel]:
    """The model of the part whose member stands at that place."""
    match place:
        case ["stages" | "steps", _, *_]:
            return StepSpec
        case ["jobs", _, "steps", _, *_]:
            return JobStep
        case ["jobs", _, _, *_]:
            return JobSpec
        case ["on", _, *_]:
            return Triggers
    return model


def _hint(error: ErrorDetails, model: type[BaseModel]) -> str | None:
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "missing" and name in model.model_fields:
        return model.model_fields[name].description
    if error["type"] == _NO_NAME:
        return "begin with a letter, without dots first, slashes, = and what is not shown"
    if error["type"] != UNKNOWN:
        return None
    return known_ones(closest(name, model.model_fields), model.model_fields)
