"""Find out how steps hang together: who reads whose stdout, who needs whose files."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zyra.core.closest import closest_or_all
from zyra.core.kinds import READ_KINDS, Kind
from zyra.jobs.pipelines.files import (
    main_output,
    names_read,
    names_written,
    overlap,
    reads_stdin,
    writes_elsewhere,
)
from zyra.jobs.pipelines.flow import Link, Stdin, segments_of
from zyra.jobs.pipelines.step_spec import Place
from zyra.jobs.pipelines.steps import Step, with_args
from zyra.jobs.requests import Problem

REFERENCE = "step:"
_MOST_UNKNOWN = 100
Exists = Callable[[str], bool]


@dataclass(frozen=True)
class LinkedStep:
    """A step with references to others turned into names of files, and its links to them."""

    step: Step
    link: Link


@dataclass(frozen=True)
class Linker:
    """Links the chosen steps of a pipeline.

    Args:
        every: All steps of the file, by which a step finds the one before it.
        chosen: Those that are run.
        exists: Whether a file is there before the pipeline starts.
        has_stdin: Whether the pipeline itself is given a stdin.
        problems: Gets one for each link that leads nowhere.
    """

    every: Sequence[Step]
    chosen: Sequence[Step]
    exists: Exists
    has_stdin: bool
    problems: list[Problem]

    def linked(self) -> list[LinkedStep]:
        """The chosen steps, linked."""
        steps = [self._with_references(step) for step in self.chosen]
        links: list[Link] = []
        for index, step in enumerate(steps):
            needs, stdin = self._needs(steps, index), self._stdin(steps, index)
            if stdin is Stdin.PIPE:
                if needs & _piped_together(links):
                    stdin = Stdin.KEPT
                needs |= {index - 1}
                links[-1] = replace(links[-1], is_read=True)
            needs |= _needed_jobs(steps, index)
            links.append(Link(step.title, stdin, needs))
        found = [LinkedStep(*pair) for pair in zip(steps, links, strict=True)]
        self._refuse_several_stdins(found)
        return found

    def _stdin(self, steps: Sequence[Step], index: int) -> Stdin:
        step = steps[index]
        if not reads_stdin(step):
            return Stdin.NOTHING
        before = steps[index - 1] if index else None
        if before is None or step.is_first or before.place != step.place - 1:
            if not self.has_stdin:
                what = "nothing is before it" if step.is_first else "the step before is not run"
                hint = "give the pipeline a stdin, or name a file"
                self._refuse(step, f"reads stdin, and {what}", "not_connected", hint)
            return Stdin.OUTER
        if target := writes_elsewhere(before):
            self._refuse(
                step,
                f"reads stdin, but {before.title} writes to {target}, not to stdout",
                "not_connected",
                f"let that write to -, or read step:{before.name} here",
            )
        return Stdin.PIPE

    def _needs(self, steps: Sequence[Step], index: int) -> frozenset[int]:
        """Places of the earlier steps whose files this one reads."""
        found: set[int] = set()
        written = [names_written(step) for step in steps]
        for name, text in names_read(steps[index]):
            writers = [place for place, names in enumerate(written) if _is_among(text, names)]
            earlier = {place for place in writers if place < index}
            found |= earlier
            if writers and not earlier and not self.exists(text):
                self._refuse_forward(steps[index], name, text, steps[writers[0]])
        return frozenset(found)

    def _refuse_forward(self, step: Step, name: str, text: str, writer: Step) -> None:
        who = "it writes itself" if writer is step else f"{writer.title} writes, which is later"
        self._refuse(
            step, f"reads {text!r}, which {who}", "forward_reference", "change the order", name
        )

    def _with_references(self, step: Step) -> Step:
        """The step with every `step:NAME` replaced by the name of a file."""
        changes = {
            name: self._resolved(step, name, kind, step.args[name])
            for name, kind in step.command.kinds.items()
            if kind in READ_KINDS and name in step.args
        }
        return with_args(step, changes) if changes else step

    def _resolved(self, step: Step, name: str, kind: Kind, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolved(step, name, kind, part) for part in value]
        if not isinstance(value, str) or not value.startswith(REFERENCE):
            return value
        target, _, file = value.removeprefix(REFERENCE).partition("/")
        source = next((other for other in self.every if other.name == target), None)
        if source is None:
            if len(self.problems) < _MOST_UNKNOWN:  # to look for the closest name takes time
                names = [other.name for other in self.every]
                hint = f"did you mean {closest_or_all(target, names)}?"
                self._refuse(step, f"there is no step {target!r}", "unknown_name", hint, name)
            return value
        return self._file_of(step, name, source, file or main_output(source, kind)) or value

    def _file_of(self, step: Step, name: str, source: Step, file: str | None) -> str | None:
        if source.place >= step.place:
            what = "itself" if source.place == step.place else f"{source.title}, which is later"
            self._refuse(step, f"reads of {what}", "forward_reference", "change the order", name)
            return None
        if file is None:
            hint = f"give it an output, or write step:{source.name}/FILE"
            self._refuse(step, f"{source.title} names no output", "no_output", hint, name)
        elif source.place not in {other.place for other in self.chosen} and not self.exists(file):
            what = f"reads {file!r} of {source.title}, which is not run"
            self._refuse(step, what, "not_run", None, name)
        return file

    def _refuse_several_stdins(self, steps: Sequence[LinkedStep]) -> None:
        outer = [linked.step for linked in steps if linked.link.stdin is Stdin.OUTER]
        for step in outer[1:]:
            message = f"reads stdin, as {outer[0].title} does; only one can have it"
            self._refuse(step, message, "not_connected", "run the step before it as well")

    def _refuse(
        self, step: Step, message: str, kind: str, hint: str | None, argument: str | None = None
    ) -> None:
        place: Place = (*step.where, "args")
        place = place if argument is None else (*place, argument)
        self.problems.append(Problem(place, message, kind, hint))


def _needed_jobs(steps: Sequence[Step], index: int) -> frozenset[int]:
    """Places of the steps before this one in its job, and of those in the jobs that it needs."""
    step = steps[index]
    jobs = step.needs if step.job is None else {step.job, *step.needs}
    return frozenset(place for place, other in enumerate(steps[:index]) if other.job in jobs)


def _piped_together(links: Sequence[Link]) -> set[int]:
    """Places of the steps that would run while the next one does."""
    *_, last = segments_of(links)
    return set(last)


def _is_among(name: str, written: Iterable[str]) -> bool:
    return any(overlap(other, name) for other in written)
