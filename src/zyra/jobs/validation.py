"""Validate the arguments of a request; everything that is wrong is found at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from zyra.core.arguments import Args
from zyra.core.command import Command
from zyra.jobs.requests import Problem, RequestRefused


def validate_args(command: Command, given: Mapping[str, Any]) -> Args:
    """The arguments of `command` as its model.

    Raises:
        RequestRefused: With a `Problem` for each missing, unknown or wrong argument.
    """
    try:
        return command.args.model_validate(dict(given))
    except ValidationError as error:
        raise RequestRefused(list(_problems(command, error.errors(include_url=False)))) from error


def _problems(command: Command, errors: Iterable[ErrorDetails]) -> Iterable[Problem]:
    for error in errors:
        place = ("args", *error["loc"])
        yield Problem(place, error["msg"], error["type"], _hint(command, error))


def _hint(command: Command, error: ErrorDetails) -> str | None:
    if error["type"] == "missing":
        return command.args.model_fields[str(error["loc"][0])].description
    if error["type"] != "extra_forbidden":
        return None
    close = command.args.closest(str(error["loc"][-1]))
    known = close or sorted(command.args.model_fields)
    return f"{'did you mean' if close else 'known are'} {', '.join(known)}"
