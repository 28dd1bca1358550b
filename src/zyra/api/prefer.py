"""What a caller prefers: to wait, how long, or not at all.

Source: RFC 7240, sections 2, 4.1 (`respond-async`) and 4.3 (`wait`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preference:
    """The wishes of a `Prefer` header that we know.

    Attributes:
        is_async: Answer at once.
        wait_s: Wait so long at most, or None for as long as the service allows.
    """

    is_async: bool = False
    wait_s: float | None = None

    @property
    def applied(self) -> dict[str, str]:
        """The `Preference-Applied` header of the answer, if there is something to say."""
        if self.is_async:
            return {"Preference-Applied": "respond-async"}
        return {"Preference-Applied": f"wait={self.wait_s:g}"} if self.wait_s is not None else {}


def parse_prefer(header: str) -> Preference:
    """Read a `Prefer` header; wishes that are not known or not well formed are passed over."""
    wishes: dict[str, str] = {}
    for wish in header.split(","):
        name, _, value = wish.partition(";")[0].partition("=")
        wishes.setdefault(name.strip().lower(), value.strip().strip('"'))
    wait = wishes.get("wait", "")
    seconds = float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 10 else None
    return Preference("respond-async" in wishes, seconds)
