"""What an operation may cost, what it is charged, and what of it is called off (GD-20)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from adapters.cache.ages import Ages
from adapters.cache.failing import may_be_asked_again
from adapters.cache.opening import memory_records
from adapters.cache.records import Records
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import (
    BudgetSpent,
    NobodyWaits,
    QuestionRefused,
    UpstreamBusy,
    UpstreamError,
)
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.places import Place
from tests.cache.world import AWAY, Upstream, job

MANY = list(range(1, 52))
"""One more than one list carries."""


@dataclass
class Door(Upstream):
    """A ServiceTitan before which operations wait; `busy` is what those that come are told."""

    left: list[Place] = field(default_factory=list)
    busy: UpstreamBusy | None = None

    async def admit(self, place: Place, subject: str) -> UpstreamBusy | None:
        """Tell this one to come again, or let it ask."""
        del place
        assert subject == "jobs"
        return self.busy

    def leave(self, place: Place) -> None:
        """Note who left, and let nobody ask in that place again."""
        self.left.append(place)
        place.is_over = True


@pytest.fixture
def upstream() -> Door:
    told = Door()
    told.put(job(11, 1), job(12, 1), job(21, 2))
    return told


@pytest.fixture
async def records(upstream: Door) -> AsyncIterator[Records]:
    made = memory_records(upstream, lambda _kind: Ages(), clock=lambda: 0.0, chance=lambda: 0.0)
    yield made
    await made.aclose()


def spent(of: object) -> int:
    assert isinstance(of, BudgetSpent)
    return of.ceiling


async def test_money_is_not_asked_for_beyond_the_ceiling(records: Records, upstream: Door) -> None:
    told = await records.fresh(JOBS, MANY, Usage(ceiling=1))
    assert [spent(of) for of in told] == [1] * 51
    assert [spent(of) for of in await records.fresh(JOBS, [11], Usage(ceiling=0))] == [0]
    assert [spent(of) for of in await records.fresh(JOBS, [11], Usage(calls=2, ceiling=2))] == [2]
    assert upstream.asked() == []


async def test_money_is_asked_for_up_to_the_ceiling(records: Records, upstream: Door) -> None:
    usage = Usage(ceiling=2)
    told = await records.fresh(JOBS, MANY, usage)
    assert [of.id for of in told if of is not None and not isinstance(of, UpstreamError)] == [
        *(11, 12, 21)
    ]
    assert upstream.asked() == [("id", tuple(MANY))]
    assert (usage.calls, usage.flying) == (1, 0)
    one = Usage(ceiling=1)
    assert await records.fresh(JOBS, [11, 11] * 30, one) == [job(11, 1)] * 60
    assert upstream.asked() == [("id", (11,))]


async def test_what_is_under_way_counts_while_it_is(records: Records, upstream: Door) -> None:
    upstream.hold()
    usage = Usage(ceiling=3, flying=1)
    asking = asyncio.create_task(records.fresh(JOBS, MANY, usage))
    await upstream.told.wait()
    assert usage.flying == 3
    assert spent((await records.rows(JOBS, "customer_id", [1], usage))[0]) == 3
    upstream.let.set()
    await asking
    assert usage.flying == 1


async def test_rows_are_asked_for_up_to_the_ceiling(records: Records, upstream: Door) -> None:
    usage = Usage(ceiling=2)
    told = await records.rows(JOBS, "customer_id", [1, 2, 3], usage)
    assert told[:2] == [(job(11, 1), job(12, 1)), (job(21, 2),)]
    assert spent(told[2]) == 2
    assert upstream.asked() == [("customer_id", (1, 2))]
    assert usage.flying == 0
    remembered = Usage(ceiling=0)
    told = await records.rows(JOBS, "customer_id", [2, 3], remembered)
    assert (told[0], spent(told[1])) == ((job(21, 2),), 0)
    assert remembered == Usage(saved=1, ceiling=0)


async def test_a_list_of_fifty_is_one_call_of_the_ceiling(records: Records, upstream: Door) -> None:
    told = await records.rows(JOBS, "id", MANY, Usage(ceiling=1))
    assert spent(told[50]) == 1
    assert [rows for rows in told[:50] if rows] == [
        (job(of, 2 if of == 21 else 1),) for of in (11, 12, 21)
    ]
    assert upstream.asked() == [("id", tuple(MANY[:50]))]


async def test_rows_under_way_count_while_they_are(records: Records, upstream: Door) -> None:
    upstream.hold()
    usage = Usage(flying=1)
    asking = asyncio.create_task(records.rows(JOBS, "id", MANY, usage))
    await upstream.told.wait()
    assert usage.flying == 3
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert usage.flying == 1
    upstream.let.set()


async def test_whoever_joins_pays_nothing_and_needs_no_room(
    records: Records, upstream: Door
) -> None:
    upstream.hold()
    first, second = Usage(), Usage(ceiling=1)
    leading = asyncio.create_task(records.rows(JOBS, "customer_id", [1], first))
    await upstream.told.wait()
    joining = asyncio.create_task(records.rows(JOBS, "customer_id", [1, 2, 3], second))
    await asyncio.sleep(0.01)
    upstream.let.set()
    await leading
    told = await joining
    assert told[:2] == [(job(11, 1), job(12, 1)), (job(21, 2),)]
    assert spent(told[2]) == 1
    assert (first.calls, first.saved) == (1, 0)
    assert (second.calls, second.saved) == (1, 1)


async def test_who_waits_for_servicetitan_leaves_when_the_operation_ends(
    records: Records, upstream: Door
) -> None:
    place = Place("somebody", 0.0)
    records.end(Usage())
    assert upstream.left == []
    records.end(Usage(place=place))
    assert upstream.left == [place]


async def test_who_is_told_to_come_again_is_not_asked_for(records: Records, upstream: Door) -> None:
    upstream.busy = UpstreamBusy("Come again.", 1000)
    place = Place("somebody", 0.0, told=1.0)
    for asking in (
        records.rows(JOBS, "customer_id", [1], Usage(place=place)),
        records.rows(JOBS, "id", [11], Usage(place=place)),
    ):
        assert await asking == [upstream.busy]
    assert upstream.asked() == []
    upstream.busy = None
    assert await records.rows(JOBS, "id", [11], Usage(place=place)) == [(job(11, 1),)]


async def test_an_operation_that_is_over_is_not_asked_for(records: Records, upstream: Door) -> None:
    usage = Usage(place=Place("somebody", 0.0))
    records.end(usage)
    (told,) = await records.rows(JOBS, "customer_id", [1], usage)
    assert isinstance(told, NobodyWaits)
    assert upstream.asked() == []


async def test_what_another_was_refused_is_asked_for_oneself(
    records: Records, upstream: Door
) -> None:
    refused = asyncio.Event()
    busy = UpstreamBusy("Come again.", 1000)
    first, second = Place("first", 0.0), Place("second", 1.0)

    async def admit(place: Place, subject: str) -> UpstreamBusy | None:
        del subject
        if place is second:
            return None
        await refused.wait()
        place.told = 1.0
        return busy

    upstream.admit = admit  # type: ignore[method-assign]  # of this one alone
    leading = asyncio.create_task(records.rows(JOBS, "customer_id", [1], Usage(place=first)))
    await asyncio.sleep(0.01)
    joining = asyncio.create_task(records.rows(JOBS, "customer_id", [1, 2], Usage(place=second)))
    await asyncio.sleep(0.01)
    refused.set()
    assert await leading == [busy]
    assert await joining == [(job(11, 1), job(12, 1)), (job(21, 2),)]


async def test_what_another_left_is_asked_for_oneself(records: Records, upstream: Door) -> None:
    gone, here = Usage(place=Place("first", 0.0)), Usage(place=Place("second", 1.0))
    records.end(gone)
    left, told = await asyncio.gather(
        *(records.rows(JOBS, "customer_id", [1], usage) for usage in (gone, here))
    )
    assert [type(of) for of in left] == [NobodyWaits]
    assert told == [(job(11, 1), job(12, 1))]
    assert upstream.asked() == [("customer_id", (1,))]


@pytest.mark.parametrize(
    ("told", "again"),
    [
        *((AWAY, True), (NobodyWaits(), True), (UpstreamBusy("Come again.", 1), True)),
        *((QuestionRefused("No."), False), (BudgetSpent(1), False), ((), False)),
    ],
)
def test_what_failed_may_be_asked_again_and_what_was_refused_may_not(
    told: object, *, again: bool
) -> None:
    assert may_be_asked_again(told) is again
