"""One step of a running pipeline: a command in its process, and what it leaves."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG

from zyra.core.errors import ZyraError
from zyra.core.exit_codes import DONE, FAILED
from zyra.core.outputs import PART_PREFIX
from zyra.jobs.isolation.executor import Ended, Executor
from zyra.jobs.pipelines.board import Board, Tail
from zyra.jobs.pipelines.files import overlap
from zyra.jobs.pipelines.flow import Link, Stdin
from zyra.jobs.pipelines.plan import PlannedStep
from zyra.jobs.plain_files import open_plain
from zyra.jobs.records import Reason
from zyra.jobs.results import STREAMS, Workspace
from zyra.jobs.runner import TERM_GRACE_S, CommandRun, StreamFiles


@dataclass
class Outputs:
    """Finds out which step has written which file of the folder in which all work.

    Args:
        folder: That folder.
        declared: Of each step, the names that its arguments give as outputs.
    """

    folder: Path
    declared: Sequence[Sequence[str]]
    _seen: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    _owners: dict[str, int] = field(default_factory=dict)

    def look(self, place: int) -> None:
        """Look for what is new or changed, now that the step at `place` has ended.

        What some step's arguments name is that step's; the rest is of the one that has ended.
        """
        states = dict(_states(self.folder))
        for name, state in states.items():
            if self._seen.get(name) != state:
                self._owners[name] = self._declared_by(name, place)
        self._seen = states

    def of(self, place: int) -> tuple[str, ...]:
        """The files of a step that are there now."""
        return tuple(
            sorted(n for n, owner in self._owners.items() if owner == place and n in self._seen)
        )

    def _declared_by(self, name: str, ended: int) -> int:
        own = [
            place
            for place, names in enumerate(self.declared)
            if any(overlap(declared, name) for declared in names)
        ]
        return ended if ended in own or not own else own[0]


@dataclass
class Shared:
    """What the steps of one execution have in common.

    Attributes:
        streams: Those of the job: all of stderr, and stdout that no step reads.
        hidden: Texts that are masked in everything that any step says.
        grace_s: How long a step that is ended may take to leave in order.
    """

    executor: Executor
    workspace: Workspace
    streams: StreamFiles
    board: Board
    outputs: Outputs
    hidden: Sequence[str]
    grace_s: float = TERM_GRACE_S


class StepRun:
    """Fulfils `flow.StepProcess` with a process as every run has."""

    def __init__(self, place: int, step: PlannedStep, shared: Shared) -> None:
        self._place = place
        self._link: Link = step.link
        self._shared = shared
        self._tails = {name: Tail() for name in STREAMS}
        self._scratch = shared.workspace.scratch / f"step-{place}"
        self._command = CommandRun(
            step.plan,
            str(shared.workspace.outputs),
            str(self._scratch),
            self._keep,
            lambda fraction, message: shared.board.report(place, fraction, message),
            shared.hidden,
        )

    async def run(self, stdin: int | None, stdout: int | None) -> int | None:
        """Run the command to its end; its exit code, None where that is lost."""
        fault = ""
        try:
            streams = self._streams(stdin, stdout)
            ended = await self._command.execute(self._shared.executor, *streams)
        except OSError as error:  # no space or no descriptors for its streams, or no process
            ended, fault = Ended(None), str(error)
        except ZyraError as error:  # its way to the network cannot be had
            ended, fault = Ended(None), error.message
        await asyncio.to_thread(self._shared.outputs.look, self._place)
        self._note(ended, fault or self._command.fault)
        was_ended = self._command.reason is not None
        return FAILED if was_ended and ended.exit_code == DONE else ended.exit_code

    def stop(self) -> None:
        """End it; before it has started, as soon as it has."""
        self._command.stop(Reason.CANCELED, self._shared.grace_s)

    def _streams(self, stdin: int | None, stdout: int | None) -> tuple[int | None, int | None]:
        """Its stdin and stdout: the pipes that are given, or what is kept for a later step.

        Raises:
            OSError: They cannot be had; what was given is closed.
        """
        with ExitStack() as opened:
            for given in (stdin, stdout):
                if given is not None:
                    opened.callback(os.close, given)
            self._scratch.mkdir(mode=0o700)
            if self._link.stdin is Stdin.KEPT:
                stdin = self._open_kept()
                opened.callback(os.close, stdin)
            if self._link.is_read and stdout is None:
                kept = _kept(self._shared.workspace, self._place)
                stdout = os.open(kept, os.O_WRONLY | os.O_CREAT, 0o600)
            opened.pop_all()  # whoever runs the command closes them
        return stdin, stdout

    def _keep(self, name: str, chunk: bytes) -> None:
        self._tails[name].add(chunk)
        self._shared.streams.keep(name, chunk)

    def _note(self, ended: Ended, fault: str) -> None:
        said = {"message": fault} if fault else {}
        self._shared.board.change(
            self._place,
            exit_code=ended.exit_code,
            reason=self._command.why(ended),
            finished_at=datetime.now(UTC),
            max_rss_bytes=ended.max_rss_bytes,
            cpu_s=ended.cpu_s,
            stdout=self._tails["stdout"].captured(),
            stderr=self._tails["stderr"].captured(),
            outputs=self._shared.outputs.of(self._place),
            **said,
        )

    def _open_kept(self) -> int:
        with open_plain(_kept(self._shared.workspace, self._place - 1)) as stream:
            return os.dup(stream.fileno())


def _kept(workspace: Workspace, place: int) -> Path:
    """Where stdout of a step is kept for one that cannot read it at once."""
    return Path(os.path.realpath(workspace.scratch), f"stdout-{place}")


def _states(folder: Path) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Each regular file below `folder` by its name there, with what tells its states apart."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            try:
                facts = path.lstat()
            except OSError:  # a step that still runs has removed it, or barred its folder
                continue
            if S_ISREG(facts.st_mode) and not name.startswith(PART_PREFIX):
                state = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
                yield path.relative_to(folder).as_posix(), state
