"""The base of arguments that have to fit together: every misfit is found at once."""

from collections.abc import Iterable
from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from zyra.core.arguments import Args

# Whether something is wrong, and what.
Conflict = tuple[bool, str]


class FittingArgs(Args):
    """Arguments with rules between them; who inherits them adds its own to `conflicts`."""

    def conflicts(self) -> Iterable[Conflict]:
        """What may be wrong with the arguments as they stand together."""
        return ()

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        problems = [message for wrong, message in self.conflicts() if wrong]
        if problems:
            raise PydanticCustomError(
                "arguments_conflict", "{problems}", {"problems": "; ".join(problems)}
            )
        return self
