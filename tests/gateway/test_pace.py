"""Which pace the gateway keeps: by the settings shared or not, by the policy how fast."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.servicetitan.pacing import Pace, ProcessPace
from adapters.servicetitan.pacing_shared import SharedPace
from adapters.servicetitan.places import ProcessPlaces
from adapters.servicetitan.places_shared import SharedPlaces
from adapters.servicetitan.priority import Priority
from gateway.choices import Choices
from gateway.pace import as_one_of, pace_of, places_of
from resolvers.policy import Budget
from tests.house import demo_policy, settings
from tests.redis_server import URL, a_name

MONEY, PEOPLE = Priority.MONEY, Priority.PEOPLE


@pytest.fixture
def choices() -> Choices:
    return Choices(demo_policy(budget=Budget()))


@pytest.fixture
async def tenant() -> AsyncIterator[int]:
    """A tenant that nobody else has."""
    async with a_name("pace:") as number:
        yield int(number)


async def at_once(pace: Pace, priority: Priority) -> int:
    """Count the calls that may be made without waiting."""
    calls = 0
    while calls < 100 and not await pace.take(priority):
        calls += 1
    return calls


async def test_without_redis_it_is_the_processs_own(choices: Choices) -> None:
    pace = pace_of(settings(), choices)
    assert isinstance(pace, ProcessPace)
    assert await at_once(pace, PEOPLE) == 4
    assert await at_once(pace, MONEY) == 2


async def test_the_policy_in_force_says_how_fast(choices: Choices) -> None:
    pace = pace_of(settings(), choices)
    choices.take(demo_policy(budget=Budget(calls_per_second=600, use=0.5, kept_share=0.5)))
    await pace.take(PEOPLE)
    assert pace.soonest(300, MONEY) == pytest.approx((301 - 74) / 300, abs=0.01)
    assert 36 <= await at_once(pace, PEOPLE) <= 40
    choices.take(demo_policy(budget=Budget(calls_per_second=6)))
    assert pace.soonest(48, MONEY) == pytest.approx(48 / 4.8, abs=0.1)


async def test_with_redis_it_is_shared_by_all_workers_of_the_tenant(
    choices: Choices, tenant: int
) -> None:
    workers = [
        pace_of(settings(redis_url=URL, servicetitan_tenant_id=of), choices)
        for of in (tenant, tenant)
    ]
    assert all(isinstance(worker, SharedPace) for worker in workers)
    try:
        for _ in range(5):  # where the machine stands still, a worker goes on without Redis
            counts = [await at_once(worker, MONEY) for worker in workers]
            if counts in ([6, 0], [6, 1], [7, 0]):
                return
            await asyncio.sleep(1.5)
        pytest.fail(f"each worker has calls of its own: {counts}")
    finally:
        for worker in workers:
            await worker.aclose()


async def test_without_the_redis_that_is_named_a_worker_uses_its_share(choices: Choices) -> None:
    choices.take(demo_policy(budget=Budget(share_without_redis=0.25)))
    pace = pace_of(settings(redis_url="redis://127.0.0.1:1"), choices)
    assert await pace.take(MONEY) == 0
    assert pace.soonest(12, MONEY) == pytest.approx((13 - 0.5) / 12, abs=0.02)
    await pace.aclose()


async def test_the_workers_of_one_parent_use_that_share_together(choices: Choices) -> None:
    choices.take(as_one_of(4, demo_policy(budget=Budget(share_without_redis=0.5))))
    pace = pace_of(settings(redis_url="redis://127.0.0.1:1"), choices)
    assert await pace.take(MONEY) == 0
    assert pace.soonest(6, MONEY) == pytest.approx((7 - 0) / 6, abs=0.05)
    await pace.aclose()


async def test_places_are_kept_where_the_pace_is() -> None:
    shared = places_of(settings(redis_url=URL))
    assert isinstance(shared, SharedPlaces)
    assert isinstance(places_of(settings()), ProcessPlaces)
    await shared.aclose()
