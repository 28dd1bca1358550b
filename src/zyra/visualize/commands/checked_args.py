"""The base of arguments some of which have an effect only with others."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from zyra.core.fitting_args import Conflict, FittingArgs

# Values of arguments that ask for nothing.
_NOTHING = (None, False, "image")


class CheckedArgs(FittingArgs):
    """Arguments with rules between them, which groups of arguments add to by inheritance.

    A group overrides `conflicts`, yields those of `super()` first and its own after; and
    lists in `effective_with` which of its arguments change nothing unless one of others is
    given.
    """

    effective_with: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def conflicts(self) -> Iterator[Conflict]:
        """What may be wrong with the arguments together."""
        yield from self._without_effect()

    def is_given(self, name: str) -> bool:
        """Whether the argument `name` was given and asks for something."""
        return name in self.model_fields_set and getattr(self, name) not in _NOTHING

    def _without_effect(self) -> Iterator[Conflict]:
        fields = type(self).model_fields
        groups = (vars(cls).get("effective_with", {}) for cls in type(self).__mro__)
        for name, needed in (pair for group in groups for pair in group.items()):
            changed = getattr(self, name) != fields[name].default
            useful = any(getattr(self, other, None) not in _NOTHING for other in needed)
            yield changed and not useful, f"{name} has an effect only with {' or '.join(needed)}"
