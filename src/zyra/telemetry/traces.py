"""Spans of traces, after W3C Trace Context and OpenTelemetry.

A trace runs from the request through the queue into the process of the command. What a request
hands on is its `traceparent`, which the job's record keeps; so whichever process ends the job,
a server or a worker elsewhere, can tell its story. Spans of jobs are made when they are over, from
the times that are known then: a run costs nothing while it goes on.

`Untraced` is used where no endpoint is set; `otlp` has the other one and is loaded only for one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from zyra.core.errors import DependencyMissing
from zyra.core.loading import load
from zyra.core.settings import Settings

OTLP = "zyra.telemetry.otlp:OtlpTracer"

# Version 00: trace id, parent id, flags; all zeros are no id (W3C Trace Context, section 3.2).
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

Attributes = Mapping[str, str | int | float | bool]


class Span(Protocol):
    """A span that is not over."""

    @property
    def traceparent(self) -> str | None:
        """What its children name as their parent; None where nothing is traced."""

    def end(
        self, at_ns: int, attributes: Attributes, *, name: str | None = None, failed: bool = False
    ) -> None:
        """Tell that it is over; `name` is a better one than was known when it began."""


class Tracer(Protocol):
    """Makes spans; times are nanoseconds since 1970."""

    def begin(self, name: str, parent: str | None, at_ns: int, *, is_server: bool = False) -> Span:
        """Begin a span below the one that `parent` names."""

    def close(self) -> None:
        """Send what was not sent."""


@dataclass(frozen=True)
class _NoSpan:
    traceparent: str | None

    def end(
        self, at_ns: int, attributes: Attributes, *, name: str | None = None, failed: bool = False
    ) -> None:
        """Nothing."""


class Untraced:
    """Fulfils `Tracer` without spans; a caller's traceparent is handed on all the same."""

    def begin(self, name: str, parent: str | None, at_ns: int, *, is_server: bool = False) -> Span:  # noqa: ARG002
        """No span."""
        return _NoSpan(parent)

    def close(self) -> None:
        """Nothing."""


def build_tracer(settings: Settings, role: str) -> Tracer:
    """The tracer that the settings ask for; `role` is `server` or `worker`.

    Raises:
        DependencyMissing: An endpoint is set, but OpenTelemetry is not installed.
    """
    if settings.otlp_endpoint is None:
        return Untraced()
    try:
        make = load(OTLP)
    except ModuleNotFoundError as error:
        raise DependencyMissing(
            f"ZYRA_OTLP_ENDPOINT is set, but {error.name} is not installed",
            hint="pip install '.[tracing]' in zyra's folder, or unset ZYRA_OTLP_ENDPOINT",
        ) from error
    tracer: Tracer = make(
        settings.otlp_endpoint, settings.otlp_headers_by_name, settings.trace_ratio, role
    )
    return tracer


def valid_traceparent(text: str) -> str | None:
    """The text if it is a traceparent; None otherwise, and then a new trace begins."""
    return text if _TRACEPARENT.fullmatch(text) else None


def trace_id_of(traceparent: str | None) -> str | None:
    """The id of the trace, for log lines."""
    return None if traceparent is None else traceparent.split("-")[1]
