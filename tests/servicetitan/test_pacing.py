"""The bucket of calls: never more in a second than ServiceTitan allows, and a share kept."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.servicetitan.pacing import LONGEST_PAUSE, Allowance, ProcessPace
from adapters.servicetitan.priority import Priority
from tests.virtual_time import VIRTUALLY, in_virtual_time

SIXTY = Allowance.of(60)

Step = tuple[float, Priority, int]


def of_sixty() -> ProcessPace:
    return ProcessPace(lambda: SIXTY)


async def takes(pace: ProcessPace, priority: Priority, seconds: float) -> list[float]:
    """Take whatever there is for so long; tell the moments."""
    now = asyncio.get_running_loop().time
    end, taken = now() + seconds, []
    while now() < end:
        if wait := await pace.take(priority):
            await asyncio.sleep(wait)
        else:
            taken.append(now())
    return taken


async def one(pace: ProcessPace, priority: Priority) -> None:
    """Wait for one call."""
    while True:
        if not (wait := await pace.take(priority)):
            return
        await asyncio.sleep(wait)


def most_in_a_second(moments: Sequence[float]) -> int:
    """Count the calls of the fullest second, its first moment and its last included."""
    return max((sum(at <= other <= at + 1.0 for other in moments) for at in moments), default=0)


def test_of_sixty_calls_48_are_used_and_six_may_go_at_once() -> None:
    assert (SIXTY.rate, SIXTY.room) == (48.0, 6.0)
    assert SIXTY.kept == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("limit", "use", "rate", "room"),
    [
        (60, 1.0, 59.0, 1.0),
        (60, 0.2, 12.0, 3.0),
        (2, 0.8, 1.0, 1.0),
        (10, 0.8, 8.0, 1.0),
        (600, 0.8, 480.0, 60.0),
    ],
)
def test_another_limit_or_use(limit: float, use: float, rate: float, room: float) -> None:
    allowance = Allowance.of(limit, use)
    assert (allowance.rate, allowance.room) == (rate, room)


def test_each_priority_below_money_leaves_more_in_the_bucket() -> None:
    needed = [SIXTY.needed(priority) for priority in Priority]
    assert needed == pytest.approx([1.0, 1.0, 2.2, 3.2, 4.2])


@pytest.mark.parametrize("limit", [2, 5, 10, 60])
@pytest.mark.parametrize("priority", Priority)
def test_nobody_needs_more_than_the_room(limit: int, priority: Priority) -> None:
    for share in (1.0, 0.5, 0.1):
        allowance = Allowance.of(limit, kept_share=0.9).part(share)
        assert 1.0 <= allowance.needed(priority) <= allowance.room


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.0, 0.001, 0.02, 0.125, 0.5, 0.99, 1.0, 3.0]),
        st.sampled_from(Priority),
        st.integers(1, 90),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(
    steps=STEPS,
    limit=st.integers(2, 200),
    use=st.floats(0.05, 1.0),
    kept_share=st.floats(0.0, 0.95),
)
def test_no_second_holds_more_than_the_limit(
    steps: list[Step], limit: int, use: float, kept_share: float
) -> None:
    allowance = Allowance.of(limit, use, kept_share)

    async def run() -> list[float]:
        pace, now, taken = ProcessPace(lambda: allowance), asyncio.get_running_loop().time, []
        for quiet, priority, tries in steps:
            await asyncio.sleep(quiet)
            for _ in range(tries):
                if wait := await pace.take(priority):
                    await asyncio.sleep(wait)
                else:
                    taken.append(now())
        return taken

    assert most_in_a_second(in_virtual_time(run())) <= limit


@VIRTUALLY
async def test_in_ten_seconds_a_flood_makes_480_calls_and_what_was_there() -> None:
    people = await takes(of_sixty(), Priority.PEOPLE, 10.0)
    assert len(people) in {484, 485}
    assert most_in_a_second(people) == 52
    money = await takes(of_sixty(), Priority.MONEY, 10.0)
    assert len(money) in {485, 486}
    assert most_in_a_second(money) in {53, 54}


@VIRTUALLY
@pytest.mark.parametrize("flood", [Priority.PEOPLE, Priority.REFRESH, Priority.WARMING])
async def test_in_a_flood_money_waits_for_nobody(flood: Priority) -> None:
    pace, now = of_sixty(), asyncio.get_running_loop().time
    flooding = asyncio.create_task(takes(pace, flood, 3.0))
    await asyncio.sleep(1.5)
    assert await pace.take(Priority.MONEY) == 0
    began = now()
    for _ in range(20):
        await one(pace, Priority.WEBHOOK)
    assert now() - began <= 20 / 48 + 1e-6
    during = [at for at in await flooding if began < at <= began + 19 / 48]
    assert during == []


@VIRTUALLY
@pytest.mark.parametrize(
    ("first", "last"),
    [(Priority.PEOPLE, Priority.REFRESH), (Priority.REFRESH, Priority.WARMING)],
)
async def test_the_order_holds_between_two_who_know_nothing_of_each_other(
    first: Priority, last: Priority
) -> None:
    pace = of_sixty()
    sooner, later = await asyncio.gather(takes(pace, first, 4.0), takes(pace, last, 4.0))
    assert len(sooner) > 190
    assert [at for at in later if at > 0.1] == []


@VIRTUALLY
async def test_a_pause_is_kept_by_all_and_what_follows_begins_evenly() -> None:
    pace, now = of_sixty(), asyncio.get_running_loop().time
    await asyncio.sleep(1)
    await pace.pause(5.0)
    await pace.pause(2.0)
    assert pace.paused() == 5.0
    assert await pace.take(Priority.MONEY) == pytest.approx(5.0 + 1 / 48)
    assert pace.soonest(10, Priority.MONEY) == pytest.approx(5.0 + 11 / 48)
    taken = await takes(pace, Priority.MONEY, 6.01)
    assert taken == pytest.approx([6.0 + number / 48 for number in range(1, 49)])
    assert now() == pytest.approx(7.0 + 1 / 48)
    assert pace.paused() == 0.0


@VIRTUALLY
async def test_a_pause_of_a_year_is_asked_about_after_an_hour() -> None:
    pace = of_sixty()
    await pace.pause(31_536_000.0)
    assert pace.paused() == LONGEST_PAUSE == 3600.0


@VIRTUALLY
async def test_another_budget_counts_from_the_next_call() -> None:
    allowance = SIXTY
    pace = ProcessPace(lambda: allowance)
    while not await pace.take(Priority.MONEY):
        pass
    assert await pace.take(Priority.MONEY) == pytest.approx(1 / 48)
    allowance = Allowance.of(6)
    assert await pace.take(Priority.MONEY) == pytest.approx(1 / 4.8)
