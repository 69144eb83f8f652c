"""What a connection may take: operations, messages, time; and who takes more is told or cut."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.datastructures import Headers
from starlette.types import Message
from structlog.testing import capture_logs

from adapters.changes.bus import Change
from adapters.sandbox.identity import provider
from adapters.servicetitan.invoices import INVOICES
from gateway.http import connections, event_stream, websocket_line
from gateway.http.connections import Credentials
from gateway.http.event_stream import EventStream
from gateway.http.exchange import Answer
from resolvers import changes
from resolvers.policy import Access, Feeds, Subscriptions
from resolvers.viewer import ANONYMOUS
from tests.changes.hearing import INVOICE, PAT
from tests.house import HOME, NOON, demo_policy, gid
from tests.subscriptions.in_process import Pipe, endpoint
from tests.subscriptions.talking import CHANGED, QUIET, SOON, Street, Talk, street

MANY = 100_000


def storm(of: Street, *, customer: int, rows: int, first: int = MANY) -> None:
    """Have so many invoices of a customer change at once."""
    bus = of.server.config.app.state.bus  # type: ignore[union-attr]  # the app, as it was given
    bus.publish(Change(INVOICES, first + n, NOON, (customer,)) for n in range(rows))


async def test_cve_2026_35526_so_many_operations_and_no_more() -> None:
    bounds = Subscriptions(operations_per_connection=3)
    async with street(subscriptions=bounds) as of, of.talk(await of.house.token(PAT)) as talk:
        for turn in range(3):
            await talk.begin(str(turn), CHANGED)
        await of.listeners(3)
        await talk.begin("4", "{ portal { currency } }")
        told = await talk.hear()
        assert (told["type"], told["id"]) == ("error", "4")
        assert told["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        await talk.say(type="complete", id="0")
        await of.listeners(2)
        await talk.ask("{ portal { currency } }")


async def test_so_many_connections_of_a_viewer_and_no_more() -> None:
    bounds = Subscriptions(connections_per_viewer=2)
    async with street(subscriptions=bounds) as of:
        token = await of.house.token(PAT)
        async with of.talk(token):
            async with of.talk(token), of.talk(begins=False) as third:
                payload = {"Authorization": f"Bearer {token}"}
                await third.say(type="connection_init", payload=payload)
                code, reason = await third.closed()
                assert (code, reason) == (
                    1013,
                    "You have 2 connections open. Close one of them first.",
                )
            async with of.listen("morgan@example.com"):
                pass
            await of.held(1)
            async with of.talk(token):
                pass


async def test_who_has_not_signed_in_gets_a_tenth_of_the_room() -> None:
    bounds = Subscriptions(connections=20)
    async with street(subscriptions=bounds) as of, of.talk(), of.talk(), _third(of):
        pass
    # Who signs in needs a place among them for the moment that it takes.
    async with street(subscriptions=Subscriptions(connections=2)) as of:
        token = await of.house.token(PAT)
        async with of.talk(token), of.talk(token), _third(of):
            pass


@asynccontextmanager
async def _third(of: Street) -> AsyncIterator[None]:
    """Find no room for another."""
    async with of.talk(begins=False) as third:
        assert (await third.closed())[0] == 1013
    yield


async def test_a_connection_on_which_nothing_happens_ends() -> None:
    bounds = Subscriptions(idle_seconds=2)
    async with street(subscriptions=bounds) as of, of.listen(PAT) as busy, of.talk() as idle:
        await asyncio.sleep(1.0)
        await idle.say(type="ping")
        assert await idle.hear() == {"type": "pong"}
        await idle.nothing(1.1)  # by now more than two seconds are over
        assert await idle.closed() == (1000, "Nothing was asked for a while.")
        await busy.nothing(0.1)
        await busy.say(type="complete", id="changes")
        await busy.nothing(1.0)
        assert (await busy.closed())[0] == 1000


async def test_a_connection_ends_when_it_is_old_enough() -> None:
    async with street(subscriptions=Subscriptions(lifetime_seconds=1)) as of:
        async with of.listen(PAT) as talk:
            assert await talk.closed() == (1001, "This connection is old enough. Connect again.")
        await of.listeners(0)


async def test_a_token_that_ends_ends_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "LIFETIME", -27)  # of the 30 seconds that clocks may differ
    async with street() as of:
        async with of.listen(PAT) as talk:
            await talk.nothing(0.2)
            assert await talk.closed(8) == (4401, "Your sign-in has ended. Sign in again.")
        await of.listeners(0)


async def test_credentials_are_verified_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.1)
    async with street() as of, of.listen(PAT) as talk:
        await talk.nothing(0.5)
        assert of.heard == 1


async def test_rights_are_read_again_though_nothing_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(changes, "LOOK_SECONDS", 0.1)
    async with street() as of, of.listen(PAT) as talk:
        stale = Access(directory_stale_after_minutes=1)
        await of.house.choose(demo_policy(access=stale, feeds=Feeds(every_seconds=3600)))
        await talk.nothing(0.3)
        nobody = replace_email(demo_policy().access)
        await of.house.choose(demo_policy(access=nobody, feeds=Feeds(every_seconds=3600)))
        async with asyncio.timeout(SOON):
            while await told_of_another(of, talk):  # until they are read
                pass
        assert not await told_of_another(of, talk)


async def told_of_another(of: Street, talk: Talk) -> bool:
    """Change the invoice; is that told?"""
    await of.house.put("invoices", INVOICE, balance="1.00")
    try:
        await talk.hear(QUIET)
    except TimeoutError:
        return False
    return True


def replace_email(access: Access) -> Access:
    """Let Pat's email be nobody's."""
    return Access(people=access.people, placeholder_emails=(PAT,))


async def test_a_storm_at_others_is_not_noticed() -> None:
    async with street() as of, of.listen(PAT) as talk:
        await of.house.calls()
        storm(of, customer=HOME + 1, rows=20_000)
        await of.house.put("invoices", INVOICE, balance="1.00")
        assert await talk.change() == ("Invoice", gid("open-invoice"))
        assert await of.house.calls() == {f"invoices?ids={INVOICE}": 1}


async def test_a_storm_of_ones_own_costs_a_call_for_fifty_and_then_none() -> None:
    async with street() as of, of.listen(PAT) as talk:
        await of.house.calls()
        storm(of, customer=HOME, rows=50)
        await of.asked(1)
        await talk.nothing()  # there are no such invoices
        assert sum((await of.house.calls()).values()) == 1
        storm(of, customer=HOME, rows=1000)
        told = await talk.hear()
        assert (told["type"], told["id"]) == ("error", "changes")
        assert [of["extensions"] for of in told["payload"]] == [{"code": "CHANGES_MISSED"}]
        assert sum((await of.house.calls()).values()) == 0
        await of.listeners(0)
        await talk.listen(of)
        await of.house.put("invoices", INVOICE, balance="1.00")
        assert await talk.change() == ("Invoice", gid("open-invoice"))


async def test_the_same_record_again_and_again_is_told_once() -> None:
    async with street() as of, of.listen(PAT) as talk:
        bus = of.server.config.app.state.bus  # type: ignore[union-attr]  # the app, as it was given
        bus.publish(Change(INVOICES, INVOICE, NOON, (HOME,)) for _ in range(10_000))
        assert await talk.change() == ("Invoice", gid("open-invoice"))
        await talk.nothing(1.3)


async def test_what_cannot_be_looked_up_is_said_to_be_missed() -> None:
    async with street() as of, of.listen(PAT) as talk:
        await of.house.fault("/accounting/v2/.*/invoices$", status=400, times=5)
        storm(of, customer=HOME, rows=1)
        told = await talk.hear()
        assert told["payload"][0]["extensions"] == {"code": "CHANGES_MISSED"}


async def test_who_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_line, "SEND_SECONDS", 0.1)
    pipe = Pipe(takes=3)
    serving = asyncio.create_task(endpoint()(*pipe.asgi()))
    pipe.put('{"type":"connection_init"}')
    for of in range(8):
        pipe.put(f'{{"type":"subscribe","id":"{of}","payload":{{"query":"{{ a }}"}}}}')
    with capture_logs() as logs:
        async with asyncio.timeout(SOON):
            await serving
    assert len(pipe.sent) == 3
    assert pipe.code is None  # it would not take that either
    assert [line["code"] for line in logs] == [1008]


async def test_who_takes_no_events_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "SEND_SECONDS", 0.1)
    ended = asyncio.Event()

    async def endless() -> AsyncGenerator[Answer, None]:
        try:
            while True:
                await asyncio.sleep(0)
                yield Answer(body=b"{}")
        finally:
            ended.set()

    told: list[Message] = []

    async def send(message: Message) -> None:
        if len(told) == 5:
            await asyncio.Event().wait()
        told.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    held = endpoint().connections
    credentials = Credentials(Headers(), ANONYMOUS)
    async with asyncio.timeout(SOON):
        await EventStream(endless(), held, credentials, lasts=True)({}, receive, send)
    assert len(told) == 5
    assert ended.is_set()
    assert len(held) == 0


async def test_pings_that_nobody_takes_the_answers_of_fill_no_memory() -> None:
    async with street() as of, of.talk() as talk:
        talk.socket.transport.pause_reading()
        for _ in range(40):
            for _ in range(1000):
                talk.socket.protocol.send_ping(b"x" * 125)
            talk.socket.transport.write(b"".join(talk.socket.protocol.data_to_send()))
            await asyncio.sleep(0.01)
        held = [c.transport.get_write_buffer_size() for c in of.server.server_state.connections]
        assert max(held) < 200_000
        talk.socket.transport.abort()
