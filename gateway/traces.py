"""Traces by OpenTelemetry, an extra of this package: steps become spans, and nobody is in them.

What was raised is told by its type alone: its words may hold anything.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from adapters.tracing import Step, Told

_NAME: Final = "portal-gateway"
_KINDS: Final = {"request": SpanKind.SERVER, "servicetitan": SpanKind.CLIENT}


class _Taken:
    """A step as a span."""

    __slots__ = ("_span",)

    def __init__(self, span: Span) -> None:
        self._span = span

    def tell(self, name: str, value: Told) -> None:
        """Add an attribute."""
        self._span.set_attribute(name, value)


class Traces:
    """Hands spans to this processor, of a `share` of requests. Close it in the end.

    What a client says of its own traces is not believed: else anybody could have all of theirs
    kept.
    """

    def __init__(self, processor: SpanProcessor, share: float = 1.0) -> None:
        resource = Resource.create({"service.name": _NAME, "service.version": version(_NAME)})
        sampler = ParentBased(TraceIdRatioBased(share))
        self._provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer(_NAME)

    @contextmanager
    def step(self, name: str, told: Mapping[str, Told]) -> Iterator[Step]:
        """Take note of a step as a span of the one it is part of."""
        with self._tracer.start_as_current_span(
            _spelled(name, told),
            kind=_KINDS.get(name, SpanKind.INTERNAL),
            attributes=told,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _Taken(span)
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    async def aclose(self) -> None:
        """Send what has not been sent yet; it waits for the collector, in a thread."""
        await asyncio.to_thread(self._provider.shutdown)


def _spelled(name: str, told: Mapping[str, Told]) -> str:
    """Name a span: a request by what was asked of which place, a call by its path's template."""
    where = told.get("http.route") or told.get("url.template")
    return name if where is None else f"{told.get('http.request.method', name)} {where}"


def traces_to(url: str, share: float) -> Traces:
    """Return traces that a collector is sent, some seconds later and by a thread of their own."""
    return Traces(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)), share)
