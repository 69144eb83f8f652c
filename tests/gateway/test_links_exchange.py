"""POST /links/exchange: a secret in, a token out, and one answer for all that opens nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs

from adapters.ledger.audit import Audit, By
from adapters.ledger.direct_links import DirectLinks, LinkKind
from adapters.ledger.ledger import Ledger
from gateway.http.links import MISSES_AT_ONCE, PATH, LinkExchange
from gateway.http.middleware import street_side
from gateway.http.rates import Misses, network_of
from gateway.identity.links import LinkTokens
from resolvers.ids import global_id
from resolvers.viewer import Link, ViewerKind
from tests.gateway.conftest import Clock

NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
SAM = By("sam@office.example", "request-1", NOON)
FRONT_END = "https://portal.example.com"
GONE = {
    "errors": [
        {
            "message": "This link opens nothing any more. Ask the office for a new one.",
            "extensions": {"code": "NOT_FOUND"},
        }
    ]
}


@dataclass
class Street:
    """The endpoint as it stands behind its middleware, and the book behind it."""

    client: httpx.AsyncClient
    links: DirectLinks
    ledger: Ledger
    tokens: LinkTokens
    clock: Clock

    def now(self) -> datetime:
        """Tell the time of the book."""
        return datetime.fromtimestamp(self.clock(), UTC)

    async def make(self, kind: LinkKind, *ids: int, days: int = 1) -> tuple[int, str]:
        """Make a link; return its id and its secret."""
        link, secret = await self.links.create(kind, ids, SAM, NOON + timedelta(days=days))
        return link.id, secret

    async def exchange(self, secret: str, **headers: str) -> httpx.Response:
        """Send a secret."""
        return await self.client.post(PATH, json={"secret": secret}, headers=headers)

    async def entries(self) -> list[str]:
        """Return what the trail tells, in its words."""
        return [entry.action.value for _, entry in await Audit(self.ledger).read()]


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    ledger, clock = Ledger("sqlite+aiosqlite://"), Clock(NOON.timestamp())
    await ledger.open()
    links = DirectLinks(ledger, lambda: datetime.fromtimestamp(clock(), UTC))
    tokens = LinkTokens(b"a secret of the tests", 7, clock)
    misses = Misses(MISSES_AT_ONCE, 3.0, now=clock)
    app = Starlette(
        routes=[Route(PATH, LinkExchange(links, tokens, misses))],
        middleware=street_side(public_url=None, cors_origins=[FRONT_END]),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as client:
        yield Street(client, links, ledger, tokens, clock)
    await ledger.aclose()


def told(response: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """Return status, body and headers, without what names the request itself."""
    headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
    return response.status_code, response.json(), headers


async def test_a_secret_is_exchanged_for_a_token_of_its_link_alone(street: Street) -> None:
    link, secret = await street.make(LinkKind.PAYMENT_LINK, 310169)
    answer = await street.exchange(secret)
    assert answer.status_code == 200
    body = answer.json()
    assert body == {
        "accessToken": body["accessToken"],
        "expiresIn": 900,
        "kind": "PAYMENT_LINK",
        "ids": [global_id("Invoice", 310169)],
    }
    viewer = await street.tokens.viewer(body["accessToken"])
    assert viewer.link == Link(link, ViewerKind.PAYMENT_LINK, (310169,))
    assert (viewer.email, viewer.staff) == (None, None)


async def test_an_estimate_link_names_its_estimates(street: Street) -> None:
    _, secret = await street.make(LinkKind.ESTIMATE_LINK, 12, 11)
    body = (await street.exchange(secret)).json()
    assert body["kind"] == "ESTIMATE_LINK"
    assert body["ids"] == [global_id("Estimate", 12), global_id("Estimate", 11)]


async def test_it_may_be_exchanged_again_and_is_written_down_once(street: Street) -> None:
    _, secret = await street.make(LinkKind.PAYMENT_LINK, 1)
    answers = await asyncio.gather(*(street.exchange(secret) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert await street.entries() == ["link.created", "link.exchanged"]


async def test_all_that_opens_nothing_is_answered_alike(street: Street) -> None:
    _, live = await street.make(LinkKind.PAYMENT_LINK, 1, days=9)
    ended, revoked = await street.make(LinkKind.PAYMENT_LINK, 1, days=9)
    await street.links.revoke(ended, SAM)
    _, expired = await street.make(LinkKind.PAYMENT_LINK, 1)
    street.clock.now += 86_400
    flipped = ("A" if live[0] != "A" else "B") + live[1:]
    wrong = [expired, revoked, flipped, live[:-1], live + "A", live + "=", f" {live}", "A" * 43]
    wrong += ["", "\N{SNOWMAN}" * 43, "A" * 500, "A" * 100_000, "A" * 1_000_000, "' OR 1=1 --"]
    before = await street.entries()
    answers = [told(await street.exchange(secret)) for secret in wrong]
    assert answers == [(404, GONE, answers[0][2])] * len(wrong)
    assert answers[0][2] == {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "content-length": answers[0][2]["content-length"],
        "content-type": "application/json",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "vary": "Origin",
        "x-content-type-options": "nosniff",
    }
    assert await street.entries() == before
    assert (await street.exchange(live)).status_code == 200


async def test_an_expired_link_is_dead_to_the_second(street: Street) -> None:
    _, secret = await street.make(LinkKind.PAYMENT_LINK, 1)
    street.clock.now += 86_399
    assert (await street.exchange(secret)).status_code == 200
    street.clock.now += 1
    assert told(await street.exchange(secret))[:2] == (404, GONE)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_nothing_but_a_post_has_an_effect(street: Street, method: str) -> None:
    _, secret = await street.make(LinkKind.PAYMENT_LINK, 1)
    for _ in range(50):
        answer = await street.client.request(method, PATH, params={"secret": secret})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert await street.entries() == ["link.created"]
    (row,) = (await street.links.get([1])).values()
    assert row.last_used_at is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b'{"secret": 1}',
        b'{"secret": null}',
        b'{"secret": ["x"]}',
        b'{"token": "x"}',
        b'{"Secret": "x"}',
        b'{"secret": "x", "more": 1}',
        b'{"secret": "x", "secret": "y"}',
        b'{"secret": "x"} ',
        b'\xef\xbb\xbf{"secret": "x"}',
        b'{"secret": "\xff"}',
        b'{"secret": "\\ud800"}',
    ],
)
async def test_a_body_of_another_shape_is_asked_for_again(street: Street, body: bytes) -> None:
    is_fine = body.endswith(b" ")  # white space around it is JSON
    answer = await street.client.post(
        PATH, content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == (404 if is_fine else 400)
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "NOT_FOUND" if is_fine else "BAD_USER_INPUT"}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_form_of_a_foreign_page_is_not_read(street: Street, kind: str) -> None:
    _, secret = await street.make(LinkKind.PAYMENT_LINK, 1)
    answer = await street.client.post(
        PATH, content=json.dumps({"secret": secret}), headers={"content-type": kind}
    )
    assert answer.status_code == 415
    assert await street.entries() == ["link.created"]


async def test_a_body_that_is_too_long_without_saying_so_is_not_read_on(street: Street) -> None:
    sent: list[int] = []

    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"secret": "'
        for turn in range(1000):
            sent.append(turn)
            yield b"A" * 1024

    answer = await street.client.post(
        PATH, content=chunks(), headers={"content-type": "application/json"}
    )
    assert told(answer)[:2] == (404, GONE)


async def test_front_ends_may_ask_from_their_own_origin(street: Street) -> None:
    asked = {
        "origin": FRONT_END,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    before = await street.client.options(PATH, headers=asked)
    assert (before.status_code, before.headers["access-control-allow-origin"]) == (200, FRONT_END)
    _, secret = await street.make(LinkKind.PAYMENT_LINK, 1)
    answer = await street.exchange(secret, origin=FRONT_END)
    assert answer.headers["access-control-allow-origin"] == FRONT_END
    foreign = await street.exchange(secret, origin="https://evil.example")
    assert "access-control-allow-origin" not in foreign.headers


async def test_no_secret_and_no_token_is_in_any_log(street: Street) -> None:
    _, secret = await street.make(LinkKind.PAYMENT_LINK, 1)
    wrong = "B" * 43
    with capture_logs() as logs:
        token = (await street.exchange(secret)).json()["accessToken"]
        await street.exchange(wrong)
        await street.client.get(f"{PATH}?secret={secret}")
        await street.client.get(f"{PATH}/{wrong}")
    assert [entry.get("what") for entry in logs].count("link refused") == 1
    lines = json.dumps(logs)
    assert [part for part in (secret, token, wrong) if part in lines] == []


async def test_without_its_ledger_it_says_so_and_lets_nobody_in(street: Street) -> None:
    _, secret = await street.make(LinkKind.PAYMENT_LINK, 1)
    broken = Ledger("sqlite+aiosqlite:////nowhere/at/all/ledger.db")
    app = Starlette(
        routes=[Route(PATH, LinkExchange(DirectLinks(broken, street.now), street.tokens))]
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://portal.test"
    ) as client:
        answer = await client.post(PATH, json={"secret": secret})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.json()["errors"][0]["extensions"] == {"code": "UPSTREAM_UNAVAILABLE"}
    await broken.aclose()


async def test_who_is_wrong_too_often_must_wait_and_keeps_nobody_out(street: Street) -> None:
    _, secret = await street.make(LinkKind.PAYMENT_LINK, 1)
    statuses = [(await street.exchange("A" * 43)).status_code for _ in range(MISSES_AT_ONCE + 2)]
    assert statuses == [404] * MISSES_AT_ONCE + [429] * 2
    answer = await street.exchange("A" * 43)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
    assert (await street.exchange(secret)).status_code == 200
    street.clock.now += 3
    assert (await street.exchange(secret)).status_code == 200
    assert (await street.exchange("A" * 43)).status_code == 404
    assert (await street.exchange("A" * 43)).status_code == 429


def test_misses_are_counted_by_address_and_forgotten() -> None:
    clock = Clock(0.0)
    misses = Misses(2, 10.0, now=clock)
    for _ in range(2):
        assert misses.wait("192.0.2.1") == 0
        misses.add("192.0.2.1")
    assert (misses.wait("192.0.2.1"), misses.wait("192.0.2.2")) == (10, 0)
    clock.now = 10
    assert misses.wait("192.0.2.1") == 0
    clock.now = 1000
    misses.add("192.0.2.1")
    assert misses.wait("192.0.2.1") == 0


def test_misses_remember_a_bounded_number_of_addresses() -> None:
    misses = Misses(1, 10.0, remembered=3, now=Clock(0.0))
    for last in range(1, 6):
        misses.add(f"192.0.2.{last}")
    waits = [misses.wait(f"192.0.2.{last}") for last in range(1, 6)]
    assert waits == [0, 0, 10, 10, 10]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_of_ipv6_a_whole_network_is_one(address: str, network: str) -> None:
    assert network_of(address) == network
