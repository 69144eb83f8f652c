"""A gateway that ends, and what a connection was at."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from gateway.http.exchange import Answer
from gateway.subscriptions import whole
from tests.changes.hearing import PAT
from tests.subscriptions.talking import events, street

SLOW = "/accounting/v2/.*/invoices$"
INVOICES = "{ viewer { invoices(first: 1) { nodes { number } } } }"


async def test_sh1_connections_that_last_end_first_and_what_was_asked_is_answered() -> None:
    async with street() as of:
        token = await of.house.token(PAT)
        async with of.listen(PAT) as talk, events(of, token) as stream, of.talk() as other:
            await of.listeners(2)
            await of.house.fault(SLOW, latencyMs=600, times=1)
            await of.house.calls()
            await talk.begin("asked", INVOICES)
            await of.asked(1)
            of.server.should_exit = True
            assert await other.closed() == (1001, "The gateway is being restarted. Connect again.")
            name, data = await stream.next()
            assert (name, data["errors"][0]["extensions"]["code"]) == ("next", "CHANGES_MISSED")
            assert await stream.next() == ("complete", None)
            told = await talk.hear()
            assert (told["type"], told["id"]) == ("next", "asked")
            assert len(told["payload"]["data"]["viewer"]["invoices"]["nodes"]) == 1
            assert await talk.hear() == {"type": "complete", "id": "asked"}
            assert (await talk.closed())[0] == 1001
        await of.listeners(0)


async def test_nobody_new_is_let_in_while_it_ends() -> None:
    async with street() as of, of.talk(begins=False) as talk:
        connections = of.house.app.state.ending.__self__  # type: ignore[union-attr]  # the app of this street
        await connections.end(0)
        await talk.say(type="connection_init")
        assert (await talk.closed())[0] == 1013


async def test_what_changes_something_is_done_to_its_end_though_its_client_leaves() -> None:
    began, done = asyncio.Event(), asyncio.Event()

    async def change() -> Answer:
        began.set()
        await asyncio.sleep(0.05)
        done.set()
        return Answer(body=b"{}")

    async def results() -> AsyncGenerator[Answer, None]:
        yield await whole(change())

    async def ask() -> None:
        async for _ in results():
            pass

    asking = asyncio.create_task(ask())
    await began.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert done.is_set()
