"""Fill in `${NAME}`, `${NAME:-default}` and `$NAME` in the texts of a pipeline."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from zyra.jobs.pipelines.documents import MOST_CHARACTERS
from zyra.jobs.pipelines.step_spec import Place
from zyra.jobs.requests import Problem

_VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>[A-Za-z_]\w*)(?::-(?P<default>[^}]*))?\}|(?P<plain>[A-Za-z_]\w*))",
    re.ASCII,
)
_MOST_UNSET = 100  # that are told of one text
Look = Callable[[str], str | None]


@dataclass
class Variables:
    """What the names in a pipeline stand for.

    Attributes:
        look: The value of a name, or None; an empty one counts as none for a default.
        strict: Refuse `$NAME` that stands for nothing too; else it stays, for it may be a part
            of a pattern.
    """

    look: Look
    strict: bool = False
    _left: int = field(default=MOST_CHARACTERS, init=False)  # characters that may be filled in

    def filled(self, value: Any, place: Place, problems: list[Problem]) -> Any:
        """The value with every text in it filled in.

        Args:
            value: A text, or a list or object of more.
            place: Where it stands.
            problems: Gets one for each name that stands for nothing.
        """
        if isinstance(value, dict):
            return {
                key: self.filled(inner, (*place, key), problems) for key, inner in value.items()
            }
        if isinstance(value, list):
            return [
                self.filled(inner, (*place, index), problems) for index, inner in enumerate(value)
            ]
        return self._text(value, place, problems) if isinstance(value, str) else value

    def _text(self, text: str, place: Place, problems: list[Problem]) -> str:
        unset: dict[str, None] = {}

        def value_of(found: re.Match[str]) -> str:
            name, default = found["braced"] or found["plain"], found["default"]
            value = self.look(name)
            if value is None and default is None:
                if found["braced"] or self.strict:
                    unset[name] = None
                return found[0]
            filling = value or (default if default is not None else "")
            self._left -= len(filling)
            return filling if self._left >= 0 else ""

        had_room = self._left >= 0
        filled = _VARIABLE.sub(value_of, text)
        problems += [_unset(name, place) for name in islice(unset, _MOST_UNSET)]
        if had_room and self._left < 0:
            message = f"variables stand for more than {MOST_CHARACTERS} characters"
            problems.append(Problem(place, message, "too_large"))
        return filled


def variables_of(
    given: Mapping[str, str], environment: Look = lambda _: None, *, strict: bool = False
) -> Variables:
    """The variables of a pipeline: those of the environment come before its own.

    So what a file sets is a default. A service has no environment for its callers.
    """

    def look(name: str) -> str | None:
        value = environment(name)
        return given.get(name) if value is None else value

    return Variables(look, strict)


def _unset(name: str, place: Place) -> Problem:
    return Problem(
        place,
        f"the variable {name} is not set",
        "variable_unset",
        f"set it under variables, with --set variables.{name}=VALUE, or write ${{{name}:-default}}",
    )
