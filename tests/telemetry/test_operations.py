"""What an operation leaves behind: a part of its request's line, and counts."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.cache.usage import Usage
from gateway.counts import BUCKETS, MOST_CODES, Ended, Histogram, Kind, Outcome, StreetCounts
from gateway.guesses import MANY, REMEMBERED, WINDOW_SECONDS, Guesses
from gateway.watching import MOST_ERRORS, Watch, digest_of
from resolvers.viewer import ANONYMOUS, Viewer, ViewerKind
from tests.house import House, ready_house

HOME = "query Home { viewer { email } }"


def line_of(house: House) -> dict[str, Any]:
    """Return the last request's line, but for what differs each time."""
    (*_, line) = [line for line in house.logs if line["event"] == "request"]
    return {name: value for name, value in line.items() if name not in {"ms", "log_level"}}


async def test_lg4_one_line_tells_which_operation_by_what_door_how_long_and_at_what_cost() -> None:
    async with ready_house() as house:
        await house.ask("pat@example.com", HOME)
        told = line_of(house)
        assert told == {
            "event": "request",
            "method": "POST",
            "path": "/graphql",
            "status": 200,
            "kind": "query",
            "operation": "Home",
            "document": digest_of(HOME),
            "calls": 0,
            "saved": 0,
            "stale_seconds": 0,
        }
        invoices = "{ viewer { invoices(first: 1) { nodes { number } } } }"
        await house.ask("pat@example.com", invoices)
        await house.ask("pat@example.com", invoices)
        first, second = [line for line in house.logs if line.get("operation", "") is None][-2:]
        assert (first["calls"] > 0, second["calls"]) == (True, 0)
        assert second["saved"] > 0


@pytest.mark.parametrize(
    ("query", "kind", "name", "codes"),
    [
        ("{ viewer { ", "unread", None, ["BAD_USER_INPUT"]),
        ("{ nothing }", "unread", None, ["BAD_USER_INPUT"]),
        ('query One { invoice(id: "x") { id } }', "query", "One", ["NOT_FOUND"]),
        (
            'query { a: invoice(id: "x") { id } b: job(id: "y") { id } }',
            "query",
            None,
            ["NOT_FOUND"],
        ),
        ("query " + "N" * 200 + " { viewer { email } }", "query", "N" * 64, None),
        ("query A { viewer { email } } query B { viewer { email } }", "unread", None, None),
    ],
)
async def test_errors_are_told_by_their_codes_and_names_by_their_beginning(
    query: str, kind: str, name: str | None, codes: list[str] | None
) -> None:
    async with ready_house() as house:
        await house.ask("pat@example.com", query)
        line = line_of(house)
    assert (line["kind"], line["operation"]) == (kind, name)
    if codes is not None:
        assert line["codes"] == codes


async def test_lg4_neither_literals_nor_variables_are_logged_or_traced() -> None:
    async with ready_house() as house:
        asked = (
            'query Q($of: ID!) { invoice(id: $of) { id } job(id: "card 4111111111111111") { id } }'
        )
        await house.ask("pat@example.com", asked, of="hunter2")
        told = house.told_since((0, 0))
    assert "4111111111111111" not in told
    assert "hunter2" not in told


def samples(families: list[Any], name: str) -> dict[tuple[str, ...], float]:
    """Return the samples of this metric, by the values of their labels."""
    (family,) = [of for of in families if of.name == f"portal_gateway_{name}"]
    return {tuple(of.labels.values()): of.value for of in family.samples}


async def test_operations_are_counted_by_kind_and_outcome_and_errors_by_code() -> None:
    async with ready_house() as house:
        await house.ask("pat@example.com", HOME)
        await house.ask("pat@example.com", "{ nothing }")
        await house.ask("pat@example.com", '{ viewer { email } invoice(id: "x") { id } }')
        await house.ask(None, '{ job(id: "x") { id } invoice(id: "x") { id } }')
        families = await house.metrics()
    assert samples(families, "operations") == {
        ("query", "whole"): 1,
        ("unread", "failed"): 1,
        ("query", "partial"): 1,
        ("query", "failed"): 1,
    }
    assert samples(families, "operation_errors") == {
        ("BAD_USER_INPUT",): 1,
        ("NOT_FOUND",): 1,
        ("UNAUTHENTICATED",): 2,
    }
    assert samples(families, "records_not_found") == {("CUSTOMER",): 1}
    assert samples(families, "records_not_found_most") == {(): 1}
    assert samples(families, "viewers_guessing") == {(): 0}


async def test_az5_who_asks_for_many_records_that_are_not_theirs_is_noticed_and_not_named() -> None:
    aliases = " ".join(f'a{n}: invoice(id: "x{n}") {{ id }}' for n in range(15))
    async with ready_house() as house:
        for _ in range(2):
            await house.ask("pat@example.com", f"{{ {aliases} }}")
        families = await house.metrics()
        (line,) = [line for line in house.logs if line.get("what") == "records guessed"]
    assert samples(families, "viewers_guessing") == {(): 1}
    assert samples(families, "records_not_found") == {("CUSTOMER",): 30}
    assert line["count"] == MANY
    assert "@" not in line["viewer_key"]


def test_guesses_are_counted_in_windows_and_told_once_in_each() -> None:
    now = 0.0
    guesses = Guesses(lambda: now)
    with capture_logs() as logs:
        for _ in range(MANY - 1):
            guesses.add("one", 1)
        assert (guesses.guessing(), guesses.most(), logs) == (0, MANY - 1, [])
        guesses.add("one", 1)
        guesses.add("one", 5)
        guesses.add("two", 1)
        assert (guesses.guessing(), guesses.most(), len(logs)) == (1, MANY + 5, 1)
        now = WINDOW_SECONDS - 0.1
        assert guesses.guessing() == 1
        now = WINDOW_SECONDS
        assert (guesses.guessing(), guesses.most()) == (0, 0)
        guesses.add("one", MANY)
        assert (guesses.guessing(), len(logs)) == (1, 2)


def test_guesses_remember_those_who_missed_last_and_no_more() -> None:
    guesses = Guesses(lambda: 0.0)
    guesses.add("first", MANY - 1)
    for of in range(REMEMBERED):
        guesses.add(str(of), 1)
    assert guesses.most() == 1


def test_a_duration_falls_into_the_bucket_that_it_does_not_exceed() -> None:
    histogram = Histogram()
    for seconds in (0.0, 0.005, 0.0051, 3.0, 10.0, 99.0):
        histogram.add(seconds)
    assert len(histogram.buckets) == len(BUCKETS) + 1
    told = dict(zip([*BUCKETS, None], histogram.buckets, strict=True))
    assert {bound: count for bound, count in told.items() if count} == {
        0.005: 2,
        0.01: 1,
        3.0: 1,
        10.0: 1,
        None: 1,
    }
    assert histogram.total == pytest.approx(112.0101)


def test_a_subscription_has_no_duration_and_codes_are_bounded() -> None:
    counts = StreetCounts()
    codes = tuple(f"CODE_{n}" for n in range(MOST_CODES + 5))
    counts.ended(Ended(Kind.SUBSCRIPTION, Outcome.FAILED, 3600.0, codes))
    assert counts.durations == {}
    assert len(counts.errors) == MOST_CODES + 1
    assert counts.errors["OTHER"] == 5


def test_of_a_subscription_that_fails_for_hours_no_more_is_kept_than_may_be() -> None:
    watch = Watch()
    error = {"errors": [{"extensions": {"code": "UPSTREAM_BUSY"}}], "data": None}
    with capture_logs(), watch.subscription("subscription S { changed { id } }", ANONYMOUS) as of:
        assert watch.counts.subscriptions == 1
        for _ in range(MOST_ERRORS + 10):
            of.told(error)
    assert watch.counts.subscriptions == 0
    assert watch.counts.errors == {"UPSTREAM_BUSY": MOST_ERRORS}


def test_outside_of_a_request_an_operation_has_a_line_of_its_own() -> None:
    watch = Watch(now=iter((1.0, 1.5)).__next__)
    viewer = Viewer(ViewerKind.CUSTOMER, "key", "pat@example.com")
    with capture_logs() as logs, watch.operation("{ a }", viewer) as watched:
        watched.usage = Usage(calls=2, saved=3, stale_seconds=4)
        watched.told({"data": {}})
    assert logs == [
        {
            "event": "operation",
            "log_level": "info",
            "kind": "unread",
            "operation": None,
            "document": digest_of("{ a }"),
            "ms": 500.0,
            "calls": 2,
            "saved": 3,
            "stale_seconds": 4,
        }
    ]


def test_what_raises_is_counted_as_failed() -> None:
    watch = Watch()
    with (
        capture_logs(),
        pytest.raises(ValueError, match="gone"),
        watch.operation("{ a }", ANONYMOUS),
    ):
        raise ValueError("gone")
    assert watch.counts.operations == {(Kind.UNREAD, Outcome.FAILED): 1}
