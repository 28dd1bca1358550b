"""Run commands in this process, warm, as a forked child does."""

import io
from typing import Any

from _timing import Work
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.registry import CLI_REGISTRY, find_command


def in_process(stage: str, name: str, **given: Any) -> Work:
    """The work of a command with these arguments, everything it needs loaded before."""
    command = find_command(CLI_REGISTRY, stage, name)
    args = command.args.model_validate(given)
    run = command.load_run()

    def work() -> None:
        network = NetworkPolicy(unrestricted=True)
        run(args, StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), network))

    return work
