"""Run the steps of a pipeline on this machine: each in a process forked from this one.

They have the terminal's streams, folder and network, as commands that are typed have them.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zyra.cli.forked_step import ENDING, ForkedStep, LocalStep
from zyra.core.exit_codes import DONE, FAILED, INTERRUPTED
from zyra.jobs.pipelines.flow import Flow, segments_of
from zyra.jobs.records import StepStatus


def run_steps(steps: Sequence[LocalStep], *, continue_on_error: bool, verbose: bool) -> int:
    """Run all steps; the exit code of the first that failed, or 0.

    Args:
        steps: In their order.
        continue_on_error: Run what needs nothing of a failed step.
        verbose: Tell of each step on stderr, not only of those that did not succeed.
    """
    with tempfile.TemporaryDirectory(prefix="zyra-run-") as folder:
        return asyncio.run(_run(steps, Path(folder), continue_on_error, verbose))


async def _run(
    steps: Sequence[LocalStep], folder: Path, continue_on_error: bool, verbose: bool
) -> int:
    links = [local.link for local in steps]
    together = [len(places) for places in segments_of(links) for _ in places]
    processes = [
        ForkedStep(local, folder, place, is_alone=together[place] == 1)
        for place, local in enumerate(steps)
    ]
    flow = Flow(links, processes, _Teller(steps, processes, verbose), continue_on_error)
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        flow.stop("interrupted")

    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, interrupt)
    await flow.run()
    if interrupted:
        return INTERRUPTED
    failed = (place for place, s in enumerate(flow.statuses) if s is StepStatus.FAILED)
    return next((processes[place].code or FAILED for place in failed), DONE)


@dataclass
class _Teller:
    """Tells on stderr of steps that did not succeed; if it is verbose, of every one."""

    steps: Sequence[LocalStep]
    processes: Sequence[ForkedStep]
    verbose: bool

    def __call__(self, place: int, status: StepStatus, why: str) -> None:
        is_well = status in (StepStatus.RUNNING, StepStatus.SUCCEEDED)
        if self.verbose or not is_well:
            title = self.steps[place].link.title
            sys.stderr.write(f"zyra run: {title}: {self._what(place, status)}{_because(why)}\n")

    def _what(self, place: int, status: StepStatus) -> str:
        if status is StepStatus.RUNNING:
            return "started"
        if status is StepStatus.SKIPPED:
            return "skipped"
        process = self.processes[place]
        if process.is_out_of_time:
            return "ran out of time"
        failed = f" with exit code {process.code}" if status is StepStatus.FAILED else ""
        took = f" after {process.took_s:.1f} s" if self.verbose else ""
        return f"{status}{failed}{took}"


def _because(why: str) -> str:
    return f" ({why})" if why else ""
