"""A run in memory, which each child goes through before it has one to do.

In the warm parent it builds what is built at first use. In a child it makes pages its own that
it shared with the parent, for the counts of references above all: hundreds of page faults
that would otherwise fall into the run. So it is a run as any other, of the command that
the registry names for it.
"""

import io

from zyra.core.network import NetworkPolicy
from zyra.core.running import run_to_exit_code
from zyra.core.stream_job import StreamJob
from zyra.jobs.isolation.assignment import Assignment, Limits
from zyra.registry import CLI_REGISTRY, REHEARSED, find_command

_TOLD = Assignment(*REHEARSED, folder="", scratch="", limits=Limits(0, 0, 0)).to_bytes()


def rehearse() -> int:
    """Run the rehearsed command on streams in memory.

    Returns:
        Its exit code.
    """
    told = Assignment.from_bytes(_TOLD)
    command = find_command(CLI_REGISTRY, told.stage, told.command)
    args = command.args.model_validate(dict(told.args))
    network = NetworkPolicy.allowing(told.allow_hosts, told.broker)
    streams = io.BytesIO(b"text"), io.BytesIO(), io.BytesIO()
    return run_to_exit_code(command, args, StreamJob(*streams, network))
