"""Work that one process does at a time."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.leases import LeaseLost, Leases, require
from adapters.ledger.ledger import Ledger
from adapters.ledger.tables import LEASES


class Steady:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Tell the seconds."""
        return self.now


async def until(ledger: Ledger, moment: datetime) -> None:
    await ledger.write(lambda on: on.execute(update(LEASES).values(until=moment)))


async def holder(ledger: Ledger) -> str | None:
    async def read(on: AsyncConnection) -> str | None:
        return await on.scalar(select(LEASES.c.holder))

    return await ledger.read(read)


async def test_one_of_two_holds_it(ledger: Ledger) -> None:
    first, second = Leases(ledger), Leases(ledger)
    held = await asyncio.gather(first.hold("work", 60), second.hold("work", 60))
    assert sorted(held) == [False, True]
    winner, loser = (first, second) if held[0] else (second, first)
    assert (winner.term("work"), loser.term("work")) == (await holder(ledger), None)
    assert await loser.hold("other work", 60)


async def test_it_is_renewed_when_a_third_of_its_time_is_over(ledger: Ledger) -> None:
    steady = Steady()
    leases = Leases(ledger, steady)
    assert await leases.hold("work", 60)
    gone = datetime(2020, 1, 1, tzinfo=UTC)
    await until(ledger, gone)
    steady.now = 19.9
    assert await leases.hold("work", 60)  # not asked of the database
    assert await Leases(ledger).hold("work", 60)
    steady.now = 20.0
    assert not await leases.hold("work", 60)
    assert leases.term("work") is None


async def test_a_term_goes_on_though_its_time_was_over(ledger: Ledger) -> None:
    steady = Steady()
    leases = Leases(ledger, steady)
    await leases.hold("work", 60)
    term = leases.term("work")
    await until(ledger, datetime(2020, 1, 1, tzinfo=UTC))
    steady.now = 100.0
    assert await leases.hold("work", 60)
    assert leases.term("work") == term
    assert not await Leases(ledger).hold("work", 60)


async def test_a_lease_won_again_is_another_term(ledger: Ledger) -> None:
    steady = Steady()
    first, second = Leases(ledger, steady), Leases(ledger)
    await first.hold("work", 60)
    before = first.term("work")
    await until(ledger, datetime(2020, 1, 1, tzinfo=UTC))
    await second.hold("work", 60)
    await second.let_go("work")
    steady.now = 100.0
    assert await first.hold("work", 60)
    assert first.term("work") != before
    with pytest.raises(LeaseLost):
        await ledger.write(lambda on: require(on, "work", before))
    await ledger.write(lambda on: require(on, "work", first.term("work")))


async def test_what_is_not_held_is_not_given_up(ledger: Ledger) -> None:
    first, second = Leases(ledger), Leases(ledger)
    await first.hold("work", 60)
    await second.let_go("work")
    assert not await second.hold("work", 60)
    await first.let_go("work")
    assert first.term("work") is None
    assert await second.hold("work", 60)


async def test_nobody_takes_it_while_something_is_written_under_it(postgresql: str) -> None:
    ledgers = [Ledger(postgresql), Ledger(postgresql)]
    for one in ledgers:
        await one.open()
    first, second = (Leases(one) for one in ledgers)
    await first.hold("work", 60)
    await until(ledgers[0], datetime(2020, 1, 1, tzinfo=UTC))
    order = []

    async def write(on: AsyncConnection) -> None:
        await require(on, "work", first.term("work"))
        taking = asyncio.create_task(take())
        await asyncio.sleep(0.1)
        order.append("written")
        tasks.append(taking)

    async def take() -> None:
        await second.hold("work", 60)
        order.append("taken")

    tasks: list[asyncio.Task[None]] = []
    await ledgers[0].write(write)
    await asyncio.gather(*tasks)
    assert order == ["written", "taken"]
    for one in ledgers:
        await one.aclose()
