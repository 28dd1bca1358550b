"""What a metric is, and every metric of the service.

Values of labels come from closed sets only (templates of paths, the registry's commands, words of
our own), so the number of series is bounded whatever callers send.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """How a metric behaves."""

    COUNTER = "counter"  # only grows
    GAUGE = "gauge"  # what is so now
    HISTOGRAM = "histogram"  # how often which values came


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        name: Without the endings `_total`, `_bucket` and `_sum`.
        labels: Names of the labels, in the order in which values are given.
        buckets: Upper bounds of a histogram, rising; one without bound follows them.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @cached_property
    def bounds(self) -> tuple[str, ...]:
        """The buckets' bounds as Prometheus writes them."""
        return (*map(str, self.buckets), "+Inf")


# Requests take 2 ms to a sync run's minute; runs 5 ms to hours.
_REQUEST_S = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_RUN_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0)
_WAIT_S = (0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)

_COMMAND = ("stage", "command")
_REQUEST = ("route", "method", "status")

REQUESTS = Metric("zyra_http_requests", Kind.COUNTER, "Requests that were answered", _REQUEST)
REQUEST_S = Metric(
    "zyra_http_request_duration_seconds",
    Kind.HISTOGRAM,
    "From the head of a request to the end of its answer; without streams",
    ("route", "method"),
    _REQUEST_S,
)
BYTES_IN = Metric("zyra_http_received_bytes", Kind.COUNTER, "Bytes of bodies received", ("route",))
BYTES_OUT = Metric("zyra_http_sent_bytes", Kind.COUNTER, "Bytes of bodies sent", ("route",))
REFUSALS = Metric(
    "zyra_limit_refusals", Kind.COUNTER, "Requests refused by a rate limit or quota", ("kind",)
)
RUNS = Metric("zyra_runs", Kind.COUNTER, "Runs that ended, by how", (*_COMMAND, "outcome"))
RUN_S = Metric(
    "zyra_run_duration_seconds", Kind.HISTOGRAM, "From start to end of a run", _COMMAND, _RUN_S
)
WAIT_S = Metric(
    "zyra_run_wait_seconds",
    Kind.HISTOGRAM,
    "From the acceptance of a run to its start",
    ("mode",),
    _WAIT_S,
)
CPU_S = Metric("zyra_run_cpu_seconds", Kind.COUNTER, "Processor time of runs", _COMMAND)
OUTPUT_BYTES = Metric("zyra_run_output_bytes", Kind.COUNTER, "Bytes of what runs left", _COMMAND)
OPEN_REQUESTS = Metric("zyra_http_open_requests", Kind.GAUGE, "Requests being answered")
STREAM_CLIENTS = Metric(
    "zyra_stream_clients", Kind.GAUGE, "Clients that follow a job", ("transport",)
)
CHILDREN = Metric(
    "zyra_children",
    Kind.GAUGE,
    "Processes for runs, those ready for one and those busy",
    ("state",),
)
PROCESSES = Metric(
    "zyra_processes", Kind.GAUGE, "Processes of the service that are alive", ("role",)
)
JOBS = Metric("zyra_jobs", Kind.GAUGE, "Jobs that are not done", ("status",))
QUEUE_AGE_S = Metric(
    "zyra_queue_oldest_seconds", Kind.GAUGE, "How long the first queued job has waited"
)
STORE_UP = Metric(
    "zyra_store_up", Kind.GAUGE, "1 where the store of jobs answers, else what it knows is left out"
)
DISK_FREE = Metric("zyra_disk_free_bytes", Kind.GAUGE, "Free space where a folder is", ("folder",))
SANDBOX = Metric(
    "zyra_sandbox_level", Kind.GAUGE, "1 for the level at which runs are confined", ("level",)
)
BUILD = Metric("zyra_build_info", Kind.GAUGE, "1 for the version that runs", ("version",))

METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        REQUESTS,
        REQUEST_S,
        BYTES_IN,
        BYTES_OUT,
        REFUSALS,
        RUNS,
        RUN_S,
        WAIT_S,
        CPU_S,
        OUTPUT_BYTES,
        OPEN_REQUESTS,
        STREAM_CLIENTS,
        CHILDREN,
        PROCESSES,
        JOBS,
        QUEUE_AGE_S,
        STORE_UP,
        DISK_FREE,
        SANDBOX,
        BUILD,
    )
}
