"""What a pipeline file says of one step."""

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

# What would change how the rest of a line is shown, on terminals and in logs.
_UNSHOWN = r"\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
# Not only digits: those are the numbers of steps.
NAME = rf"^[0-9]*[^0-9./=\s{_UNSHOWN}](?:[^/={_UNSHOWN}]{{0,62}}[^/=\s{_UNSHOWN}])?$"


def _text_of(value: Any) -> Any:
    """Numbers and truth values as JSON writes them; a YAML file has texts only."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


Place = tuple[str | int, ...]
Text = Annotated[str, BeforeValidator(_text_of)]


class Part(BaseModel):
    """A part of a pipeline file; it has no other members than these."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class StepSpec(Part):
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
