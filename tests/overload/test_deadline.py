"""An operation past its time, or whose client has left, asks nothing more and holds nothing."""

import asyncio
from collections import Counter

import httpx
import pytest

from gateway import graph
from tests.house import House, ready_house
from tests.subscriptions.talking import Street, served

PAT = "pat@example.com"
NUMBERS = "{ viewer { invoices(first: 20) { nodes { number } } } }"
A_MINUTE = 60_000


async def nobody_asks() -> None:
    """Wait until no task reads anything for an operation."""
    async with asyncio.timeout(5):
        while any(_reads(task) for task in asyncio.all_tasks()):  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0.01)


def _reads(task: asyncio.Task[object]) -> bool:
    name = getattr(task.get_coro(), "__qualname__", "")
    return name.startswith(("dispatch_batch", "Records.", "Flights.", "Gathering."))


def in_the_air(house: House) -> int:
    """Return how many places of the line's the calls hold that are under way."""
    ground = house.app.state.doors.records._gathering._upstream  # type: ignore[union-attr]  # noqa: SLF001
    return int(ground._calls.turns._flying)  # noqa: SLF001  # no metric tells it


async def inside(house: House) -> dict[str, float]:
    """Return how many are inside, by lane, as metrics tell it."""
    (family,) = (f for f in await house.metrics() if f.name == "portal_gateway_requests_inside")
    return {of.labels["lane"]: of.value for of in family.samples if of.value}


async def test_gd20_past_its_time_its_calls_end_and_their_places_are_free_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(graph, "OPERATION_SECONDS", 1.5)  # all forty begin within it
    async with ready_house(patience=2.0) as house:
        await house.viewer(PAT, "email")
        await house.fault("/invoices$", times=100, latencyMs=A_MINUTE)
        told = await asyncio.gather(*(house.ask(PAT, NUMBERS) for _ in range(40)))
        assert {answer["errors"][0]["extensions"]["code"] for answer in told} == {"TIMEOUT"}
        await nobody_asks()
        assert await house.calls() == Counter({_INVOICES: 1})  # one flight for all forty
        assert await inside(house) == {}
        assert in_the_air(house) == 0  # though ServiceTitan will not answer for a minute
        await house.sandbox.delete("/_sandbox/faults")
        monkeypatch.setattr(graph, "OPERATION_SECONDS", 10.0)
        found = await house.viewer(PAT, "invoices(first: 20) { nodes { number } }")
        assert len(found["invoices"]["nodes"]) > 0


_INVOICES = "invoices?customerId=1001"


async def leave_once_it_is_asked(house: House, street: Street, email: str, query: str) -> None:
    """Ask this, and hang up as soon as ServiceTitan was asked for it."""
    headers = {"authorization": f"Bearer {await house.token(email)}", "host": "gateway"}
    url = f"http://127.0.0.1:{street.port}/graphql"
    async with httpx.AsyncClient(trust_env=False) as client:
        asking = asyncio.create_task(client.post(url, json={"query": query}, headers=headers))
        async with asyncio.timeout(10):
            while not (await house.sandbox.get("/_sandbox/calls")).json()["calls"]:  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


async def test_gd20_who_hangs_up_is_let_go_and_what_was_asked_for_them_is_called_off() -> None:
    async with ready_house() as house, served(house) as street:
        await house.viewer(PAT, "email")
        await house.fault("/invoices$", times=1, latencyMs=3000)
        await leave_once_it_is_asked(house, street, PAT, NUMBERS)
        async with asyncio.timeout(2):  # sooner than ServiceTitan answers
            while await inside(house):  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.01)
        await nobody_asks()
        assert in_the_air(house) == 0
        later = await house.viewer(PAT, "invoices(first: 20) { nodes { number } }")
        assert len(later["invoices"]["nodes"]) > 0
        assert await house.calls() == Counter({_INVOICES: 2})


async def test_gd20_who_hangs_up_takes_nobody_down_who_asks_the_same() -> None:
    async with ready_house() as house, served(house) as street:
        await house.viewer(PAT, "email")
        await house.fault("/invoices$", times=1, latencyMs=1000)
        staying = asyncio.create_task(house.viewer(PAT, "invoices(first: 20) { nodes { number } }"))
        await leave_once_it_is_asked(house, street, PAT, NUMBERS)
        assert len((await staying)["invoices"]["nodes"]) > 0
        assert await house.calls() == Counter({_INVOICES: 1})
