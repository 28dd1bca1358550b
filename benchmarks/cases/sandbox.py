"""What confining a run adds to it: the same service with Landlock and seccomp, and without."""

from collections.abc import Iterator
from pathlib import Path

from _service import Client, running
from _timing import Case, Work

TEXT = "a trivial run"
BODY = {
    "stage": "disseminate",
    "command": "local",
    "args": {"input": "-", "path": "-"},
    "stdin": TEXT,
}
# Python imports this by itself at its start, also in the process that runs commands.
UNCONFINED = """
from zyra.jobs.isolation import child, sandbox
sandbox.Ground.build_walls = lambda ground: None
child.refuse_calls = child.refuse_sockets = lambda: None
"""


def cases(folder: Path) -> Iterator[Case]:
    """A trivial run on two warm services."""
    patched = folder / "patched"
    patched.mkdir()
    (patched / "sitecustomize.py").write_text(UNCONFINED)
    with (
        running(folder / "confined") as confined,
        running(folder / "open", {"PYTHONPATH": str(patched)}) as unconfined,
    ):
        yield Case(
            name="trivial sync run, confined",
            ours=_run(confined),
            reference=_run(unconfined),
            against="the same, not confined",
            at_most_above_ms=3.0,
            rounds=200,
        )


def _run(client: Client) -> Work:
    def run() -> None:
        status, answer = client.post("/cli/run", BODY)
        if (status, answer["stdout"]) != (200, TEXT):
            raise ValueError(f"wrong answer: {status} {answer}")

    return run
