"""The base of every command's arguments, and `arg`, which declares one of them.

A declaration is a Pydantic model. What only the command line needs to know
(positional, short flags, older names) stands in the same place, in `arg`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from zyra.core.closest import closest


@dataclass(frozen=True)
class ArgumentForm:
    """How an argument appears on the command line, and its older names.

    Attributes:
        positional: Given by place instead of by flag.
        flags: Short flags beside `--name`, such as `-o`.
        also: Other names under which the argument is accepted.
        repeat: A list that grows by repeating the flag, one value each time.
        stdin: A switch that makes the command read its stdin.
    """

    positional: bool = False
    flags: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    repeat: bool = False
    stdin: bool = False


_PLAIN = ArgumentForm()


def arg(
    default: Any = ...,
    description: str = "",
    *,
    positional: bool = False,
    flags: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
    repeat: bool = False,
    stdin: bool = False,
    **constraints: Any,
) -> Any:
    """Declare one argument of a command.

    Args:
        default: Value when it is not given; `...` makes it required.
        description: One line for help, forms and schema, with the unit.
        positional: Given by place instead of by flag.
        flags: Short flags beside `--name`, such as `-o`.
        also: Other names under which the argument is accepted.
        repeat: A list that grows by repeating the flag, one value each time.
        stdin: A switch that makes the command read its stdin.
        constraints: Passed to `pydantic.Field` (`gt`, `le`, `max_length`, ...).
    """
    field = Field(default, description=description, **constraints)
    field.metadata.append(ArgumentForm(positional, flags, also, repeat, stdin))
    return field


class Args(BaseModel):
    """Arguments that every command has; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    verbose: bool = arg(False, "Tell more on stderr about what is done")
    quiet: bool = arg(False, "Tell nothing on stderr but errors")
    trace: bool = arg(False, "Tell each step and each request on stderr, for finding faults")

    @classmethod
    def form_of(cls, name: str) -> ArgumentForm:
        """How the argument `name` appears on the command line."""
        metadata = cls.model_fields[name].metadata
        return next((item for item in metadata if isinstance(item, ArgumentForm)), _PLAIN)

    @classmethod
    @cache
    def names(cls) -> Mapping[str, str]:
        """Every accepted name, older ones included, with the name of its field."""
        own = {name: name for name in cls.model_fields}
        return own | {also: name for name in own for also in cls.form_of(name).also}

    @model_validator(mode="before")
    @classmethod
    def _accept_older_names(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        names: Mapping[Any, str] = cls.names()
        values: dict[Any, Any] = {}
        for key, value in given.items():
            name = names.get(key, key)
            if name in values:
                raise PydanticCustomError(
                    "given_twice",
                    "{name} is given twice, also as {key}",
                    {"name": name, "key": key},
                )
            values[name] = value
        return values

    @model_validator(mode="after")
    def _refuse_null_characters(self) -> Self:
        for name, value in vars(self).items():
            if _holds_null_character(value):
                raise PydanticCustomError(
                    "null_character", "{name} holds a NUL character", {"name": name}
                )
        return self

    @classmethod
    def closest(cls, unknown: str) -> list[str]:
        """The known names that look most like `unknown`, best first."""
        return closest(unknown.replace("-", "_"), cls.names())


def _holds_null_character(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    return isinstance(value, (list, tuple)) and any(map(_holds_null_character, value))
