"""What a body costs that is made to cost much: it is refused before anybody looks closer."""

from collections.abc import Iterator
from pathlib import Path

from _service import running
from _timing import Case, Work
from _wire import Wire

KEYS = 100_000


def cases(folder: Path) -> Iterator[Case]:
    """100 000 keys against none."""
    many = {f"{number:x}": 0 for number in range(KEYS)}
    with (
        running(folder, {"ZYRA_MAX_BODY_BYTES": str(2 << 20)}) as client,
        Wire(client.port, "/cli/run", many) as large,
        Wire(client.port, "/cli/run", {}) as empty,
    ):
        yield Case(
            name="JSON body of 100 000 keys, refused",
            ours=_refused(large),
            reference=_refused(empty),
            against="an empty object",
            at_most_above_ms=100.0,
            rounds=20,
        )


def _refused(wire: Wire) -> Work:
    def ask() -> None:
        status, _ = wire.ask()
        if b" 422 " not in status:
            raise ValueError(f"wrong answer: {status!r}")

    return ask
