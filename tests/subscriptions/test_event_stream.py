"""GraphQL over Server-Sent Events, by a client that knows no more of it than curl."""

import asyncio

import httpx
import pytest

from gateway.http import event_stream
from resolvers.policy import Subscriptions
from tests.changes.hearing import INVOICE, PAT
from tests.house import gid
from tests.subscriptions.talking import CHANGED, Street, events, street

EVENTS = "text/event-stream"
PORTAL = "{ portal { currency } }"
USD = {"portal": {"currency": "USD"}}


def told(of: object) -> object:
    return {"changed": {"type": "Invoice", "nodeId": of}}


async def ask(of: Street, query: str, accept: str, method: str = "POST") -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        url, headers = f"http://127.0.0.1:{of.port}/graphql", {"accept": accept}
        if method == "GET":
            return await client.get(url, params={"query": query}, headers=headers)
        return await client.post(url, json={"query": query}, headers=headers)


async def test_changes_are_events_until_the_client_leaves() -> None:
    async with street() as of:
        token = await of.house.token(PAT)
        async with events(of, token, "subscription { changed { type nodeId } }") as stream:
            assert stream.answer.headers["content-type"] == f"{EVENTS}; charset=utf-8"
            assert stream.answer.headers["cache-control"] == "no-store"
            assert stream.answer.headers["x-accel-buffering"] == "no"
            await of.listeners(1)
            for balance in ("1.00", "2.00"):
                await of.house.put("invoices", INVOICE, balance=balance)
                name, data = await stream.next()
                assert (name, data) == ("next", {"data": told(gid("open-invoice"))})
        await of.listeners(0)


async def test_a_query_is_one_event_and_the_end() -> None:
    for method in ("POST", "GET"):
        async with street() as of:
            answer = await ask(of, PORTAL, EVENTS, method)
            event, end, rest = answer.text.split("\n\n")
            assert (answer.status_code, end, rest) == (200, "event: complete\ndata:", "")
            assert event.startswith('event: next\ndata: {"data":{"portal":{"currency":"USD"}}')


async def test_what_cannot_run_is_told_in_an_event() -> None:
    async with street() as of:
        async with events(of, None) as stream:
            name, data = await stream.next()
            assert (name, data["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
            assert await stream.next() == ("complete", None)
        for query, code in [("{", "BAD_USER_INPUT"), ("{ nothing }", "BAD_USER_INPUT")]:
            answer = await ask(of, query, EVENTS)
            assert (answer.status_code, code in answer.text) == (200, True)
        answer = await ask(of, "mutation { revokeDirectLink { __typename } }", EVENTS, "GET")
        assert (answer.status_code, "errors" in answer.text) == (200, True)
        assert of.heard == 0


async def test_who_is_refused_is_so_by_the_status_as_ever() -> None:
    async with street() as of:
        async with events(of, "a.b.c") as stream:
            assert stream.answer.status_code == 401
            assert stream.answer.headers["content-type"] == "application/json"
        assert of.heard == 0


@pytest.mark.parametrize(
    ("accept", "subscription", "query"),
    [
        (EVENTS, EVENTS, EVENTS),
        (f"application/json, {EVENTS}", EVENTS, "application/json"),
        (f"{EVENTS}, application/json;q=0.5", EVENTS, EVENTS),
        (f"application/json, {EVENTS};q=0.1", EVENTS, "application/json"),
        (f"application/json, {EVENTS};q=0", None, "application/json"),
        ("application/json", None, "application/json"),
        ("application/graphql-response+json", None, "application/graphql-response+json"),
        ("*/*", None, "application/json"),
        ("text/*", None, None),
    ],
)
async def test_an_event_stream_is_given_to_who_asks_for_one(
    accept: str, subscription: str | None, query: str | None
) -> None:
    async with street() as of:
        for asked, expected in ((CHANGED, subscription), (PORTAL, query)):
            answer = await ask(of, asked, accept)
            if expected is None:
                assert answer.status_code == 406
                assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
            else:
                assert answer.headers["content-type"].partition(";")[0] == expected


async def test_a_comment_keeps_a_quiet_stream_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "KEEP_ALIVE_SECONDS", 0.05)
    async with street() as of, events(of, await of.house.token(PAT)) as stream:
        assert [await stream.next() for _ in range(2)] == [(":", None)] * 2
        await of.house.put("invoices", INVOICE, balance="1.00")
        names = [(await stream.next())[0] for _ in range(1)]
        while names[-1] == ":":
            names.append((await stream.next())[0])
        assert names[-1] == "next"


async def test_an_old_stream_ends_and_says_what_to_do() -> None:
    bounds = Subscriptions(lifetime_seconds=1)
    async with street(subscriptions=bounds) as of, events(of, await of.house.token(PAT)) as stream:
        name, data = await stream.next()
        assert (name, data["errors"][0]["extensions"]["code"]) == ("next", "CHANGES_MISSED")
        assert await stream.next() == ("complete", None)
        assert await stream.next() == ("end", None)
    await asyncio.sleep(0)


async def test_a_stream_is_a_connection_and_there_are_so_many() -> None:
    bounds = Subscriptions(connections_per_viewer=1)
    async with street(subscriptions=bounds) as of:
        token = await of.house.token(PAT)
        async with of.listen(PAT), events(of, token) as stream:
            assert stream.answer.status_code == 429
            assert stream.answer.headers["retry-after"] == "30"
        async with events(of, token) as stream:
            assert stream.answer.status_code == 200
