"""What the service adds to a command, and how soon it answers after its start."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from _service import free_port, running, start, wait_until
from _timing import Case, process
from _wire import Wire
from zyra.core.network import NetworkPolicy
from zyra.core.running import run_to_exit_code
from zyra.core.stream_job import StreamJob
from zyra.registry import CLI_REGISTRY, find_command

TEXT = "a trivial run"


def cases(folder: Path) -> Iterator[Case]:
    """A trivial sync run on a warm service, and the first answer of a new one."""
    yield Case(
        name="start to /health",
        ours=lambda: first_health(folder / "new"),
        reference=process(sys.executable, "-c", "pass"),
        against="bare interpreter",
        at_most_above_ms=1000.0,
        rounds=5,
    )
    body = {
        "stage": "disseminate",
        "command": "local",
        "args": {"input": "-", "path": "-"},
        "stdin": TEXT,
    }
    with running(folder / "warm") as client, Wire(client.port, "/cli/run", body) as wire:

        def over_http() -> None:
            status, answer = wire.ask()
            if b" 200 " not in status or json.loads(answer)["stdout"] != TEXT:
                raise ValueError(f"wrong answer: {status!r} {answer!r}")

        yield Case(
            name="trivial sync run over HTTP",
            ours=over_http,
            reference=in_this_process,
            against="the command itself",
            at_most_above_ms=5.0,
            rounds=200,
        )


def first_health(folder: Path) -> None:
    """Start a service, wait for its first answer, end it."""
    port = free_port()
    server = start(folder, port)
    try:
        wait_until(port, "/health")
    finally:
        server.kill()
        server.wait()


def in_this_process() -> None:
    """The same command without any service."""
    command = find_command(CLI_REGISTRY, "disseminate", "local")
    args = command.args.model_validate({"input": "-", "path": "-"})
    job = StreamJob(
        io.BytesIO(TEXT.encode()), io.BytesIO(), io.BytesIO(), NetworkPolicy(unrestricted=True)
    )
    run_to_exit_code(command, args, job)
