"""ServiceTitan gone for five minutes (UP-1), told in seconds in place of minutes.

A record is fresh for one of them, and may be answered for longer than the outage lasts. How long a
reader waits for ServiceTitan is what it is: where nothing answers, that is the most of it.
"""

import asyncio
import time
from dataclasses import dataclass
from math import ceil

import pytest

from resolvers.policy import Cache
from tests.house import House, demo_policy, ready_house

AGES = Cache(fresh_seconds=1, refreshing_seconds=1, failing_seconds=60)
GONE = 3
SCREENS = (
    """viewer { tasks { count totalDue invoicesToPay { number balance }
    upcomingAppointments { number date } } }""",
    "viewer { invoices { totalCount nodes { number status balance } } }",
    """viewer { jobs(tab: UPCOMING) { nodes { number type location { name } } }
    jobCounts { inProgress upcoming completed } }""",
    "viewer { equipment { nodes { name } } memberships { nodes { name status } } }",
)
PEOPLE = (
    *("pat@example.com", "morgan@example.com", "jordan@example.com"),
    *(f"homeowner{number}@example.net" for number in range(1, 9)),
)
EVERYTHING = "/v2/tenant/|/connect/token"


@dataclass(frozen=True)
class Told:
    """Somebody's screen, as it was answered, and how old it said it was."""

    data: object
    errors: object
    age: int | None


async def look(house: House, email: str, screen: str) -> Told:
    """Open a screen."""
    headers = {"authorization": f"Bearer {await house.token(email)}"}
    body = {"query": f"{{ {screen} }}"}
    told = (await house.gateway.post("/graphql", json=body, headers=headers)).json()
    return Told(told["data"], told.get("errors"), told["extensions"]["upstream"]["staleSeconds"])


async def everybody(house: House) -> list[Told]:
    """Have everybody open every screen."""
    looking = (look(house, email, screen) for email in PEOPLE for screen in SCREENS)
    return list(await asyncio.gather(*looking))


@pytest.mark.parametrize(
    "gone",
    [{"status": 503}, {"reset": True}, {"latencyMs": 60_000}],
    ids=["503", "reset", "silent"],
)
async def test_up1_warm_customers_are_answered_and_told_how_old_it_is(
    gone: dict[str, object],
) -> None:
    async with ready_house(demo_policy(cache=AGES), homes=8, patience=2.0) as house:
        began = time.monotonic()
        before = await everybody(house)
        assert [told for told in before if told.errors] == []
        assert {told.age for told in before} == {0}
        await house.fault(EVERYTHING, times=1_000_000, **gone)
        await asyncio.sleep(AGES.fresh_seconds + 0.5)
        rounds = []
        for _ in range(GONE):
            rounds.append(await everybody(house))
            await asyncio.sleep(1)
        looks = [told for one_round in rounds for told in one_round]
        answered = [told for told in looks if not told.errors]
        assert len(answered) >= 0.95 * len(looks)
        assert [told.data for told in rounds[-1]] == [told.data for told in before]
        oldest = ceil(time.monotonic() - began) - AGES.fresh_seconds
        ages = [[told.age for told in one_round if told.age is not None] for one_round in rounds]
        assert all(1 <= age <= oldest for one_round in ages for age in one_round)
        assert min(ages[-1]) > max(ages[0])


async def test_past_the_last_age_nothing_old_is_passed_off_as_new() -> None:
    ages = Cache(fresh_seconds=1, refreshing_seconds=1, failing_seconds=2)
    async with ready_house(demo_policy(cache=ages)) as house:
        await look(house, "pat@example.com", SCREENS[1])
        await house.fault(EVERYTHING, status=503, times=1_000_000)
        await asyncio.sleep(2.5)
        told = await look(house, "pat@example.com", SCREENS[1])
        assert told.data == {"viewer": {"invoices": None}}
        assert told.errors is not None
