"""What stores beyond this process remember: asked for what is not here, believed by its age."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from adapters.cache.ages import Ages, Life
from adapters.cache.fills import Far, Found
from adapters.cache.memory import Memory
from adapters.cache.records import Records
from adapters.cache.store import Alone
from adapters.cache.usage import Usage
from adapters.servicetitan.jobs import JOBS, Job
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Resource
from tests.cache.world import AWAY, Upstream, job

FRESH = Life(born=995.0, fresh_until=1005.0, refresh_until=1030.0, fail_until=1060.0)
STALE = Life(born=985.0, fresh_until=998.0, refresh_until=1030.0, fail_until=1060.0)
OLD = Life(born=900.0, fresh_until=970.0, refresh_until=1000.0, fail_until=1010.0)
"""As they are at 1000."""


class Beyond(Alone):
    """Memory, and what another store tells; `asked` is what it was asked, in whose name or none."""

    def __init__(self, now: list[float]) -> None:
        super().__init__(Memory(clock=lambda: now[0]))
        self.found: dict[tuple[str, int], Found] = {}
        self.asked: list[tuple[str, str, tuple[int, ...], bool]] = []

    def put(self, by: str, value: int, life: Life, *rows: Job) -> None:
        """Remember this answer there."""
        self.found[by, value] = Found(rows, life)

    async def far(self, resource: Resource[Any], by: str, values: Sequence[int], token: str) -> Far:
        """Tell what is there; all the rest is the caller's to ask."""
        assert isinstance(token, str)
        assert token == "" or len(token) == 16
        self.asked.append((resource.name, by, tuple(values), bool(token)))
        found = {of: self.found[by, of] for of in values if (by, of) in self.found}
        return Far(self.memory.began(resource), frozenset(values), found)


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


@pytest.fixture
def beyond(now: list[float]) -> Beyond:
    return Beyond(now)


@pytest.fixture
def upstream() -> Upstream:
    told = Upstream()
    told.put(job(11, 1, 2), job(21, 2, 2))
    return told


@pytest.fixture
async def records(upstream: Upstream, beyond: Beyond, now: list[float]) -> AsyncIterator[Records]:
    made = Records(upstream, beyond, lambda _kind: Ages(10, 30, 60), lambda: now[0], lambda: 0.0)
    yield made
    await made.aclose()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_rows_by_id_are_looked_for_there_where_they_are_not_here(
    records: Records, beyond: Beyond
) -> None:
    assert await records.rows(JOBS, "id", [11], Usage()) == [(job(11, 1, 2),)]
    beyond.put("id", 12, FRESH, job(12, 1))
    beyond.put("id", 13, FRESH)
    beyond.asked.clear()
    assert await records.remembered(JOBS, [11, 12, 13]) == {11: job(11, 1, 2), 12: job(12, 1)}
    assert beyond.asked == [("jobs", "id", (12, 13), False)]
    assert await records.remembered(JOBS, [11]) == {11: job(11, 1, 2)}
    assert await records.remembered(PAYMENTS, [5]) == {}
    assert len(beyond.asked) == 1


async def test_their_age_counts_there_as_here(
    records: Records, beyond: Beyond, now: list[float]
) -> None:
    beyond.put("id", 12, STALE, job(12, 1))
    usage = Usage()
    await records.used(JOBS, [12], usage)
    assert usage.stale_seconds == 2
    assert (records.counts.answered["jobs"], records.counts.age_seconds["jobs"]) == (1, 15.0)
    now[0] = 1029.9
    assert set(await records.remembered(JOBS, [12])) == {12}
    now[0] = 1030.0
    assert await records.remembered(JOBS, [12]) == {}
    now[0] = 1059.9
    assert set(await records.remembered(JOBS, [12], failing=True)) == {12}
    now[0] = 1060.0
    assert await records.remembered(JOBS, [12], failing=True) == {}


async def test_what_is_fresh_there_is_an_answer(
    records: Records, beyond: Beyond, upstream: Upstream
) -> None:
    beyond.put("customer_id", 1, FRESH, job(11, 1))
    usage = Usage()
    assert await records.rows(JOBS, "customer_id", [1], usage) == [(job(11, 1),)]
    await settled()
    assert usage == Usage()
    assert upstream.asked() == []
    assert (records.counts.stale, records.counts.refreshes) == (0, 0)


async def test_what_is_older_there_is_an_answer_and_read_again_behind_it(
    records: Records, beyond: Beyond, upstream: Upstream
) -> None:
    beyond.put("customer_id", 1, STALE, job(11, 1))
    usage = Usage()
    assert await records.rows(JOBS, "customer_id", [1], usage) == [(job(11, 1),)]
    assert usage == Usage(stale_seconds=2)
    assert (records.counts.stale, records.counts.refreshes) == (1, 1)
    await settled()
    assert [call.priority for call in upstream.calls] == [Priority.REFRESH]
    assert upstream.asked() == [("customer_id", (1,))]
    assert await records.rows(JOBS, "customer_id", [1], Usage()) == [(job(11, 1, 2),)]


async def test_ca4_what_is_fresh_there_may_be_read_again_early(
    records: Records, beyond: Beyond, now: list[float]
) -> None:
    slow = Life(995.0, 1005.0, 1030.0, 1060.0, took=2.0)
    beyond.put("customer_id", 1, slow, job(11, 1))
    await records.rows(JOBS, "customer_id", [1], Usage())
    assert records.counts.refreshes == 0
    eager = Records(
        Upstream(), beyond, lambda _kind: Ages(10, 30, 60), lambda: now[0], lambda: 0.999999
    )
    await eager.rows(JOBS, "customer_id", [1], Usage())
    assert (eager.counts.refreshes, eager.counts.stale) == (1, 0)
    await eager.aclose()


async def test_what_is_too_old_there_is_asked_for_and_answered_where_that_fails(
    records: Records, beyond: Beyond, upstream: Upstream, now: list[float]
) -> None:
    await records.rows(JOBS, "customer_id", [2], Usage())
    now[0] = 1035.0
    late = Life(985.0, 1000.0, 1030.0, 1060.0)
    beyond.put("customer_id", 1, late, job(11, 1))
    beyond.asked.clear()
    upstream.asked()
    upstream.is_away = True
    usage = Usage()
    told = await records.rows(JOBS, "customer_id", [1, 2, 3], usage)
    assert told == [(job(11, 1),), (job(21, 2, 2),), AWAY]
    assert upstream.asked() == [("customer_id", (1, 2, 3))]
    assert beyond.asked == [
        ("jobs", "customer_id", (1, 2, 3), True),
        ("jobs", "customer_id", (1, 3), False),
    ]
    assert (usage.stale_seconds, records.counts.lasting) == (35, 2)


async def test_money_and_what_is_asked_anew_are_not_looked_for_there(
    records: Records, beyond: Beyond
) -> None:
    beyond.put("id", 11, FRESH, job(11, 1))
    beyond.put("customer_id", 1, FRESH, job(11, 1))
    assert await records.fresh(JOBS, [11], Usage()) == [job(11, 1, 2)]
    anew = await records.rows(JOBS, "customer_id", [1], Usage(), anew=True)
    assert anew == [(job(11, 1, 2),)]
    assert beyond.asked == []
