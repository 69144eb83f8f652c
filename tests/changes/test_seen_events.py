"""Each event is written down once, taken by one process at a time, and forgotten in the end."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.ledger import seen_events
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.seen_events import Pending, Receipt, SeenEvents, Told
from adapters.ledger.tables import SEEN_EVENTS
from tests.changes.telling import Clock

NAMES = '[["jobs","id",7]]'


def told(of: int, digest: str = "d" * 64, names: str | None = NAMES) -> Told:
    return Told(f"{of:064}", digest, names)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seen(ledger: Ledger, clock: Clock) -> SeenEvents:
    return SeenEvents(ledger, clock)


async def kept(ledger: Ledger) -> int:
    asked = select(func.count()).select_from(SEEN_EVENTS)
    return (await ledger.read(lambda on: on.execute(asked))).scalar_one()


async def test_wh5_an_event_is_new_once(seen: SeenEvents) -> None:
    assert await seen.receive(told(1)) is Receipt.NEW
    assert await seen.receive(told(1)) is Receipt.KNOWN
    assert await seen.take(10) == [Pending(1, NAMES, 1)]
    await seen.finish([1])
    assert await seen.receive(told(1)) is Receipt.KNOWN
    assert await seen.take(10) == []


async def test_wh8_the_same_id_that_says_something_else_has_no_effect(seen: SeenEvents) -> None:
    await seen.receive(told(1))
    assert await seen.receive(told(1, "e" * 64)) is Receipt.ALTERED
    assert await seen.receive(told(1)) is Receipt.KNOWN
    assert await seen.take(10) == [Pending(1, NAMES, 1)]


async def test_wh7_an_event_is_known_again_for_four_days(seen: SeenEvents, clock: Clock) -> None:
    await seen.receive(told(1))
    await seen.finish([1])
    clock.move(days=3, hours=23)
    assert await seen.purge() == 0
    assert await seen.receive(told(1)) is Receipt.KNOWN
    clock.move(hours=2)
    assert await seen.purge() == 1
    assert await seen.purge() == 0
    assert await seen.receive(told(1)) is Receipt.NEW


async def test_what_is_not_done_with_is_never_forgotten(seen: SeenEvents, clock: Clock) -> None:
    await seen.receive(told(1))
    clock.move(days=30)
    assert await seen.purge() == 0
    assert [of.id for of in await seen.take(10)] == [1]


async def test_old_events_are_forgotten_bit_by_bit(
    seen: SeenEvents, clock: Clock, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_events, "_PURGED", 3)
    for of in range(5):
        await seen.receive(told(of, names=None))
    clock.move(days=5)
    await seen.receive(told(9, names=None))
    assert [await seen.purge(), await seen.purge(), await seen.purge()] == [3, 2, 0]
    assert await kept(ledger) == 1


async def test_an_event_that_names_nothing_is_done_with_at_once(seen: SeenEvents) -> None:
    assert await seen.receive(told(1, names=None)) is Receipt.NEW
    assert await seen.take(10) == []
    assert await seen.waiting() == 0
    assert await seen.receive(told(1, names=None)) is Receipt.KNOWN


async def test_the_oldest_are_taken_first_and_by_one_process(
    seen: SeenEvents, ledger: Ledger, clock: Clock
) -> None:
    other = SeenEvents(ledger, clock)
    for of in range(5):
        await seen.receive(told(of))
    assert [of.id for of in await seen.take(2)] == [1, 2]
    assert [of.id for of in await other.take(2)] == [3, 4]
    assert [of.id for of in await seen.take(2)] == [5]
    assert await other.take(2) == []
    assert await seen.waiting() == 5


async def test_many_who_take_at_once_take_each_event_once(seen: SeenEvents) -> None:
    for of in range(40):
        await seen.receive(told(of))
    taken = await asyncio.gather(*(seen.take(7) for _ in range(8)))
    ids = [of.id for some in taken for of in some]
    assert len(ids) == len(set(ids))
    rest = [of.id for of in await seen.take(100)]
    assert sorted(ids + rest) == list(range(1, 41))


async def test_wh17_what_a_crash_left_is_taken_again(seen: SeenEvents, clock: Clock) -> None:
    await seen.receive(told(1))
    await seen.take(10)
    clock.move(seconds=14)
    assert await seen.take(10) == []
    clock.move(seconds=1)
    assert await seen.take(10) == [Pending(1, NAMES, 2)]
    await seen.put_off([1], 30)
    clock.move(seconds=29)
    assert await seen.take(10) == []
    clock.move(seconds=1)
    assert await seen.take(10) == [Pending(1, NAMES, 3)]


async def test_a_clock_that_jumps_back_leaves_no_event_behind(
    seen: SeenEvents, clock: Clock
) -> None:
    await seen.receive(told(1))
    await seen.take(10)
    clock.move(hours=-1)
    assert await seen.take(10) == [Pending(1, NAMES, 2)]


async def test_the_same_event_received_twice_at_once_is_new_once(seen: SeenEvents) -> None:
    receipts = await asyncio.gather(*(seen.receive(told(1)) for _ in range(8)))
    assert sorted(receipt.value for receipt in receipts) == ["KNOWN"] * 7 + ["NEW"]


async def test_more_than_can_wait_are_refused_until_there_is_room(
    seen: SeenEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_events, "MOST_PENDING", 2)
    receipts = [await seen.receive(told(of)) for of in range(3)]
    assert receipts == [Receipt.NEW, Receipt.NEW, Receipt.FULL]
    assert await seen.receive(told(1)) is Receipt.KNOWN
    assert await seen.receive(told(8, names=None)) is Receipt.NEW
    await seen.finish([1])
    assert await seen.receive(told(2)) is Receipt.NEW


async def test_wh16_a_ledger_that_is_away_says_so(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path}/absent/ledger.db")
    seen = SeenEvents(ledger)
    for asked in (seen.receive(told(1)), seen.take(1), seen.purge(), seen.waiting()):
        with pytest.raises(LedgerUnavailable):
            await asked
    await ledger.aclose()
