"""What viewers may ask in a minute, through the doors: told, charged, refused (GD-19)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest

from gateway.guard.buckets import ProcessBuckets
from gateway.guard.budgets import payer_of
from resolvers.policy import Limits
from resolvers.viewer import ANONYMOUS, Link, Staff, Viewer, ViewerKind
from tests.guard.asking import (
    GRAPHQL,
    INVOICES,
    KIND,
    MORGAN,
    PAT,
    asks,
    cost,
    policy,
    post,
    post_as_staff,
    refused,
    two_gateways,
)
from tests.house import House, ready_house
from tests.own_redis import HOW, redis_running
from tests.staff import STAFF, VIEWER_ONLY, staffed_house
from tests.subscriptions.talking import CHANGED, events, street

COSTLY = (
    "{ viewer { customers(first: 100) { nodes { name } } invoices(first: 100) { totalCount } } }"
)
"""Of one call, for both are the invoices, and two hundred rows: three points."""


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing come back while a test runs."""
    standing = partial(ProcessBuckets, lambda: 1000.0)
    monkeypatch.setattr("gateway.guard.opening.ProcessBuckets", standing)


@asynccontextmanager
async def bounded(**limits: int) -> AsyncIterator[House]:
    """Open a house whose viewers have so much."""
    async with ready_house(policy(**limits)) as house:
        yield house


async def test_an_answer_tells_what_it_was_reckoned_at_and_what_is_left() -> None:
    async with bounded(cost_per_minute=100) as house:
        told = (await post(house, PAT, asks(INVOICES))).json()
        assert told == {
            "data": {"viewer": {"invoices": {"totalCount": 7}}},
            "extensions": {
                "upstream": {"calls": 1, "saved": 0, "staleSeconds": 0},
                "cost": {"requested": 1, "remaining": 99, "perMinute": 100},
            },
        }
        assert cost(await post(house, PAT, asks(KIND))) == (0, 99)
        assert cost(await post(house, PAT, asks(COSTLY))) == (3, 96)


async def test_a_customer_who_asks_too_often_is_told_when_to_come_again() -> None:
    async with bounded(operations_per_minute=3) as house:
        for _ in range(3):
            assert (await post(house, PAT, asks(KIND))).status_code == 200
        await house.calls()
        answer = await post(house, PAT, asks(INVOICES))
        assert refused(answer) == 20_000
        assert await house.calls() == Counter()
        assert (await post(house, MORGAN, asks(KIND))).status_code == 200
        told = await post(house, PAT, asks(KIND), **GRAPHQL)
        refused(told)
        assert told.headers["content-type"].startswith("application/graphql-response+json")
        assert told.headers["cache-control"] == "no-store"


async def test_a_customer_who_asks_too_much_is_told_when_to_come_again() -> None:
    async with bounded(cost_per_minute=6) as house:
        assert cost(await post(house, PAT, asks(COSTLY))) == (3, 3)
        assert cost(await post(house, PAT, asks(COSTLY))) == (3, 0)
        await house.calls()
        assert refused(await post(house, PAT, asks(COSTLY))) == 30_000
        assert await house.calls() == Counter()
        assert cost(await post(house, PAT, asks(KIND))) == (0, 0)  # what costs nothing goes on


async def test_gd_19_fifty_costly_operations_at_once_are_throttled_and_the_others_are_not() -> None:
    async with bounded(cost_per_minute=60) as house:
        await house.token(PAT)
        await house.token(MORGAN)
        flood = [post(house, PAT, asks(COSTLY)) for _ in range(50)]
        *answers, other = await asyncio.gather(*flood, post(house, MORGAN, asks(COSTLY)))
        statuses = Counter(answer.status_code for answer in answers)
        assert statuses == {200: 20, 429: 30}
        for answer in answers:
            if answer.status_code == 429:
                refused(answer)
        assert cost(other) == (3, 57)
        assert (await house.calls())["invoices?customerId=1001"] == 1
        codes = {
            sample.labels["code"]: sample.value
            for family in await house.metrics()
            if family.name == "portal_gateway_operation_errors"
            for sample in family.samples
        }
        assert codes == {"RATE_LIMITED": 30.0}


DEAR = "This asks for too much at once: an operation may cost 2 points. Ask for fewer rows."


async def test_an_operation_above_the_ceiling_is_refused_however_much_is_left() -> None:
    async with bounded(cost_per_operation=2, operations_per_minute=2) as house:
        answer = await post(house, PAT, asks(COSTLY))
        told = {
            "message": DEAR,
            "extensions": {"code": "LIMIT_EXCEEDED", "limit": "cost"},
        }
        assert (answer.status_code, answer.json()) == (200, {"errors": [told]})
        assert await house.calls() == Counter()
        again = await post(house, PAT, asks(COSTLY), **GRAPHQL)
        assert (again.status_code, again.json()) == (400, {"errors": [told]})
        refused(await post(house, PAT, asks(KIND)))  # both counted as operations


async def test_what_a_minute_cannot_pay_is_above_the_ceiling() -> None:
    async with bounded(cost_per_operation=1000, cost_per_minute=2) as house:
        told = (await post(house, PAT, asks(COSTLY))).json()
        assert told["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "cost"}


@pytest.mark.parametrize(
    "body",
    [
        asks("{ viewer {"),
        asks("{ nothing }"),
        asks("{ a: __typename } { b: __typename }"),
        asks("query A { __typename } query B { __typename }"),
        {"documentId": "unknown"},
        asks("subscription { changed { type } }"),
    ],
)
async def test_what_cannot_be_run_counts_as_an_operation(body: dict[str, Any]) -> None:
    async with bounded(operations_per_minute=1) as house:
        assert (await post(house, PAT, body)).status_code in {200, 406}
        refused(await post(house, PAT, asks(KIND)))


async def test_what_an_operation_cost_beyond_its_reckoning_is_charged_with_the_next() -> None:
    async with bounded(cost_per_minute=100) as house:
        assert cost(await post(house, MORGAN, asks(INVOICES))) == (1, 99)
        assert (await house.calls()).total() == 3  # of three customers
        assert cost(await post(house, MORGAN, asks(KIND))) == (0, 97)
        assert cost(await post(house, MORGAN, asks(KIND))) == (0, 97)  # once
        assert cost(await post(house, MORGAN, asks(INVOICES))) == (1, 96)
        assert cost(await post(house, MORGAN, asks(KIND))) == (0, 96)  # it was remembered


async def test_nobody_in_particular_shares_the_budget_of_their_address() -> None:
    async with bounded(address_operations_per_minute=2) as house:
        ask = asks("{ portal { currency } }")
        for _ in range(2):
            assert (await post(house, None, ask)).status_code == 200
        refused(await post(house, None, ask))
        assert (await post(house, PAT, asks(KIND))).status_code == 200
        elsewhere = httpx.ASGITransport(house.app, client=("203.0.113.7", 1))  # type: ignore[arg-type]  # it is there
        async with httpx.AsyncClient(transport=elsewhere, base_url="http://gateway") as client:
            assert (await client.post("/graphql", json=ask)).status_code == 200


async def test_staff_have_a_budget_of_their_own_also_through_a_customers_eyes() -> None:
    bounds = policy(staff_operations_per_minute=2, operations_per_minute=1)
    async with staffed_house(bounds) as house:
        ask = asks("{ __typename }")
        for _ in range(2):
            assert (await post_as_staff(house, ask, STAFF)).status_code == 200
        refused(await post_as_staff(house, ask, STAFF))
        assert (await post_as_staff(house, ask, VIEWER_ONLY)).status_code == 200
        assert (await post(house, PAT, ask)).status_code == 200


LIMITS = Limits(
    operations_per_minute=1,
    cost_per_minute=2,
    address_operations_per_minute=3,
    address_cost_per_minute=4,
    staff_operations_per_minute=5,
    staff_cost_per_minute=6,
)
CUSTOMER = Viewer(ViewerKind.CUSTOMER, "digest", "a@example.com")
MEMBER = Staff("member", "staff@example.com", may_bill=True)


@pytest.mark.parametrize(
    ("viewer", "pays", "has"),
    [
        (CUSTOMER, "customer:digest", (1, 2)),
        (Viewer(ViewerKind.STAFF, "s", staff=MEMBER), "staff:member", (5, 6)),
        (Viewer(ViewerKind.CUSTOMER, "digest", staff=MEMBER), "staff:member", (5, 6)),
        (ANONYMOUS, "address:", (3, 4)),
        (
            Viewer(ViewerKind.PAYMENT_LINK, "l", link=Link(1, ViewerKind.PAYMENT_LINK, (2,))),
            "address:",
            (3, 4),
        ),
        (Viewer(ViewerKind.ESTIMATE_LINK, "l"), "address:", (3, 4)),
    ],
)
def test_who_pays_for_whom(viewer: Viewer, pays: str, has: tuple[int, int]) -> None:
    payer = payer_of(viewer, "203.0.113.7", LIMITS)
    assert payer.key.startswith(pays)
    assert (payer.allowed.operations, payer.allowed.cost) == has
    assert "203.0.113.7" not in payer.key


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_of_ipv6_a_whole_network_pays_together(one: str, other: str, *, same: bool) -> None:
    keys = {payer_of(ANONYMOUS, address, LIMITS).key for address in (one, other)}
    assert (len(keys) == 1) is same


async def test_two_gateways_share_a_budget_in_redis() -> None:
    async with redis_running() as own:
        if own is None:
            pytest.skip(HOW)
        async with two_gateways(policy(operations_per_minute=4), own.url) as (one, other):
            for house in (one, other, one, other):
                assert (await post(house, PAT, asks(KIND))).status_code == 200
            refused(await post(one, PAT, asks(KIND)))
            refused(await post(other, PAT, asks(KIND)))
            assert (await post(other, MORGAN, asks(KIND))).status_code == 200


async def test_operations_of_a_websocket_are_charged() -> None:
    bounds = policy(operations_per_minute=2, cost_per_operation=2)
    async with street(policy=bounds) as of, of.talk(await of.house.token(PAT)) as talk:
        assert (await talk.ask(KIND))["data"] == {"viewer": {"kind": "CUSTOMER"}}
        await talk.begin("dear", COSTLY)
        told = await talk.hear()
        assert (told["type"], told["id"]) == ("error", "dear")
        assert told["payload"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "cost"}
        await talk.begin("more", KIND)
        told = await talk.hear()
        assert (told["type"], told["id"]) == ("error", "more")
        (error,) = told["payload"]
        assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfterMs": 30_000}


async def test_a_subscription_is_one_operation_when_it_begins() -> None:
    async with street(policy=policy(operations_per_minute=1)) as of:
        token = await of.house.token(PAT)
        async with of.talk(token) as talk:
            await talk.listen(of)
            await talk.begin("more", KIND)
            assert (await talk.hear())["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
            await talk.begin("again", CHANGED)
            assert (await talk.hear())["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        async with events(of, token) as stream:
            name, told = await stream.next()
            assert name == "next"
            assert told["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
