"""Send spans to a collector by OTLP over HTTP; needs the extra `tracing`."""

from collections.abc import Mapping

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from zyra import __version__
from zyra.telemetry.traces import Attributes

_PATH = "/v1/traces"  # of the OTLP specification, "OTLP/HTTP request"
_TIMEOUT_S = 5.0
_HEADER = "traceparent"


class OtlpTracer:
    """Fulfils `telemetry.traces.Tracer`; a thread of its own sends spans in batches.

    Args:
        endpoint: Of the collector, such as `http://collector:4318`.
        headers: Sent along, for collectors that want a key.
        ratio: This share of the traces that begin here is kept; of others their callers decide.
        role: `server` or `worker`.
    """

    def __init__(self, endpoint: str, headers: Mapping[str, str], ratio: float, role: str) -> None:
        about = {"service.name": f"zyra-{role}", "service.version": __version__}
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(ratio)),
            resource=Resource(about),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(
            endpoint.rstrip("/") + _PATH, headers=dict(headers), timeout=_TIMEOUT_S
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("zyra", __version__)
        self._propagator = TraceContextTextMapPropagator()

    def begin(
        self, name: str, parent: str | None, at_ns: int, *, is_server: bool = False
    ) -> "OtlpSpan":
        """Begin a span below the one that `parent` names; without one a trace begins."""
        context = self._propagator.extract({_HEADER: parent} if parent else {})
        kind = SpanKind.SERVER if is_server else SpanKind.INTERNAL
        span = self._tracer.start_span(name, context=context, kind=kind, start_time=at_ns)
        return OtlpSpan(span, self._propagator)

    def close(self) -> None:
        """Send what was not sent, and end the thread."""
        self._provider.shutdown()


class OtlpSpan:
    """Fulfils `telemetry.traces.Span`."""

    def __init__(self, span: OtelSpan, propagator: TraceContextTextMapPropagator) -> None:
        self._span = span
        self._propagator = propagator

    @property
    def traceparent(self) -> str | None:
        """What its children name as their parent."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, trace.set_span_in_context(self._span))
        return carrier.get(_HEADER)

    def end(
        self, at_ns: int, attributes: Attributes, *, name: str | None = None, failed: bool = False
    ) -> None:
        """Tell that it is over."""
        if name is not None:
            self._span.update_name(name)
        self._span.set_attributes(dict(attributes))
        if failed:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end(at_ns)
