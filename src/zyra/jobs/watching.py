"""Count, log and trace jobs as they end: whoever ends one tells it here, once.

It is told when the caller has its answer already, so a run does not wait for any of it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from zyra.core.exit_codes import DONE
from zyra.jobs.isolation.of_job import ChildTimes
from zyra.jobs.pipelines.spec import PIPELINES, RUN
from zyra.jobs.records import JobRecord, Reason, Status
from zyra.registry import Registry
from zyra.telemetry.metric import CPU_S, OUTPUT_BYTES, RUN_S, RUNS, WAIT_S
from zyra.telemetry.tally import Tally
from zyra.telemetry.traces import Attributes, Tracer, Untraced, trace_id_of

logger = logging.getLogger(__name__)

OTHER = "other"  # what the registry does not know, such as a command of another version


JobEnded = Callable[[JobRecord, Sequence[ChildTimes]], None]


def unwatched(record: JobRecord, children: Sequence[ChildTimes]) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Watch:
    """What is done with the end of a job.

    Attributes:
        registry: Its commands are the only ones that become values of labels.
    """

    registry: Registry
    tally: Tally
    tracer: Tracer = field(default_factory=Untraced)

    def ended(self, record: JobRecord, children: Sequence[ChildTimes]) -> None:
        """Count, log and trace a job that has reached its final state.

        Args:
            record: As it is now.
            children: The processes that it had here.
        """
        self._count(record)
        _log(record)
        if record.traceparent is not None:
            _trace(self.tracer, record, children)

    def _count(self, record: JobRecord) -> None:
        is_known = record.command in self.registry.get(record.stage, {}) or (
            (record.stage, record.command) == (PIPELINES, RUN)
        )
        command = (record.stage, record.command) if is_known else (OTHER, OTHER)
        self.tally.add(RUNS, *command, outcome_of(record))
        if record.started_at is not None:
            waited = (record.started_at - record.created_at).total_seconds()
            self.tally.observe(WAIT_S, max(0.0, waited), record.mode.value)
        if record.duration_s is not None:
            self.tally.observe(RUN_S, record.duration_s, *command)
        if record.cpu_s is not None:
            self.tally.add(CPU_S, *command, amount=record.cpu_s)
        if size := sum(output.size for output in record.outputs):
            self.tally.add(OUTPUT_BYTES, *command, amount=size)


def outcome_of(record: JobRecord) -> str:
    """How a run ended, in one word: `success`, `error`, or the reason why it was ended."""
    if record.status is Status.SUCCEEDED:
        return "success"
    if record.reason in (None, Reason.EXIT):
        return "error"
    return record.reason.value


def _log(record: JobRecord) -> None:
    facts = {
        "job_id": record.job_id,
        "request_id": record.request_id,
        "trace_id": trace_id_of(record.traceparent),
        "caller": record.owner,
        "stage": record.stage,
        "command": record.command,
        "mode": record.mode.value,
        "status": record.status.value,
        "reason": record.reason.value if record.reason else None,
        "exit_code": record.exit_code,
        "duration_s": record.duration_s,
        "attempts": record.attempts,
    }
    level = logging.WARNING if record.reason is Reason.LOST else logging.INFO
    logger.log(
        level, "%s %s %s", record.stage, record.command, outcome_of(record), extra={"facts": facts}
    )


def _trace(tracer: Tracer, record: JobRecord, children: Sequence[ChildTimes]) -> None:
    """The spans of a job, which is over: the whole, its wait, its run, its process."""
    begin, end = _nanoseconds(record.created_at), _nanoseconds(record.finished_at)
    about: Attributes = {
        "zyra.job_id": record.job_id,
        "zyra.stage": record.stage,
        "zyra.command": record.command,
        "zyra.outcome": outcome_of(record),
        "zyra.attempts": record.attempts,
    }
    job = tracer.begin(f"{record.stage} {record.command}", record.traceparent, begin)
    started = _nanoseconds(record.started_at) or end
    tracer.begin("queued", job.traceparent, begin).end(started, {})
    if record.started_at is not None:
        run = tracer.begin("run", job.traceparent, started)
        for child in children:
            span = tracer.begin("child", run.traceparent, child.began_ns)
            span.end(child.ended_ns or end, _of_process(child), failed=child.exit_code != DONE)
        run.end(end, _of_run(record), failed=not record.ok)
    job.end(end, about, failed=not record.ok)


def _of_process(child: ChildTimes) -> Attributes:
    code = {} if child.exit_code is None else {"process.exit.code": child.exit_code}
    return {"zyra.process_of": child.command, **code}


def _of_run(record: JobRecord) -> Attributes:
    known = {
        "zyra.cpu_s": record.cpu_s,
        "zyra.max_rss_bytes": record.max_rss_bytes,
    }
    return {name: value for name, value in known.items() if value is not None}


def _nanoseconds(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp() * 1e6) * 1000
