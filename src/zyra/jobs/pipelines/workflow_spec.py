"""What a workflow file says: jobs, which others they need, and what starts them."""

import re
import shlex
from typing import Annotated, Any, Self

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    field_validator,
    model_validator,
    with_config,
)
from typing_extensions import TypedDict

from zyra.jobs.pipelines.step_spec import NAME, Part, StepSpec, Text

MOST_JOBS = 50
_MOST_TRIGGERS = 50
# The time to read a line grows with the square of its words.
_MOST_WORDS, _MOST_CHARACTERS = 200, 4000
_OF_A_LINE = frozenset(("stage", "command", "args", "words"))
# Five fields of cron, and nothing that a crontab or a shell would take for more than that.
_CRON = re.compile(r"[0-9A-Za-z*,/-]+(?: +[0-9A-Za-z*,/-]+){4}")

JobName = Annotated[str, Field(pattern=NAME)]
Jobs = Annotated[list[str], Field(max_length=MOST_JOBS)]


def _said_by(line: str) -> dict[str, Any]:
    """What the line of a shell says of a step; with or without the name of the program."""
    if len(line) > _MOST_CHARACTERS:
        raise ValueError(f"a line has at most {_MOST_CHARACTERS} characters")
    words = shlex.split(line)
    if words[:1] == ["zyra"]:
        del words[0]
    return dict(zip(("stage", "command"), words, strict=False)) | {"words": words[2:]}


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_schedule(value: Any) -> Any:
    return {"cron": value} if isinstance(value, str) else value


class JobStep(StepSpec):
    """A step as a pipeline has it, or with its arguments as the words of a command line."""

    words: list[Text] | None = Field(
        None,
        max_length=_MOST_WORDS,
        description="Arguments as a command line has them, in place of args",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.args and self.words is not None:
            raise ValueError("it has args and words; only one of them can hold")
        return self


@with_config(extra="allow")
class LineStep(TypedDict):
    """A step whose stage, command and arguments are a line; the rest of it may stand beside."""

    cmd: str


def _as_step(value: Any) -> Any:
    match value:
        case str():
            return _said_by(value)
        case {"cmd": str(line), **others}:
            if twice := ", ".join(name for name in others if name in _OF_A_LINE):
                raise ValueError(f"it has cmd and {twice}; only one of them can hold")
            return others | _said_by(line)
    return value


class JobSpec(Part):
    """Steps that run one after the other, joined by pipes where an argument is `-`."""

    name: str | None = Field(None, description="For readers; not looked at")
    description: str | None = Field(None, description="For readers; not looked at")
    needs: Annotated[list[Text], BeforeValidator(_as_list, str | Jobs)] = Field(
        default_factory=list,
        max_length=MOST_JOBS,
        description="Jobs that have to succeed before this one",
        examples=[["fetch"]],
    )
    steps: list[Annotated[JobStep, BeforeValidator(_as_step, JobStep | LineStep | str)]] = Field(
        min_length=1,
        description="The steps, in their order; each may be the line of a shell, as a text alone"
        " or as cmd in place of stage, command and args",
    )


class Schedule(Part):
    """A time at which cron starts a workflow."""

    cron: Text = Field(
        max_length=200, description="The five fields of cron", examples=["5 12 * * 4"]
    )

    @field_validator("cron")
    @classmethod
    def _of_five_fields(cls, given: str) -> str:
        if not _CRON.fullmatch(given):
            raise ValueError("write the five fields of cron, such as 5 12 * * 4")
        return given


class Triggers(Part):
    """What starts a workflow. Whoever runs it starts it once, now."""

    schedule: list[Annotated[Schedule, BeforeValidator(_as_schedule, Schedule | str)]] = Field(
        default_factory=list,
        max_length=_MOST_TRIGGERS,
        description="Times, which `zyra run --export-cron` writes for cron",
    )
    workflow_dispatch: dict[str, Any] | None = Field(
        None, description="By hand, as every workflow may be started"
    )
    dataset_update: list[dict[str, Any]] = Field(
        default_factory=list,
        validation_alias=AliasChoices("dataset-update", "dataset_update"),
        max_length=_MOST_TRIGGERS,
        description="Changes of data; nobody watches for them here, so let their maker start it",
    )
