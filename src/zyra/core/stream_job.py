"""The `Job` of one execution in this process, made around three byte streams."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from zyra.core.arguments import Args
from zyra.core.network import NetworkPolicy

Report = Callable[[float, str], None]


def ignore_progress(fraction: float, message: str) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class StreamJob:
    """Streams, network policy and messages of one run; fulfils `core.job.Job`.

    Attributes:
        report: Receives fraction and message of each progress report.
        quiet, detailed: From the arguments `quiet` and `verbose` or `trace`.
        variables: Of cloud tools: endpoints, regions, credentials.
    """

    stdin: BinaryIO
    stdout: BinaryIO
    stderr: BinaryIO
    network: NetworkPolicy
    report: Report = ignore_progress
    quiet: bool = False
    detailed: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)

    def progress(self, fraction: float, message: str = "") -> None:
        """Pass a fraction, kept within 0 and 1, to `report`."""
        self.report(min(max(fraction, 0.0), 1.0), message)

    def tell(self, message: str, *, detail: bool = False) -> None:
        """Write `message` as one line to stderr, unless it is hidden."""
        if self.quiet or (detail and not self.detailed):
            return
        self.stderr.write(f"{message}\n".encode(errors="replace"))
        self.stderr.flush()


def job_on_standard_streams(
    args: Args,
    network: NetworkPolicy,
    report: Report = ignore_progress,
    variables: Mapping[str, str] | None = None,
) -> StreamJob:
    """The job of a run whose streams are this process's own."""
    return StreamJob(
        stdin=sys.stdin.buffer,
        stdout=sys.stdout.buffer,
        stderr=sys.stderr.buffer,
        network=network,
        report=report,
        quiet=args.quiet,
        detailed=args.verbose or args.trace,
        variables=variables or {},
    )
