"""How the ends of steps follow from each other, with steps that are only told how to end."""

import asyncio
import os
from pathlib import Path

import pytest

from zyra.jobs.pipelines.flow import Flow, Link, Stdin
from zyra.jobs.records import StepStatus

pytestmark = pytest.mark.anyio
DESCRIPTORS = Path("/proc/self/fd")
Q, OK, BAD, ENDED, SKIPPED = (
    StepStatus.QUEUED,
    StepStatus.SUCCEEDED,
    StepStatus.FAILED,
    StepStatus.CANCELED,
    StepStatus.SKIPPED,
)


class Scripted:
    """A step that ends with a code when it is let, or with 143 when it is stopped."""

    def __init__(self, code=0, *, waits_for=None):
        self.code = code
        self.ended = asyncio.Event()
        self._waits_for = waits_for
        self._stopped = asyncio.Event()
        self.has_end_of_input = None

    async def run(self, stdin, stdout):
        if self._waits_for is not None:
            await self._first(self._waits_for.wait(), self._stopped.wait())
        if stdin is not None:
            os.set_blocking(stdin, False)
            self.has_end_of_input = self._at_end(stdin)
        for descriptor in filter(None, (stdin, stdout)):
            os.close(descriptor)
        self.ended.set()
        return 143 if self._stopped.is_set() else self.code

    def stop(self):
        self._stopped.set()

    @staticmethod
    def _at_end(stdin):
        try:
            return os.read(stdin, 1) == b""
        except BlockingIOError:
            return False

    @staticmethod
    async def _first(*waits):
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


def piped(count):
    return [
        Link(str(place), Stdin.PIPE if place else Stdin.NOTHING, is_read=place < count - 1)
        for place in range(count)
    ]


async def run(links, steps, **options):
    flow = Flow(links, steps, lambda *_: None, **options)
    await flow.run()
    return flow.statuses


async def test_a_reader_comes_to_no_end_while_its_writer_runs():
    gate = asyncio.Event()
    writer, reader = Scripted(waits_for=gate), Scripted()
    flow = asyncio.ensure_future(run(piped(2), [writer, reader]))
    await reader.ended.wait()
    gate.set()
    assert await flow == [OK, OK]
    assert reader.has_end_of_input is False


@pytest.mark.parametrize(
    ("codes", "statuses"),
    [
        ((0, 0, 0), [OK, OK, OK]),
        ((0, 141, 0), [OK, OK, OK]),
        ((141, 141, 0), [OK, OK, OK]),
        ((141, 141, 1), [ENDED, ENDED, BAD]),
        ((0, 0, 141), [OK, OK, BAD]),
        ((None, 0, 0), [BAD, SKIPPED, SKIPPED]),
    ],
)
async def test_the_verdict_on_a_writer_depends_on_its_reader(codes, statuses):
    assert await run(piped(3), [Scripted(code) for code in codes]) == statuses


async def test_what_still_runs_beside_a_failed_step_is_ended():
    never = asyncio.Event()
    steps = [Scripted(waits_for=never), Scripted(2), Scripted(waits_for=never)]
    assert await run(piped(3), steps) == [ENDED, BAD, SKIPPED]


async def test_a_reader_that_is_slow_to_go_sees_no_end_of_what_a_failed_step_left():
    class Slow(Scripted):
        async def run(self, stdin, stdout):
            await self._stopped.wait()
            await asyncio.sleep(0)  # the writer's end is dealt with meanwhile
            return await super().run(stdin, stdout)

    reader = Slow()
    assert await run(piped(2), [Scripted(2), reader]) == [BAD, SKIPPED]
    assert reader.has_end_of_input is False


async def test_a_fault_of_one_step_is_told_when_the_others_have_ended():
    class Faulty(Scripted):
        async def run(self, stdin, stdout):
            await super().run(stdin, stdout)
            raise RuntimeError("a fault of ours")

    other = Scripted(waits_for=asyncio.Event())
    with pytest.raises(RuntimeError, match="a fault of ours"):
        await run(piped(2), [Faulty(), other])
    assert other.ended.is_set()


async def test_a_failure_ends_the_pipeline_or_only_what_needs_it():
    links = [Link("0"), Link("1", needs=frozenset({0})), Link("2", needs=frozenset({1})), Link("3")]
    steps = [Scripted(1), Scripted(), Scripted(), Scripted()]
    assert await run(links, steps) == [BAD, SKIPPED, SKIPPED, SKIPPED]
    steps = [Scripted(1), Scripted(), Scripted(), Scripted()]
    assert await run(links, steps, continue_on_error=True) == [BAD, SKIPPED, SKIPPED, OK]


async def test_steps_that_share_a_pipe_run_together_or_not_at_all():
    links = [Link("0"), Link("1", is_read=True), Link("2", Stdin.PIPE, frozenset({0, 1}))]
    steps = [Scripted(1), Scripted(), Scripted()]
    assert await run(links, steps, continue_on_error=True) == [BAD, SKIPPED, SKIPPED]


async def test_stopping_ends_what_runs_and_skips_the_rest():
    never, links = asyncio.Event(), [Link("0"), Link("1")]
    flow = Flow(links, [Scripted(waits_for=never), Scripted()], lambda *_: None)
    running = asyncio.ensure_future(flow.run())
    while flow.statuses[0] is Q:
        await asyncio.sleep(0)
    flow.stop("enough")
    await running
    assert flow.statuses == [ENDED, SKIPPED]


async def test_no_descriptor_is_left_open():
    before = len(list(DESCRIPTORS.iterdir()))
    await run(piped(5), [Scripted(code) for code in (0, 0, 3, 0, 0)])
    assert len(list(DESCRIPTORS.iterdir())) == before
