"""What a look of `zyra doctor` has found."""

from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True)
class Finding:
    """What one look found.

    Attributes:
        state: `ok`, `warn` or `fail`.
        remedy: What to do about it; empty when nothing has to be done.
    """

    name: str
    state: str
    detail: str
    remedy: str = ""
