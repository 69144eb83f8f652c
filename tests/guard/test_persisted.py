"""Documents by their names, through the doors: trusted ones, automatic ones, and none."""

import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from gateway.guard.kept_documents import ProcessDocuments, SharedDocuments
from resolvers.policy import WhichDocuments
from tests.guard.asking import (
    GRAPHQL,
    MORGAN,
    PAT,
    asks,
    holding,
    policy,
    post,
    post_as_staff,
    two_gateways,
)
from tests.house import House
from tests.own_redis import HOW, free_port, redis_running
from tests.staff import STAFF, staffed_house
from tests.subscriptions.talking import events, street

KIND = "query Kind { viewer { kind } }"
TAB = "query Tab($tab: JobTab!) { viewer { jobs(tab: $tab) { totalCount } } }"
CHANGED = "subscription { changed { nodeId type at } }"
BEGIN = 'mutation Confirm { confirmPayment(input: {paymentId: "x"}) { userErrors { code } } }'
OTHER = "query Other { viewer { kind } }"
IS_CUSTOMER = {"viewer": {"kind": "CUSTOMER"}}
NOT_FOUND = {
    "errors": [
        {
            "message": "PersistedQueryNotFound",
            "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
        }
    ]
}
NOT_TRUSTED = {
    "errors": [
        {
            "message": "Only documents that this portal was built with may be asked for.",
            "extensions": {"code": "DOCUMENT_NOT_TRUSTED"},
        }
    ]
}
MODES = list(WhichDocuments)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def automatic(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}}


@asynccontextmanager
async def built(folder: Path, mode: WhichDocuments = WhichDocuments.OPEN) -> AsyncIterator[House]:
    """Open a house with staff, whose front end was built with three documents."""
    path = folder / "documents.json"
    path.write_text(json.dumps({sha256(KIND): KIND, "tab-1": TAB, "confirm": BEGIN}))
    async with staffed_house(holding(mode), told={"trusted_documents": path}) as house:
        yield house


async def counted(house: House) -> dict[str, float]:
    """Return how many documents were asked for, by how they are known."""
    (family,) = [of for of in await house.metrics() if of.name == "portal_gateway_documents"]
    return {sample.labels["known"]: sample.value for sample in family.samples}


def data(answer: httpx.Response) -> Any:  # noqa: ANN401  # JSON
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


@pytest.mark.parametrize("mode", MODES)
async def test_a_trusted_document_is_asked_by_name_in_every_mode(
    tmp_path: Path, mode: WhichDocuments
) -> None:
    async with built(tmp_path, mode) as house:
        for name in (sha256(KIND), f"sha256:{sha256(KIND)}"):
            assert data(await post(house, PAT, {"documentId": name})) == IS_CUSTOMER
        body = {"documentId": "tab-1", "variables": {"tab": "UPCOMING"}, "operationName": "Tab"}
        assert data(await post(house, PAT, body)) == {"viewer": {"jobs": {"totalCount": 2}}}
        assert data(await post(house, PAT, automatic(KIND))) == IS_CUSTOMER
        assert data(await post(house, PAT, asks(KIND))) == IS_CUSTOMER  # to the letter
        assert data(await post(house, PAT, asks(KIND) | automatic(KIND))) == IS_CUSTOMER
        assert await counted(house) == {"trusted": 6.0}


async def test_a_trusted_document_is_asked_by_get(tmp_path: Path) -> None:
    async with built(tmp_path, WhichDocuments.ENFORCE) as house:
        headers = {"authorization": f"Bearer {await house.token(PAT)}"}
        get = house.gateway.get
        told = {"documentId": "tab-1", "variables": '{"tab": "UPCOMING"}'}
        answer = await get("/graphql", params=told, headers=headers)
        assert data(answer) == {"viewer": {"jobs": {"totalCount": 2}}}
        told = {"extensions": json.dumps(automatic(KIND)["extensions"])}
        assert data(await get("/graphql", params=told, headers=headers)) == IS_CUSTOMER
        told = {"documentId": "confirm"}
        assert (await get("/graphql", params=told, headers=headers)).status_code == 405


async def test_where_they_are_enforced_nothing_else_is_run(tmp_path: Path) -> None:
    async with built(tmp_path, WhichDocuments.ENFORCE) as house:
        for body in (asks(OTHER), asks(OTHER) | automatic(OTHER), asks("{ nothing }"), asks("{")):
            answer = await post(house, PAT, body)
            assert (answer.status_code, answer.json()) == (200, NOT_TRUSTED)
        answer = await post(house, PAT, asks(OTHER), **GRAPHQL)
        assert (answer.status_code, answer.json()) == (400, NOT_TRUSTED)
        for body in (automatic(OTHER), {"documentId": sha256(OTHER)}, {"documentId": "nothing"}):
            assert (await post(house, PAT, body)).json() == NOT_FOUND
        assert (await post(house, None, asks("{ portal { currency } }"))).json() == NOT_TRUSTED
        assert await house.calls() == Counter()
        assert await counted(house) == {"refused": 6.0, "unknown": 3.0}


async def test_staff_may_ask_what_they_like(tmp_path: Path) -> None:
    async with built(tmp_path, WhichDocuments.ENFORCE) as house:
        told = await post_as_staff(house, asks(OTHER), STAFF)
        assert data(told) == {"viewer": {"kind": "STAFF"}}
        assert await counted(house) == {}


async def test_where_they_are_measured_all_is_run_and_counted(tmp_path: Path) -> None:
    async with built(tmp_path, WhichDocuments.MEASURE) as house:
        assert data(await post(house, PAT, asks(OTHER))) == IS_CUSTOMER
        assert data(await post(house, PAT, {"documentId": sha256(KIND)})) == IS_CUSTOMER
        assert await counted(house) == {"untrusted": 1.0, "trusted": 1.0}


@pytest.mark.parametrize("mode", [WhichDocuments.OPEN, WhichDocuments.MEASURE])
async def test_a_document_that_was_sent_once_is_asked_by_its_digest(
    tmp_path: Path, mode: WhichDocuments
) -> None:
    async with built(tmp_path, mode) as house:
        answer = await post(house, PAT, automatic(OTHER))
        assert (answer.status_code, answer.json()) == (200, NOT_FOUND)
        answer = await post(house, PAT, automatic(OTHER), **GRAPHQL)
        assert (answer.status_code, answer.json()) == (400, NOT_FOUND)
        assert data(await post(house, PAT, asks(OTHER) | automatic(OTHER))) == IS_CUSTOMER
        for email in (PAT, MORGAN):
            assert data(await post(house, email, automatic(OTHER))) == IS_CUSTOMER
        named = {"documentId": f"sha256:{sha256(OTHER)}"}
        assert data(await post(house, PAT, named)) == IS_CUSTOMER
        assert await counted(house) == {"unknown": 2.0, "untrusted": 1.0, "automatic": 3.0}


async def test_what_was_kept_before_is_not_run_once_they_are_enforced(tmp_path: Path) -> None:
    async with built(tmp_path) as house:
        assert data(await post(house, PAT, asks(OTHER) | automatic(OTHER))) == IS_CUSTOMER
        assert data(await post(house, PAT, automatic(OTHER))) == IS_CUSTOMER
        await house.choose(holding(WhichDocuments.ENFORCE))
        assert (await post(house, PAT, automatic(OTHER))).json() == NOT_FOUND
        assert (await post(house, PAT, asks(OTHER) | automatic(OTHER))).json() == NOT_TRUSTED


@pytest.mark.parametrize("text", ["{ nothing }", "{", "{ viewer { email(a: 1) } }"])
async def test_what_cannot_be_run_is_not_kept(tmp_path: Path, text: str) -> None:
    async with built(tmp_path) as house:
        told = (await post(house, PAT, asks(text) | automatic(text))).json()
        assert told["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert (await post(house, PAT, automatic(text))).json() == NOT_FOUND


async def test_what_nobody_in_particular_sends_is_run_and_not_kept(tmp_path: Path) -> None:
    text = "{ portal { currency } }"
    async with built(tmp_path) as house:
        told = data(await post(house, None, asks(text) | automatic(text)))
        assert told == {"portal": {"currency": "USD"}}
        assert (await post(house, None, automatic(text))).json() == NOT_FOUND


async def test_a_digest_that_is_another_documents_is_refused(tmp_path: Path) -> None:
    async with built(tmp_path) as house:
        for text in (OTHER, KIND):
            answer = await post(house, PAT, asks(OTHER + " ") | automatic(text))
            assert (answer.status_code, answer.json()["errors"]) == (
                200,
                [
                    {
                        "message": "provided sha does not match query",
                        "extensions": {"code": "BAD_USER_INPUT"},
                    }
                ],
            )
        assert (await post(house, PAT, automatic(OTHER))).json() == NOT_FOUND


NO_QUERY = "The request has no query."
TWICE = "The request names its document twice: give `documentId` alone."
SHAPE = (
    'The extension persistedQuery must be {"version": 1, "sha256Hash": "…"}, '
    "with 64 hexadecimal digits in lower case."
)
LENGTH = "The request's documentId must have from 1 to 255 characters."
DIGEST = "0" * 64


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, NO_QUERY),
        ({"extensions": {}}, NO_QUERY),
        ({"extensions": {"persistedQuery": None}}, NO_QUERY),
        ({"documentId": None}, NO_QUERY),
        ({"documentId": ""}, LENGTH),
        ({"documentId": "k" * 256}, LENGTH),
        ({"documentId": 1}, "The request's documentId must be a string."),
        ({"documentId": ["a"]}, "The request's documentId must be a string."),
        ({"documentId": "a", "query": KIND}, TWICE),
        ({"documentId": "a"} | automatic(KIND), TWICE),
        ({"extensions": {"persistedQuery": 1}}, SHAPE),
        ({"extensions": {"persistedQuery": {}}}, SHAPE),
        ({"extensions": {"persistedQuery": {"version": 1}}}, SHAPE),
        ({"extensions": {"persistedQuery": {"sha256Hash": DIGEST}}}, SHAPE),
        ({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": DIGEST}}}, SHAPE),
        ({"extensions": {"persistedQuery": {"version": "1", "sha256Hash": DIGEST}}}, SHAPE),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "A" * 64}}}, SHAPE),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 63}}}, SHAPE),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": DIGEST + "\n"}}}, SHAPE),
        ({"query": KIND, "extensions": {"persistedQuery": []}}, SHAPE),
    ],
)
async def test_a_name_has_the_form_it_must_have(
    house: House, body: dict[str, Any], message: str
) -> None:
    answer = await post(house, PAT, body)
    told = [{"message": message, "extensions": {"code": "BAD_USER_INPUT"}}]
    assert (answer.status_code, answer.json()) == (400, {"errors": told})


async def test_a_websocket_and_a_stream_of_events_name_documents_too(tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps({"kind": KIND, "changed": CHANGED}))
    told = {"trusted_documents": path}
    async with street(policy=holding(WhichDocuments.ENFORCE), told=told) as of:
        token = await of.house.token(PAT)
        async with of.talk(token) as talk:
            await talk.say(type="subscribe", id="1", payload={"documentId": "kind"})
            assert (await talk.hear())["payload"]["data"] == IS_CUSTOMER
            assert (await talk.hear())["type"] == "complete"
            await talk.begin("2", OTHER)
            assert (await talk.hear())["payload"] == NOT_TRUSTED["errors"]
            await talk.say(type="subscribe", id="3", payload={"documentId": "other"})
            assert (await talk.hear())["payload"] == NOT_FOUND["errors"]
            await talk.say(type="subscribe", id="changes", payload={"documentId": "changed"})
            await of.listeners(1)
        async with events(of, token, OTHER) as stream:
            assert await stream.next() == ("next", NOT_TRUSTED)


async def test_two_gateways_keep_documents_together() -> None:
    async with redis_running() as own:
        if own is None:
            pytest.skip(HOW)
        async with two_gateways(policy(), own.url) as (one, other):
            assert data(await post(one, PAT, asks(OTHER) | automatic(OTHER))) == IS_CUSTOMER
            assert data(await post(other, MORGAN, automatic(OTHER))) == IS_CUSTOMER


async def test_redis_keeps_so_many_so_long_and_is_believed_where_it_fits() -> None:
    async with redis_running() as own:
        if own is None:
            pytest.skip(HOW)
        texts = [f"query Q{number} {{ __typename }}" for number in range(4)]
        one = SharedDocuments(own.url, "1", most=3, patience=5)
        for text in texts:
            await one.keep(sha256(text), text)
        async with Redis.from_url(own.url) as redis:
            kept = [await redis.exists(f"documents:1:{sha256(text)}") for text in texts]
            assert sum(kept) == await redis.zcard("documents:1") == 3
            (here,) = [text for text, is_kept in zip(texts, kept, strict=True) if is_kept][:1]
            assert 86_000 < await redis.ttl(f"documents:1:{sha256(here)}") <= 86_400
            assert 86_000 < await redis.ttl("documents:1") <= 86_400
            other = SharedDocuments(own.url, "1", patience=5)
            assert await other.find(sha256(here)) == here
            await redis.set(f"documents:1:{sha256(OTHER)}", KIND)
            assert await other.find(sha256(OTHER)) is None
        await one.aclose()
        await other.aclose()


async def test_without_redis_each_process_keeps_its_own() -> None:
    kept = SharedDocuments(f"redis://127.0.0.1:{free_port()}/0", "1", patience=5)
    assert await kept.find(sha256(KIND)) is None
    await kept.keep(sha256(KIND), KIND)
    assert await kept.find(sha256(KIND)) == KIND
    await kept.aclose()


async def test_a_process_keeps_so_many_documents_and_so_many_characters() -> None:
    few = ProcessDocuments(most=2)
    for name in ("a", "b"):
        await few.keep(name, name)
    assert await few.find("a") == "a"  # it was asked for last
    await few.keep("c", "c")
    assert [await few.find(name) for name in ("a", "b", "c")] == ["a", None, "c"]
    short = ProcessDocuments(most_characters=10)
    for name in ("a", "a", "a", "b"):
        await short.keep(name, name * 5)
    assert [await short.find(name) for name in ("a", "b")] == ["aaaaa", "bbbbb"]
    await short.keep("c", "c")
    assert [await short.find(name) for name in ("a", "b", "c")] == [None, "bbbbb", "c"]
