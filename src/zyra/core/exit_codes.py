"""Which exit code a command ends with (contract: 0 done, 1 failed, 2 wrong usage or input)."""

from zyra.core.errors import DataError, UnknownName, UsageError, ZyraError

DONE = 0
FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130
# In a pipeline: stdout is not read any more. As a shell tells of one that SIGPIPE ended.
READER_LEFT = 141

_CODES: tuple[tuple[type[ZyraError], int], ...] = (
    (UsageError, WRONG_INPUT),
    (DataError, WRONG_INPUT),
    (UnknownName, WRONG_INPUT),
    (ZyraError, FAILED),
)


def exit_code_for(error: ZyraError) -> int:
    """Exit code of the first class in the table that `error` belongs to."""
    return next(code for kind, code in _CODES if isinstance(error, kind))
