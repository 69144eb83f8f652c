"""What Prometheus fetches: exact figures in its format, on a port of its own."""

import asyncio
import re
import socket
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from adapters.changes.counts import FeedCounts
from adapters.changes.follower import Follower
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.client import connect
from adapters.servicetitan.counters import Counters
from adapters.servicetitan.pacing import Allowance
from adapters.servicetitan.priority import Priority
from gateway.counts import StreetCounts
from gateway.guesses import Guesses
from gateway.metrics.books import KEPT_SECONDS, Books
from gateway.metrics.families import (
    MEDIA_TYPE,
    PREFIX,
    Family,
    by,
    counter,
    exposition,
    gauge,
    histogram,
    together,
)
from gateway.metrics.serving import metrics_app, metrics_listener, serving_metrics
from gateway.metrics.upstream import MOST_ODDITIES, upstream
from gateway.routes import route_of
from gateway.serving import PortTaken, listen, port_of
from gateway.setting_spellings import HostPort
from tests.house import IN_MEMORY, ready_house, settings
from tests.telemetry.test_operations import samples

UNITS = ("_seconds", "_bytes", "_per_second")
NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)


async def test_calls_and_what_memory_saved_are_told_by_module_and_kind() -> None:
    async with ready_house() as house:
        before = samples(await house.metrics(), "upstream_calls")
        query = "{ viewer { invoices(first: 1) { nodes { number } } } }"
        for _ in range(2):
            await house.ask("pat@example.com", query)
        made = await house.calls()
        families = await house.metrics()
    calls = Counter(samples(families, "upstream_calls")) - Counter(before)
    assert made == {"invoices?customerId=1001": 1}
    assert calls == {("accounting", "200"): 1}
    assert samples(families, "operation_upstream_calls") == {(): made.total()}
    answered = samples_of(families, "cache_answer_age_seconds", "_count")
    missed = samples(families, "cache_misses")
    assert answered[("invoices", "accounting")] == missed[("invoices", "accounting")] > 0
    assert samples(families, "upstream_turns")[("people",)] == made.total() + 4  # the directory's
    assert samples(families, "upstream_breaker")[("accounting", "closed")] == 1
    assert samples(families, "upstream_breaker")[("accounting", "open")] == 0


def samples_of(families: list[Family], name: str, suffix: str) -> dict[tuple[str, ...], float]:
    """Return the samples of this metric that end like that."""
    (family,) = [of for of in families if of.name == f"{PREFIX}{name}"]
    return {tuple(of.labels.values()): of.value for of in family.samples if of.suffix == suffix}


async def test_every_metric_is_one_by_prometheus_own_reading_and_conventions() -> None:
    async with ready_house() as house:
        await house.ask("pat@example.com", "{ viewer { email } }")
        families = await house.metrics()
    read = {of.name: of for of in text_string_to_metric_families(exposition(families).decode())}
    assert list(read) == [of.name for of in families]
    assert len(read) == len(families) > 50
    for family in families:
        assert re.fullmatch(r"(portal_gateway|process)_[a-z_]+[a-z]", family.name)
        assert family.help.endswith(".")
        assert not family.name.endswith(("_total", "_count", "_sum", "_bucket"))
        if "duration" in family.name or "age" in family.name.split("_"):
            assert family.name.endswith(UNITS)
        for sample in family.samples:
            assert len(sample.labels) <= 3
            assert all(re.fullmatch("[a-z_]+", name) for name in sample.labels)
    told = {of.name: [s.value for s in of.samples] for of in read.values()}
    ours = {of.name: [s.value for s in of.samples] for of in families}
    assert told == ours


def test_a_histogram_counts_what_is_below_each_bound() -> None:
    told = histogram("x_seconds", "X.", (0.5, 3.0), [({"kind": "query"}, [2, 1, 4], 20.5)])
    assert exposition([told]).decode().splitlines()[2:] == [
        'portal_gateway_x_seconds_bucket{kind="query",le="0.5"} 2.0',
        'portal_gateway_x_seconds_bucket{kind="query",le="3.0"} 3.0',
        'portal_gateway_x_seconds_bucket{kind="query",le="+Inf"} 7.0',
        'portal_gateway_x_seconds_count{kind="query"} 7.0',
        'portal_gateway_x_seconds_sum{kind="query"} 20.5',
    ]


def test_what_several_tell_of_one_metric_stands_in_one_place() -> None:
    one = [counter("a", "A.", 1), gauge("b", "B.", 2.0)]
    two = [gauge("b", "B.", None), counter("a", "A.", by("of", {"x": 3}))]
    labelled = [
        [of.labelled({"worker": str(n)}) for of in group] for n, group in ((1, one), (2, two))
    ]
    assert exposition(together(labelled)).decode().splitlines() == [
        "# HELP portal_gateway_a_total A.",
        "# TYPE portal_gateway_a_total counter",
        'portal_gateway_a_total{worker="1"} 1.0',
        'portal_gateway_a_total{of="x",worker="2"} 3.0',
        "# HELP portal_gateway_b B.",
        "# TYPE portal_gateway_b gauge",
        'portal_gateway_b{worker="1"} 2.0',
    ]


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/graphql", "/graphql"),
        ("/documents/secret", "/documents/*"),
        ("/calendar/secret.ics", "/calendar/*"),
        ("/links/exchange", "/links/exchange"),
        ("/links/exchange/secret", "other"),
        ("/webhooks/servicetitan", "/webhooks/*"),
        ("/wp-admin/pat@example.com", "other"),
        ("/graphql/", "other"),
        ("", "other"),
    ],
)
def test_a_route_is_one_of_a_few_words_whatever_is_asked(path: str, route: str) -> None:
    assert route_of(path) == route


async def test_refused_links_and_made_up_places_are_counted_in_words_of_ours() -> None:
    async with ready_house() as house:
        for secret in ("x" * 43, "y"):
            answer = await house.gateway.post("/links/exchange", json={"secret": secret})
            assert answer.status_code == 404
        await house.gateway.post("/links/exchange", content=b"[")
        await house.gateway.get("/wp-admin/pat@example.com")
        await house.gateway.post("/webhooks/servicetitan", json={})
        families = await house.metrics()
    assert samples(families, "link_exchanges") == {("failed",): 1, ("refused",): 2}
    assert samples(families, "webhook_events_refused") == {("no key",): 1}
    requests = samples(families, "http_requests")
    assert requests[("other", "404")] == 1
    assert requests[("/webhooks/*", "404")] == 1
    assert not any("pat" in part for labels in requests for part in labels)


async def test_metrics_are_not_to_be_had_on_the_public_port() -> None:
    async with ready_house() as house:
        assert (await house.gateway.get("/metrics")).status_code == 404


async def test_they_are_served_on_a_port_of_their_own_and_nothing_else_is() -> None:
    async def families() -> list[Family]:
        return [gauge("x", "X.", 1)]

    listener = listen("127.0.0.1", 0)
    base = f"http://127.0.0.1:{port_of(listener)}"
    async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
        with capture_logs():
            async with serving_metrics(listener, families):
                answer = await client.get("/metrics")
                statuses = [
                    (await client.get("/graphql")).status_code,
                    (await client.post("/metrics")).status_code,
                ]
        with pytest.raises(httpx.TransportError):
            await client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    assert answer.text.splitlines()[-1] == "portal_gateway_x 1.0"
    assert statuses == [404, 405]


async def test_without_a_port_nothing_is_served() -> None:
    async def families() -> list[Family]:
        raise AssertionError

    async with serving_metrics(None, families):
        assert metrics_listener(settings(metrics_address=None)) is None


def test_an_address_that_was_chosen_must_be_free_and_another_may_be_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = HostPort("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(PortTaken, match=r"another with PORTAL_METRICS_ADDRESS\.$"):
            metrics_listener(settings(metrics_address=place))
        usual = settings()
        assert usual.metrics_address == ("127.0.0.1", 9464)
        monkeypatch.setattr(type(usual), "metrics_address", place, raising=False)
        monkeypatch.setitem(usual.__dict__, "metrics_address", place)
        with capture_logs() as logs:
            assert metrics_listener(usual) is None
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("metrics not served", "warning")
    chosen = metrics_listener(settings(metrics_address=HostPort("127.0.0.1", 0)))
    assert chosen is not None
    chosen.close()


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.at


async def test_the_ledger_is_asked_once_however_many_fetch_and_again_after_a_while() -> None:
    ledger, clock = Ledger(IN_MEMORY), Clock()
    await ledger.open()
    asked = 0
    read = ledger.read

    async def counted(work: object, *, takes_long: bool) -> object:
        nonlocal asked
        asked += 1
        assert takes_long, "a count over all rows keeps the loop waiting"
        return await read(work, takes_long=takes_long)  # type: ignore[arg-type]  # handed on as it is

    ledger.read = counted  # type: ignore[method-assign,assignment]  # it counts, and asks
    books = Books(ledger, clock)
    await asyncio.gather(*(books.families(NOON) for _ in range(5)))
    assert asked == 1
    clock.at = KEPT_SECONDS
    await books.families(NOON)
    assert asked == 2
    await ledger.aclose()


async def test_a_ledger_that_does_not_answer_is_told_of_and_not_waited_for() -> None:
    ledger = Ledger("postgresql+asyncpg://nobody@127.0.0.1:9/none")
    read = ledger.read

    async def never(_work: object) -> object:
        raise AssertionError

    ledger.read = never  # type: ignore[method-assign,assignment]  # nobody is to ask
    families = await Books(ledger).families(NOON)
    ledger.read = read  # type: ignore[method-assign]  # as it was
    assert samples(families, "ledger_up") == {(): 0}
    assert samples(families, "audit_entries") == {}
    with pytest.raises(LedgerUnavailable):
        await ledger.open()
    assert samples(await Books(ledger).families(NOON), "payment_attempts") == {}
    await ledger.aclose()


def test_feed_lag_is_told_by_who_follows_the_feeds_alone() -> None:
    from gateway.metrics.hearing import feeds  # noqa: PLC0415  # beside what it is tested with

    class Followed(Follower):
        """A follower that was given counts."""

        def __init__(self, *, is_leading: bool) -> None:
            self.counts = {
                "invoices": FeedCounts(read_at=NOON - timedelta(seconds=90)),
                "jobs": FeedCounts(),
            }
            self.is_leading = is_leading

    told = feeds(Followed(is_leading=True), NOON)
    assert samples(told, "feed_lag_seconds") == {("invoices",): 90}
    assert samples(told, "feeds_followed") == {(): 1}
    told = feeds(Followed(is_leading=False), NOON)
    assert samples(told, "feed_lag_seconds") == {}
    assert samples(told, "feeds_followed") == {(): 0}


async def test_fields_that_cannot_be_read_are_told_apart_up_to_a_bound() -> None:
    client = connect(settings().connection())
    client.oddities.update({f"resource.field{n}": 2 for n in range(MOST_ODDITIES + 3)})
    told = samples(upstream(client, Allowance.of(60), 0.0), "upstream_fields_unreadable")
    await client.aclose()
    assert len(told) == MOST_ODDITIES + 1
    assert told[("OTHER",)] == 6


async def test_metrics_that_fail_are_a_failed_fetch_and_harm_nobody() -> None:
    async def families() -> list[Family]:
        raise RuntimeError("hunter2")

    transport = httpx.ASGITransport(metrics_app(families), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://metrics") as client:
        answer = await client.get("/metrics")
    assert (answer.status_code, "hunter2" in answer.text) == (500, False)


def test_counts_of_the_street_begin_with_nothing() -> None:
    assert (StreetCounts().requests, Guesses().most()) == (Counter(), 0)
    assert Counters().turns[Priority.MONEY] == 0
