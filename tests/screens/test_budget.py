"""The budget of calls, its pauses and its breakers, through the graph's door."""

import pytest

from resolvers.policy import Budget
from tests.house import demo_policy, ready_house

PAT, JORDAN = "pat@example.com", "jordan@example.com"
JOBS = "{ viewer { jobs(tab: COMPLETED) { totalCount } } }"
EQUIPMENT = "{ viewer { equipment { totalCount } } }"
INVOICES = "{ viewer { invoices { totalCount } } }"


async def test_at_the_real_limit_every_screen_is_answered_without_a_429() -> None:
    async with ready_house(demo_policy(budget=Budget()), rate_per_second=60) as house:
        await house.data(JORDAN, "{ viewer { tasks { count } proposals { totalCount } } }")
        for email in (JORDAN, PAT):
            for screen in (JOBS, EQUIPMENT, INVOICES):
                await house.data(email, screen)
        told = (await house.sandbox.get("/_sandbox/calls", params={"all": "true"})).json()
    assert {call["status"] for call in told["calls"]} == {200}
    assert told["total"] > 20


async def test_a_long_pause_is_told_to_everybody_and_nothing_more_is_sent() -> None:
    async with ready_house() as house:
        await house.fault(".*/jobs", status=429, retryAfter=60)
        first = await house.ask(PAT, JOBS)
        assert await house.calls() == {"jobs?customerId=1001": 1, "appointments?customerId=1001": 1}
        second = await house.ask(PAT, EQUIPMENT)
        assert await house.calls() == {}
    (told,) = first["errors"]
    assert told["extensions"]["code"] == "UPSTREAM_BUSY"
    assert told["extensions"]["retryAfterMs"] == pytest.approx(60_000, abs=2000)
    (told,) = second["errors"]
    assert told["extensions"]["code"] == "UPSTREAM_BUSY"
    assert 55_000 < told["extensions"]["retryAfterMs"] <= 60_100


async def test_a_module_that_is_down_takes_no_other_with_it() -> None:
    async with ready_house() as house:
        await house.fault(".*/jpm/.*", status=501, times=100)
        for _ in range(12):
            answer = await house.ask(PAT, JOBS)
            assert answer["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
        assert (await house.calls()).total() < 20
        await house.ask(PAT, JOBS)
        assert await house.calls() == {}
        assert (await house.viewer(PAT, "equipment { totalCount }"))["equipment"]["totalCount"] > 0
