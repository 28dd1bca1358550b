"""What a pipeline file says, as it was written: the same for the command line and HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from zyra.core.closest import closest
from zyra.jobs.requests import Problem, RequestRefused

# The stage and command of a job that is a pipeline.
PIPELINES, RUN = "pipelines", "run"
MOST_STEPS = 50
# Each of these is compared with every step.
_MOST_CHANGES = 200
_MOST_PROBLEMS = 100
# What would change how the rest of a line is shown, on terminals and in logs.
_UNSHOWN = r"\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
# Not only digits: those are the numbers of steps.
NAME = rf"^[0-9]*[^0-9./=\s{_UNSHOWN}](?:[^/={_UNSHOWN}]{{0,62}}[^/=\s{_UNSHOWN}])?$"


def _text_of(value: Any) -> Any:
    """Numbers and truth values as JSON writes them; a YAML file has texts only."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


Text = Annotated[str, BeforeValidator(_text_of)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class StepSpec(_Part):
    """One step: a command and its arguments."""

    name: str | None = Field(
        None,
        validation_alias=AliasChoices("name", "id"),
        pattern=NAME,
        description="What other steps, messages and --set call it",
        examples=["draw"],
    )
    description: str | None = Field(None, description="For readers; not looked at")
    stage: Text = Field(description="Stage, or one of its older names", examples=["visualize"])
    command: Text = Field(description="Command of the stage", examples=["heatmap"])
    args: dict[str, Any] = Field(
        default_factory=dict,
        description="Arguments by name; - is the stdout of the step before, step:NAME its output",
        examples=[{"input": "-", "output": "map.png"}],
    )
    timeout_s: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="End the step after so many seconds"
    )
    weight: float = Field(
        1.0, gt=0, allow_inf_nan=False, description="Its share of the pipeline's progress"
    )


class PipelineSpec(_Part):
    """A pipeline: commands that run one after the other, or joined by pipes."""

    name: str = Field("", max_length=200, description="For readers", examples=["Temperature map"])
    description: str | None = Field(None, description="For readers; not looked at")
    stages: list[StepSpec] = Field(
        validation_alias=AliasChoices("stages", "steps"),
        min_length=1,
        max_length=MOST_STEPS,
        description="The steps, in their order",
    )
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
    if not {"jobs", "on"}.isdisjoint(given) and "stages" not in given:
        raise RequestRefused([_workflow()])
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        problems = [_problem(details, model) for details in found[:_MOST_PROBLEMS]]
        raise RequestRefused(problems) from error


def _workflow() -> Problem:
    return Problem(
        ("stages",),
        "this is a workflow with jobs and triggers, not a pipeline",
        "missing",
        "put the steps of its jobs below one key, stages, in the order of their needs",
    )


def _problem(error: ErrorDetails, model: type[BaseModel]) -> Problem:
    is_of_step = len(error["loc"]) > 1 and error["loc"][0] in ("stages", "steps")
    hint = _hint(error, StepSpec if is_of_step else model)
    return Problem(tuple(error["loc"]), error["msg"], error["type"], hint)


def _hint(error: ErrorDetails, model: type[BaseModel]) -> str | None:
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "missing" and name in model.model_fields:
        return model.model_fields[name].description
    if error["type"] == "string_pattern_mismatch":
        return "begin with a letter, without dots first, slashes, = and what is not shown"
    if error["type"] != "extra_forbidden":
        return None
    close = closest(name, model.model_fields)
    return f"{'did you mean' if close else 'known are'} {', '.join(close or model.model_fields)}"
