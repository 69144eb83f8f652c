"""A mailing's crowd at the door: more than the pace carries, and everybody is answered once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resolvers.policy import Budget
from tests.house import House, demo_policy, ready_house

TASKS = "{ viewer { tasks { count totalDue invoicesToPay { id } upcomingAppointments { id } } } }"
CROWD = 60
FIRST_HOME = 10_000_000
PACE = Budget(calls_per_second=20)
"""So slow that a busy machine is not what people wait for."""


@dataclass
class Told:
    """What somebody was told until they were answered."""

    tasks: dict[str, Any] = field(default_factory=dict)
    hints: list[int] = field(default_factory=list)


async def open_tasks(house: House, number: int) -> Told:
    """Open My Tasks, and come again when told."""
    told = Told()
    while True:
        answer = await house.ask(f"homeowner{number}@example.net", TASKS)
        errors = answer.get("errors")
        if errors is None:
            told.tasks = answer["data"]["viewer"]["tasks"]
            return told
        assert {error["extensions"]["code"] for error in errors} == {"UPSTREAM_BUSY"}, errors
        hints = [error["extensions"]["retryAfterMs"] for error in errors]
        assert all(isinstance(hint, int) and hint > 0 for hint in hints)
        told.hints.append(max(hints))
        await asyncio.sleep(told.hints[-1] / 1000)


async def test_everybody_is_answered_at_the_fewest_calls(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "homes": CROWD,
        # More than our pace: what a machine that stands still holds back arrives all at once.
        "rate_per_second": 30,
        # A ledger in memory answers one after the other: too slow for a crowd.
        "database": f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}",
    }
    async with ready_house(demo_policy(budget=PACE), **options) as house:
        for number in range(1, CROWD + 1):
            await house.token(f"homeowner{number}@example.net")
        await house.ask("homeowner1@example.net", TASKS)  # names that are the same for everybody
        await house.calls()
        crowd = range(2, CROWD + 1)
        told = await asyncio.gather(*(open_tasks(house, number) for number in crowd))
        record = (await house.sandbox.get("/_sandbox/calls")).json()["calls"]
        calls = await house.calls()
    assert {call["status"] for call in record} == {200}
    lists = ("invoices", "jobs", "appointments")
    mine = {f"{of}?customerId={FIRST_HOME + number}": 1 for of in lists for number in crowd}
    assert {call: times for call, times in calls.items() if "customerId" in call} == mine
    assert Counter(call.partition("?")[0] for call in calls.elements()) == {
        **dict.fromkeys(lists, CROWD - 1),
        "estimates": CROWD - 1,
    }
    assert 10 < sum(bool(of.hints) for of in told) < CROWD
    assert all(of.tasks["count"] is not None for of in told)


def about(calls: Counter[str], number: int) -> int:
    """How many calls were about this customer?"""
    customer = f"customerId={FIRST_HOME + number}"
    return sum(times for call, times in calls.items() if customer in call)


@asynccontextmanager
async def slow_house() -> AsyncIterator[House]:
    """Open a house where a screen is known to cost four calls, and two a second may be made."""
    async with ready_house(demo_policy(), homes=40) as house:
        for number in range(1, 36):
            await open_tasks(house, number)
        await house.choose(demo_policy(budget=Budget(calls_per_second=2)))
        await house.calls()
        yield house


async def begun(house: House, number: int) -> asyncio.Task[Told]:
    """Have somebody open My Tasks, and wait until ServiceTitan was asked about them."""
    opening = asyncio.create_task(open_tasks(house, number))
    customer = str(FIRST_HOME + number)
    async with asyncio.timeout(30):
        while customer not in await customers_asked_about(house):  # noqa: ASYNC110  # a wire has no event
            await asyncio.sleep(0.005)
    return opening


async def customers_asked_about(house: House) -> list[str | None]:
    """Return whom each call until now was about, and forget none."""
    calls = (await house.sandbox.get("/_sandbox/calls")).json()["calls"]
    return [call["query"].get("customerId") for call in calls]


async def test_who_cannot_be_served_whole_is_told_before_anything_is_asked_for_them() -> None:
    async with slow_house() as house:
        first = await begun(house, 36)
        answer = await house.ask("homeowner37@example.net", TASKS)
        at_once = await house.calls()
        assert not first.done()
        codes = {error["extensions"]["code"] for error in answer["errors"]}
        hints = {error["extensions"]["retryAfterMs"] for error in answer["errors"]}
        assert codes == {"UPSTREAM_BUSY"}
        assert len(hints) == 1
        assert 3000 < min(hints) < 8000
        assert about(at_once, 37) == 0
        await first


async def test_an_operation_that_is_given_up_is_asked_for_no_further() -> None:
    async with slow_house() as house:
        given_up = await begun(house, 36)
        given_up.cancel()
        await asyncio.wait([given_up])
        await asyncio.sleep(3)  # all that it would have asked takes two
        assert about(await house.calls(), 36) <= 2
