"""The tree of errors that Zyra raises, each with a message and a remedy.

A library's error is translated into one of these where the library is called.
Which exit code and which HTTP status belong to a class is decided at the edge:
`core.exit_codes` for commands, `api.errors` for HTTP.
"""

from collections.abc import Mapping, Sequence


class ZyraError(Exception):
    """Anything that Zyra refuses or fails to do.

    Args:
        message: What was wrong, with the value.
        hint: What the reader can do about it.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ZyraError):
    """The request itself is wrong: arguments that do not fit together, bad values."""


class SelectionError(UsageError):
    """A selection matches nothing, or several things where one is needed.

    Args:
        message: What was wrong, with the value.
        hint: What there is to choose from.
        correction: Arguments that would select something, by their canonical names:
            `variable`, `pattern`, `level`, `time`, `forecast_hour`, `member`, `message`.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        correction: Mapping[str, str | int | float | Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.correction = correction or {}


class VariableNotFound(SelectionError):
    """The dataset has no variable of that name; the hint names those it has."""


class AmbiguousSelection(SelectionError):
    """The selection matches several fields; the hint lists them."""


class DataError(ZyraError):
    """An input cannot be read as what it claims to be, or holds unusable values."""


class UnsupportedFormat(DataError):
    """The input is readable, but of a kind that this command cannot treat."""


class ShapeMismatch(DataError):
    """Arrays that belong together differ in shape."""


class InputNotFound(UsageError):
    """An input file does not exist or may not be read."""


class OutputError(ZyraError):
    """The output cannot be written: no space, no permission, not a folder."""


class TransferError(ZyraError):
    """A remote source or destination failed: no such host, 404, denied, broken off."""


class TransientTransferError(TransferError):
    """A remote failure that is worth another try: time-out, reset, 429, 503."""


class AddressRefused(TransferError):
    """The network policy forbids the address (private, loopback, link-local)."""


class UnknownName(ZyraError):
    """A stage or command that does not exist; `hint` names the closest ones."""


class LimitExceeded(ZyraError):
    """A budget on memory, pixels, bytes or time does not allow this."""


class DependencyMissing(ZyraError):
    """An optional part of the installation is not there; the hint says how to get it."""
