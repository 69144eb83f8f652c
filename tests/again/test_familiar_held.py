"""A request that is held until the loop has time for it: heard in order, and never forgotten."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.hearing_http import MOST_ROUNDS
from gateway.http.lanes import Lane
from tests.again.wire import Wire, open_wire
from tests.answers.asking import INVOICES, numbers

EVER = 1_000_000_000
KIND = "{ viewer { kind } }"


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path) as wire:
        await wire.meets()
        await wire.oddly(INVOICES)
        yield wire


@dataclass
class Hands:
    """Says whether there is time, as often as somebody asks."""

    has_time: bool = False
    asked: int = 0
    until: int = EVER

    def __call__(self) -> bool:
        """Is there time?"""
        self.asked += 1
        return self.has_time or self.asked > self.until


@pytest.fixture
def hands(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Hold whatever comes for as long as nobody says otherwise."""
    hands = Hands()
    monkeypatch.setattr(wire.app.state.gate, "has_time", hands)
    monkeypatch.setattr("gateway.hearing_http.MOST_ROUNDS", EVER)
    return hands


async def held(hands: Hands) -> None:
    """Wait until something is held."""
    before = hands.asked
    async with asyncio.timeout(10):
        while hands.asked < before + 20:  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0)


async def at_rest(hands: Hands) -> bool:
    """Is nothing held any more?"""
    before = hands.asked
    for _ in range(20):
        await asyncio.sleep(0)
    return hands.asked == before


async def connection_of(wire: Wire) -> Any:  # noqa: ANN401  # uvicorn's
    """Return the gateway's end of the one connection."""
    return await wire.accepted()


async def test_it_is_held_for_so_many_rounds_and_then_it_is_any_other(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands()
    monkeypatch.setattr(wire.app.state.gate, "has_time", hands)
    await wire.desk.hows()
    async with wire.line() as line:
        for of in range(3):
            told = await line.say(await wire.asked(INVOICES, blanks=of + 1))
            assert len(numbers(told.body)) > 0
            assert hands.asked == (of + 1) * (MOST_ROUNDS + 2)  # when it came, and at the end
    assert (await wire.familiar(), await wire.desk.hows()) == (0, {"run": 1, "kept": 2})


async def test_where_no_time_is_given_nothing_is_told_at_once(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.http.overload.AT_ONCE_SECONDS", 0.0)
    for _ in range(3):
        assert len(numbers((await wire.anew(INVOICES)).body)) > 0
    assert await wire.familiar() == 0


@pytest.mark.parametrize("rounds", range(1, MOST_ROUNDS + 1))
async def test_once_there_is_time_it_is_told_at_once(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    hands = Hands(until=rounds)
    monkeypatch.setattr(wire.app.state.gate, "has_time", hands)
    told = await wire.anew(INVOICES)
    assert (len(numbers(told.body)) > 0, await wire.familiar()) == (True, 1)
    assert hands.asked == rounds + 2


async def test_who_is_known_by_all_their_bytes_is_not_held(wire: Wire, hands: Hands) -> None:
    hands.has_time = True
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    hands.has_time, hands.asked = False, 0
    await wire.again()
    assert ((await wire.say(data)).status, await wire.again(), hands.asked) == (200, 1, 0)


async def test_what_comes_while_one_is_held_is_answered_after_it(wire: Wire, hands: Hands) -> None:
    async with wire.line() as line:
        for more in (b"", b"\r\n"):
            line.writer.write(await wire.asked(INVOICES, blanks=1 + len(more)))
            await held(hands)
            line.writer.write(await wire.asked(KIND, blanks=2 + len(more)))
            told = [await line.hear(), await line.hear()]
            assert [list(of.body["data"]["viewer"]) for of in told] == [["invoices"], ["kind"]]
        assert await at_rest(hands)
        assert await wire.familiar() == 0
        hands.has_time = True
        assert (await line.say(await wire.asked(KIND, blanks=9))).status == 200
    assert await wire.familiar() == 1


async def test_and_so_is_what_comes_in_two_pieces(wire: Wire, hands: Hands) -> None:
    other = await wire.asked(KIND, blanks=2)
    async with wire.line() as line:
        line.writer.write(await wire.asked(INVOICES, blanks=1))
        await held(hands)
        told = await line.say(other[:40])
        assert len(numbers(told.body)) > 0
        told = await line.say(other[40:])
        assert told.body["data"] == {"viewer": {"kind": "CUSTOMER"}}
    assert await wire.familiar() == 0


async def test_what_is_no_request_is_refused_as_though_nothing_were_held(
    wire: Wire, hands: Hands
) -> None:
    broken = b"\x00\x01\r\n\r\n"
    async with wire.line() as line:
        right = await line.say(await wire.asked(INVOICES, headers={"X-Odd": "odd"}) + broken)
        assert await line.is_closed()
    async with wire.line() as line:
        line.writer.write(await wire.asked(INVOICES, blanks=1))
        await held(hands)
        told = await line.say(broken)
        assert (told.status, await line.is_closed()) == (right.status, True)
    assert await wire.familiar() == 0


async def test_for_who_has_hung_up_nothing_is_done(wire: Wire, hands: Hands) -> None:
    await wire.desk.hows()
    async with wire.line() as line:
        line.writer.write(await wire.asked(INVOICES, blanks=1))
        await held(hands)
    async with asyncio.timeout(10):
        while wire.state.connections:  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0)
    assert await at_rest(hands)
    assert (await wire.desk.hows(), await wire.familiar()) == ({}, 0)


async def test_nor_when_the_connection_breaks(wire: Wire, hands: Hands) -> None:
    async with wire.line() as line:
        line.writer.write(await wire.asked(INVOICES, blanks=1))
        await held(hands)
        connection = await connection_of(wire)
        connection.transport.abort()
        async with asyncio.timeout(10):
            while wire.state.connections:  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0)
        assert await at_rest(hands)


@pytest.mark.parametrize("has_time", [True, False])
async def test_when_the_server_ends_it_is_answered_first(
    wire: Wire, hands: Hands, *, has_time: bool
) -> None:
    async with wire.line() as line:
        line.writer.write(await wire.asked(INVOICES, blanks=1))
        await held(hands)
        connection = await connection_of(wire)
        hands.has_time = has_time
        connection.shutdown()
        told = await line.hear()
        assert len(numbers(told.body)) > 0
        assert await line.is_closed()
    assert await wire.familiar() == has_time


async def test_and_when_the_gateway_is_leaving(wire: Wire, hands: Hands) -> None:
    async with wire.line() as line:
        line.writer.write(await wire.asked(INVOICES, blanks=1))
        await held(hands)
        wire.app.state.leaving.begin()
        hands.has_time = True
        told = await line.hear()
        assert (len(numbers(told.body)) > 0, told.headers["connection"]) == (True, "close")
        assert await line.is_closed()
    assert await wire.familiar() == 0


async def test_nobody_is_hung_up_on_while_they_are_held(wire: Wire, hands: Hands) -> None:
    hands.has_time = True
    async with wire.line() as line:
        connection = await connection_of(wire)
        connection.timeout_keep_alive = 0.1
        assert (await line.say(await wire.asked(KIND, blanks=1))).status == 200
        hands.has_time = False
        line.writer.write(await wire.asked(INVOICES, blanks=1))
        await held(hands)
        await asyncio.sleep(0.5)
        assert not connection.transport.is_closing()
        hands.has_time = True
        assert len(numbers((await line.hear()).body)) > 0
        assert await line.is_closed()  # by then nobody had asked for as long as ever
    assert await wire.familiar() == 2


async def test_two_who_are_held_are_answered_by_turns(wire: Wire, hands: Hands) -> None:
    async with wire.line() as one, wire.line() as other:
        one.writer.write(await wire.asked(INVOICES, blanks=1))
        other.writer.write(await wire.asked(KIND, blanks=2))
        await held(hands)
        hands.has_time = True
        told = [await one.hear(), await other.hear()]
        assert [list(of.body["data"]["viewer"]) for of in told] == [["invoices"], ["kind"]]
    assert await wire.familiar() == 2


async def test_sh7_who_would_be_sent_away_is_not_held(wire: Wire, hands: Hands) -> None:
    gate = wire.app.state.gate
    gate.inside[Lane.PEOPLE] += 400
    told = await wire.say(await wire.asked(INVOICES, blanks=1))
    gate.inside[Lane.PEOPLE] -= 400
    assert (told.status, hands.asked) == (503, 0)


@pytest.mark.parametrize("first", [KIND, "{ viewer { nothing } }"], ids=["answered", "in vain"])
async def test_what_one_took_of_a_round_another_waits_for(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Be it that it was answered or not; in the next round the other is."""
    monkeypatch.setattr("gateway.http.overload.AT_ONCE_SECONDS", 1e-12)
    asked = [await wire.asked(first, blanks=1), await wire.asked(INVOICES, blanks=2)]
    async with wire.line() as one:
        earlier = await connection_of(wire)
        async with wire.line() as other:
            async with asyncio.timeout(10):
                while len(wire.state.connections) < 2:  # noqa: ASYNC110  # nobody is told
                    await asyncio.sleep(0)
            later: Any
            (later,) = wire.state.connections - {earlier}
            earlier.data_received(asked[0])
            later.data_received(asked[1])
            assert [earlier._held, later._held] == [None, asked[1]]  # noqa: SLF001  # nobody else is told
            assert (await one.hear()).status == 200
            assert len(numbers((await other.hear()).body)) > 0
    assert await wire.familiar() == 1 + (first == KIND)
