"""What a Dockerfile says, stage by stage, its texts as they are written."""

import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One instruction and all that follows it: `COPY`, `src ./src`."""

    instruction: str
    text: str


@dataclass(frozen=True)
class Stage:
    """What is between one FROM and the next; `base` is another stage or an image."""

    name: str
    base: str
    steps: list[Step] = field(default_factory=list)


def read_stages(path: Path) -> dict[str, Stage]:
    """The stages of a Dockerfile by name, in order; ARG before the first of them has its default.

    Raises:
        ValueError: A stage has no name.
    """
    found: list[Stage] = []
    defaults: dict[str, str] = {}
    for step in _steps(path.read_text(encoding="utf-8")):
        if step.instruction == "FROM":
            found.append(_stage(expanded(step.text, defaults)))
        elif found:
            found[-1].steps.append(step)
        else:
            name, _, value = step.text.partition("=")
            defaults[name] = value
    return {stage.name: stage for stage in found}


def expanded(text: str, values: dict[str, str]) -> str:
    """`text` with `$NAME` and `${NAME}` replaced, unknown ones by nothing."""
    return re.sub(r"\$(?:(\w+)|\{(\w+)\})", lambda one: values.get(one[1] or one[2], ""), text)


def _steps(text: str) -> list[Step]:
    """Every instruction; comments may stand between the lines of one."""
    whole = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", "")
    lines = (line.strip().partition(" ") for line in whole.splitlines() if line.strip())
    return [Step(name.upper(), rest.strip()) for name, _, rest in lines]


def _stage(text: str) -> Stage:
    match = re.fullmatch(r"(\S+)\s+AS\s+(\S+)", text, re.IGNORECASE)
    if match is None:
        raise ValueError(f"FROM {text}: a stage without a name")
    return Stage(name=match[2], base=match[1])
