"""A collector of traces on loopback that keeps what it gets: OTLP over HTTP, real protobuf.

with OtlpCollector() as collector:
    ...  # something exports to collector.endpoint
    collector.spans
"""

import gzip
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

PATH = "/v1/traces"


@dataclass(frozen=True)
class GotSpan:
    """One span as it came; ids are hexadecimal."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    begin_ns: int
    end_ns: int
    attributes: dict[str, Any]


@dataclass
class OtlpCollector:
    """Takes exports until its `with` block ends."""

    spans: list[GotSpan] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """Its address, as `ZYRA_OTLP_ENDPOINT` wants it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def one(self, name: str) -> GotSpan:
        """The only span of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def __enter__(self) -> Self:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.headers.append({name.lower(): v for name, v in self.headers.items()})
                is_right = self.path == PATH and collector.take(body)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200 if is_right else 400)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: bytes) -> bool:
        """Keep what an export says."""
        request = ExportTraceServiceRequest.FromString(body)
        for resource_spans in request.resource_spans:
            named = {a.key: a.value.string_value for a in resource_spans.resource.attributes}
            for scope_spans in resource_spans.scope_spans:
                self.spans += [_got(named["service.name"], span) for span in scope_spans.spans]
        return True


def _got(service: str, span: Any) -> GotSpan:
    values = {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}
    return GotSpan(
        service,
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        values,
    )
