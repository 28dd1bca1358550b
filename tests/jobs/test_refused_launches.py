"""Streams handed to an executor are closed by it, also where nothing could be started."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from zyra.core.errors import UnknownName
from zyra.jobs.isolation.assignment import Assignment, Limits
from zyra.jobs.isolation.brokered import BrokeredExecutor
from zyra.jobs.isolation.egress import EgressBroker
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.forking import ForkingExecutor
from zyra.jobs.isolation.spawning import SpawningExecutor

pytestmark = pytest.mark.anyio

UNKNOWN = Assignment("process", "unknown", {}, folder="/", scratch="/", limits=Limits(1, 1, 1))
UNWRITABLE = replace(UNKNOWN, args={"text": object()})


async def no_ports() -> Sequence[int]:
    return ()


def brokered() -> Executor:
    return BrokeredExecutor(SpawningExecutor("none:NONE"), EgressBroker([], no_ports), {})


@pytest.mark.parametrize(
    ("executor", "assignment", "error"),
    [
        (ForkingExecutor("none:NONE", spares=1), UNWRITABLE, TypeError),
        (SpawningExecutor("none:NONE"), UNWRITABLE, TypeError),
        (brokered(), UNKNOWN, UnknownName),
    ],
    ids=["forking", "spawning", "brokered"],
)
async def test_the_streams_of_a_run_that_cannot_be_launched_are_closed(
    executor: Executor, assignment: Assignment, error: type[Exception], tmp_path: Path
) -> None:
    stream = os.open(tmp_path / "stream", os.O_CREAT)
    with pytest.raises(error):
        await executor.launch(assignment, [stream])
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(stream)
