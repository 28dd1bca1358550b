"""Validate the arguments of a request; everything that is wrong is found at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from zyra.core.arguments import Args
from zyra.core.command import Command
from zyra.jobs.requests import Problem

UNKNOWN = "extra_forbidden"  # Pydantic's type of error for a name that a model does not have


def validate_args(
    command: Command, given: Mapping[str, Any], problems: list[Problem]
) -> Args | None:
    """The arguments of `command` as its model; None when they are wrong.

    Args:
        command: What is to be run.
        given: As the caller gave them.
        problems: Gets one for each missing, unknown or wrong argument.
    """
    try:
        return command.args.model_validate(dict(given))
    except ValidationError as error:
        problems += _problems(command, error.errors(include_url=False))
        return None


def given_of(args: Args) -> dict[str, Any]:
    """The values that were given, defaults left out."""
    return args.model_dump(exclude_unset=True)


def sound_args(
    command: Command, given: Mapping[str, Any], problems: Iterable[Problem]
) -> dict[str, Any]:
    """What was given without what is wrong, so that the rest can be looked at as well."""
    names = command.args.names()
    wrong = {problem.loc[1] for problem in problems if problem.loc[1:]}
    known = {names[name]: value for name, value in given.items() if name in names}
    return {name: value for name, value in known.items() if name not in wrong}


def _problems(command: Command, errors: Iterable[ErrorDetails]) -> Iterable[Problem]:
    for error in errors:
        place = ("args", *error["loc"])
        yield Problem(place, message_of(error), error["type"], _hint(command, error))


def _hint(command: Command, error: ErrorDetails) -> str | None:
    if error["type"] == "missing":
        return command.args.model_fields[str(error["loc"][0])].description
    if error["type"] != UNKNOWN:
        return None
    return known_ones(
        command.args.closest(str(error["loc"][-1])), sorted(command.args.model_fields)
    )


def message_of(error: ErrorDetails) -> str:
    """What is wrong, in words for who wrote it."""
    if error["type"] == UNKNOWN:
        return f"unknown: {error['loc'][-1]}"
    return error["msg"].removeprefix("Value error, ")  # Pydantic's word before our own


def known_ones(close: Iterable[str], all_of_them: Iterable[str]) -> str:
    """The hint for an unknown name: those like it if there are any, else all."""
    if meant := ", ".join(close):
        return f"did you mean {meant}"
    return f"known are {', '.join(all_of_them)}"
