"""Spans on their way to a collector: the one home of `opentelemetry`, loaded only where spans are wanted.

Where to, with which headers and how many of them is told by OpenTelemetry's own variables, which its SDK reads.
"""

import asyncio
import threading
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Literal, Self

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import Span as OtelSpan

from agentops import __version__
from agentops.engine.tracing.conventions import SCHEMA, Attributes
from agentops.engine.tracing.port import Span, Turn

_KINDS = {"client": SpanKind.CLIENT, "internal": SpanKind.INTERNAL}
_NS = 1_000_000_000

_PATIENCE_S = 2.0
"""How long the last spans may take on their way once the server goes."""


class Exporting:
    """A tracer; `async with` keeps its sender running, and sends what is left at the end."""

    def __init__(
        self, processor: SpanProcessor | None = None, *, with_content: bool = False, patience_s: float = _PATIENCE_S
    ) -> None:
        """Send in batches to where OTEL_EXPORTER_OTLP_ENDPOINT says, unless another processor is given."""
        self.with_content = with_content
        self._patience_s = patience_s
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "agentops", "service.version": __version__}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("agentops", __version__, schema_url=SCHEMA)

    async def __aenter__(self) -> Self:
        """Return the tracer; it can be used at once."""
        return self

    async def __aexit__(self, *_how: object) -> None:
        """Send what is left, unless that takes long."""
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def shut_down() -> None:
            self._provider.shutdown()
            with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                loop.call_soon_threadsafe(done.set)

        # Not one of an executor, whose threads Python waits for at its end: a collector that hangs would hold us up.
        threading.Thread(target=shut_down, name="agentops-spans", daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                await done.wait()

    def begin(self, kind: Literal["client", "internal"], name: str, attributes: Attributes, turn: Turn | None) -> Span:
        """Begin a span within a turn; without one it stands alone."""
        context = Context()
        if turn is not None:
            trace_id, span_id = _ids_of(turn)
            parent = SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
            context = set_span_in_context(NonRecordingSpan(parent), context)
        return _Span(self._tracer.start_span(name, context, _KINDS[kind], attributes))

    def tell(self, turn: Turn, name: str, attributes: Attributes, ended_at: datetime) -> None:
        """Keep the span of a whole turn, now that it is over."""
        with self._ids.of(turn):
            span = self._tracer.start_span(
                name, Context(), SpanKind.INTERNAL, attributes, start_time=_nanoseconds(turn.began_at)
            )
        span.end(_nanoseconds(ended_at))


class _Span:
    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    def end(self, attributes: Attributes, error: str | None = None) -> None:
        self._span.set_attributes(attributes)
        if error is not None:
            self._span.set_status(Status(StatusCode.ERROR, error))
        self._span.end()


class _Ids(RandomIdGenerator):
    """Ids at random, but those of a turn, which every process counts out alike."""

    def __init__(self) -> None:
        self._next: tuple[int, int] | None = None

    def of(self, turn: Turn) -> Self:
        """Let the next span be the turn's."""
        self._next = _ids_of(turn)
        return self

    def __enter__(self) -> None:
        """Begin; spans are made on the event loop alone, so that none comes between."""

    def __exit__(self, *_how: object) -> None:
        """End."""
        self._next = None

    def generate_trace_id(self) -> int:
        """Return the turn's, or one at random."""
        return self._next[0] if self._next else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """Return the turn's, or one at random."""
        return self._next[1] if self._next else super().generate_span_id()


def _ids_of(turn: Turn) -> tuple[int, int]:
    digest = sha256(f"{turn.session_id} {turn.event_id}".encode()).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp()) * _NS + at.microsecond * 1_000
