"""What the graph tells of age and cost, where ServiceTitan is gone or much is asked."""

import asyncio
import time
from typing import Any

from resolvers.policy import Budget, Cache
from tests.house import House, demo_policy, ready_house

HOME = "{ viewer { invoices(first: 2) { nodes { number balance job { number } } } } }"


async def told(house: House, query: str) -> dict[str, Any]:
    """Return the whole answer, with what it cost."""
    headers = {"authorization": f"Bearer {await house.token('pat@example.com')}"}
    answer = await house.gateway.post("/graphql", json={"query": query}, headers=headers)
    whole: dict[str, Any] = answer.json()
    return whole


async def test_up1_without_servicetitan_the_old_is_answered_with_its_age() -> None:
    cache = Cache(fresh_seconds=1, refreshing_seconds=1, failing_seconds=60)
    async with ready_house(demo_policy(cache=cache)) as house:
        before = await told(house, HOME)
        assert before["extensions"]["upstream"]["staleSeconds"] == 0
        await house.fault(".*", status=503, times=10_000)
        await asyncio.sleep(1.05)
        after = await told(house, HOME)
        assert after["data"] == before["data"]
        assert "errors" not in after
        assert 1 <= after["extensions"]["upstream"]["staleSeconds"] <= 20


async def test_older_answers_cost_nothing_and_are_read_again_behind() -> None:
    cache = Cache(fresh_seconds=1, refreshing_seconds=60, failing_seconds=60)
    async with ready_house(demo_policy(cache=cache)) as house:
        began = time.monotonic()
        before = await told(house, HOME)
        first = await house.calls()
        await asyncio.sleep(1.05)
        after = await told(house, HOME)
        assert after["data"] == before["data"]
        assert after["extensions"]["upstream"]["calls"] == 0
        assert 1 <= after["extensions"]["upstream"]["staleSeconds"] <= time.monotonic() - began
        async with asyncio.timeout(20):
            while (await told(house, HOME))["extensions"]["upstream"]["staleSeconds"] > 0:  # noqa: ASYNC110  # a wire has no event
                await asyncio.sleep(0.01)
        behind = await house.calls()
        assert set(behind) <= set(first) | {call for call in behind if "ids=" in call}
        assert max(behind.values()) == 1


async def test_an_operation_makes_no_more_calls_than_its_ceiling() -> None:
    async with ready_house(demo_policy(budget=Budget(calls_per_operation=1))) as house:
        whole = await told(house, HOME)
        assert [error["extensions"] for error in whole["errors"]] == [
            {"code": "LIMIT_EXCEEDED", "limit": "upstreamCalls"}
        ]
        assert len(whole["data"]["viewer"]["invoices"]["nodes"]) == 2
        assert sum((await house.calls()).values()) == 1
