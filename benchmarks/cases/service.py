"""What the service adds to a command, and how soon it answers after its start."""

import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from _service import free_port, running, start, wait_until
from _timing import Case, process
from _wire import Wire
from zyra.core.network import NetworkPolicy
from zyra.core.running import run_to_exit_code
from zyra.core.stream_job import StreamJob
from zyra.registry import CLI_REGISTRY, find_command


@dataclass(frozen=True)
class Trivial:
    """A run that does next to nothing, with what it writes."""

    stage: str
    command: str
    args: Mapping[str, Any]
    stdin: str
    stdout: str
    at_most_above_ms: float | None = None

    @property
    def body(self) -> Mapping[str, Any]:
        """As it is asked for over HTTP."""
        known = {"stage": self.stage, "command": self.command, "args": self.args}
        return {**known, "stdin": self.stdin}

    def over_http(self, wire: Wire) -> None:
        """Have the service run it."""
        status, answer = wire.ask()
        if b" 200 " not in status or json.loads(answer)["stdout"] != self.stdout:
            raise ValueError(f"wrong answer: {status!r} {answer!r}")

    def in_this_process(self) -> None:
        """The same command without any service."""
        command = find_command(CLI_REGISTRY, self.stage, self.command)
        args = command.args.model_validate(self.args)
        stdin, network = io.BytesIO(self.stdin.encode()), NetworkPolicy(unrestricted=True)
        job = StreamJob(stdin, io.BytesIO(), io.BytesIO(), network)
        run_to_exit_code(command, args, job)


# Waiting processes have gone through the first one before; the second is new to them.
TRIVIAL = {
    "trivial sync run over HTTP": Trivial(
        "disseminate", "local", {"input": "-", "path": "-"}, "a trivial run", "a trivial run", 5.0
    ),
    "one of another command": Trivial(
        "process", "api-json", {"input": "-", "fields": "a"}, '{"a": 1}', "a\r\n1\r\n"
    ),
}


def cases(folder: Path) -> Iterator[Case]:
    """Trivial sync runs on a warm service, and the first answer of a new one."""
    yield Case(
        name="start to /health",
        ours=lambda: first_health(folder / "new"),
        reference=process(sys.executable, "-c", "pass"),
        against="bare interpreter",
        at_most_above_ms=1000.0,
        rounds=5,
    )
    with running(folder / "warm") as client:
        for name, trivial in TRIVIAL.items():
            with Wire(client.port, "/cli/run", trivial.body) as wire:
                yield Case(
                    name=name,
                    ours=partial(trivial.over_http, wire),
                    reference=trivial.in_this_process,
                    against="the command itself",
                    at_most_above_ms=trivial.at_most_above_ms,
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
