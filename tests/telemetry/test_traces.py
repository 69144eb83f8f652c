"""Traces: off unless asked for, and then the steps of a request with nobody in them."""

import builtins
import importlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from adapters import tracing as seam
from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from adapters.servicetitan.client import connect
from adapters.tracing import step, traced_by
from gateway.app import create_app
from gateway.choices import Choices
from gateway.settings import SettingsError
from gateway.traces import Traces
from gateway.tracing import tracing_of
from gateway.watching import digest_of
from tests.canaries import personal
from tests.house import NOON, SANDBOX, TODAY, House, Moment, demo_policy, ready_house, settings
from tests.watched import Steps

INVOICES = "query Bills { viewer { invoices(first: 1) { nodes { number total } } } }"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    """What a collector would be sent."""
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.shutdown()


@pytest.fixture
def traces(exporter: InMemorySpanExporter) -> Traces:
    """Traces that are sent at once."""
    return Traces(SimpleSpanProcessor(exporter))


def tree(spans: tuple[ReadableSpan, ...], parent: int | None = None) -> dict[str, Any]:
    """Return the spans by name, each with those that are part of it."""
    return {
        span.name: tree(spans, span.context.span_id)
        for span in spans
        if span.context is not None
        and (None if span.parent is None else span.parent.span_id) == parent
    }


def of_name(spans: tuple[ReadableSpan, ...], name: str) -> ReadableSpan:
    """Return the one span of this name."""
    (span,) = [span for span in spans if span.name == name]
    return span


async def asked(traces: Traces, *questions: str) -> None:
    """Ask a gateway these questions, whose requests are traced."""
    sandbox = create_sandbox(
        SandboxOptions(public_url=SANDBOX, today=TODAY, homes=4, rate_per_second=100_000)
    )
    wire = httpx.ASGITransport(sandbox)
    gateway = create_app(
        settings(), Choices(demo_policy()), transport=wire, now=Moment(NOON), tracing=traces
    )
    async with (
        gateway.router.lifespan_context(gateway),
        httpx.AsyncClient(transport=wire, base_url=SANDBOX) as control,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(gateway), base_url="http://gateway"
        ) as client,
    ):
        house = House(
            client, control, [], Choices(demo_policy()), Moment(NOON), (TODAY, 4), changed=True
        )
        await house.is_ready()
        for question in questions:
            await house.ask("pat@example.com", question)


async def test_a_request_is_its_operation_the_ledger_the_fill_and_the_call(
    traces: Traces, exporter: InMemorySpanExporter
) -> None:
    await asked(traces, INVOICES)
    spans = [s for s in exporter.get_finished_spans() if s.name != "GET /health/ready"]
    call = "GET accounting/v2/tenant/{tenant}/invoices"
    assert tree(tuple(spans)) == {
        "POST /graphql": {"graphql": {"ledger.read": {}, "cache.fill": {call: {}}}}
    }
    request, operation = (of_name(tuple(spans), of) for of in ("POST /graphql", "graphql"))
    assert request.kind is SpanKind.SERVER
    assert dict(request.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "portal.request_id": (request.attributes or {})["portal.request_id"],
    }
    assert dict(operation.attributes or {}) == {
        "graphql.document.digest": digest_of(INVOICES),
        "graphql.operation.type": "query",
        "graphql.operation.name": "Bills",
        "portal.outcome": "whole",
        "portal.upstream.calls": 1,
        "portal.upstream.saved": 0,
    }
    upstream = of_name(tuple(spans), call)
    assert upstream.kind is SpanKind.CLIENT
    assert dict(upstream.attributes or {}) == {
        "http.request.method": "GET",
        "url.template": "accounting/v2/tenant/{tenant}/invoices",
        "http.response.status_code": 200,
        "portal.resource": "invoices",
        "portal.call": 1,
    }
    assert dict(of_name(tuple(spans), "cache.fill").attributes or {}) == {
        "portal.resource": "invoices",
        "portal.by": "customer_id",
    }


async def test_lg1_no_span_names_anybody_nor_tells_what_anything_costs(
    traces: Traces, exporter: InMemorySpanExporter
) -> None:
    await asked(traces, INVOICES, '{ viewer { email } invoice(id: "hunter2") { id } }')
    told = " ".join(span.to_json() for span in exporter.get_finished_spans())
    assert personal(TODAY, 4).found_in(told) == set()
    assert not [word for word in ("hunter2", "pat@", "eyJ", "Bearer", "total") if word in told]


async def test_lg2_what_was_raised_is_told_by_its_type(
    traces: Traces, exporter: InMemorySpanExporter
) -> None:
    with pytest.raises(RuntimeError), traces.step("ledger.write", {}):
        raise RuntimeError("hunter2 owes 120.00")
    (span,) = exporter.get_finished_spans()
    assert (span.attributes or {})["error.type"] == "RuntimeError"
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert span.events == ()
    assert "hunter2" not in span.to_json()


async def test_a_client_cannot_have_its_requests_traced(exporter: InMemorySpanExporter) -> None:
    none = Traces(SimpleSpanProcessor(exporter), share=1e-12)
    await asked(none, INVOICES)
    assert exporter.get_finished_spans() == ()


async def test_a_write_is_traced_by_the_template_of_its_path() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        grant = {"access_token": "t", "expires_in": 900}
        return httpx.Response(200, json=grant if request.url.path == "/connect/token" else {})

    steps = Steps()
    client = connect(settings().connection(), transport=httpx.MockTransport(answer))
    with traced_by(steps):
        await client.books.sell_estimate(600106, 71)
    await client.aclose()
    ((_, told),) = steps.taken
    assert told["url.template"] == "sales/v2/tenant/{tenant}/estimates/{id}/sell"
    assert told["http.request.method"] == "PUT"
    assert "600106" not in str(steps.taken)


def test_where_nobody_traces_a_step_is_nothing() -> None:
    with step("ledger.read") as one, step("cache.fill", {"a": 1}) as two:
        one.tell("a", 1)
    assert one is two


class Tracer:
    """A tracer that must not be told anything."""

    def step(self, name: str, told: Mapping[str, seam.Told]) -> Any:  # noqa: ANN401  # never returns
        """Refuse."""
        raise AssertionError((name, told))


def test_who_traces_does_so_within_the_block_alone() -> None:
    with traced_by(Tracer()), pytest.raises(AssertionError):
        step("ledger.read")
    with step("ledger.read"):
        pass


async def test_without_an_address_nothing_of_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "gateway.traces")
    assert tracing_of(settings()) is None
    assert "gateway.traces" not in sys.modules
    async with ready_house() as house:
        assert house.steps.taken != []


async def test_with_one_spans_are_sent_there_and_the_rest_in_the_end() -> None:
    tracing = tracing_of(settings(traces_url="http://127.0.0.1:9/v1/traces", traces_share=0.5))
    assert isinstance(tracing, importlib.import_module("gateway.traces").Traces)
    await tracing.aclose()


def test_without_the_extra_the_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "gateway.traces")
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:  # noqa: ANN401  # as Python's own
        if name.startswith("opentelemetry"):
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError, match=r"PORTAL_TRACES_URL needs .*portal-gateway\[otel\]"):
        tracing_of(settings(traces_url="http://collector:4318/v1/traces"))
