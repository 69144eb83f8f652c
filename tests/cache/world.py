"""A ServiceTitan that can be stopped between its answer and its telling, and workers before it."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from redis.asyncio import Redis

from adapters.cache.ages import Ages
from adapters.cache.opening import memory_records, redis_records
from adapters.cache.records import Records
from adapters.cache.usage import Usage
from adapters.servicetitan.client import Answer
from adapters.servicetitan.errors import UpstreamBusy, UpstreamError, UpstreamUnavailable
from adapters.servicetitan.jobs import JOBS, Job
from adapters.servicetitan.model import (
    CustomerId,
    JobId,
    LocationId,
    RecurringServiceEventId,
    RecurringServiceId,
)
from adapters.servicetitan.places import Place
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.recurring_service_events import RecurringServiceEvent
from adapters.servicetitan.resource import Resource

REDIS = "redis://127.0.0.1:6379/0"
AWAY = UpstreamUnavailable("It is away.")
STORES = ("memory", "redis")
STEP = 0.3


def job(of: int, customer: int, version: int = 1) -> Job:
    """Make a job that tells its version in its number."""
    return Job(
        id=JobId(of),
        customer_id=CustomerId(customer),
        location_id=LocationId(1),
        job_number=str(version),
    )


def event(of: int, service: int = 1) -> RecurringServiceEvent:
    """Make a row that does not say where it is."""
    return RecurringServiceEvent(
        id=RecurringServiceEventId(of), location_recurring_service_id=RecurringServiceId(service)
    )


@dataclass(frozen=True)
class Asked:
    """One call."""

    by: str
    values: tuple[int, ...]
    priority: Priority


@dataclass
class Upstream:
    """Jobs as they are, and as a server that lags behind still tells them."""

    jobs: dict[int, Job] = field(default_factory=dict)
    lagging: dict[int, Job] | None = None
    calls: list[Asked] = field(default_factory=list)
    is_away: bool = False
    told: asyncio.Event = field(default_factory=asyncio.Event)
    let: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0
    most_under_way: int = 0
    called_off: int = 0

    def __post_init__(self) -> None:
        """Let every answer through at once."""
        self.let.set()

    def put(self, *jobs: Job) -> None:
        """Change what is."""
        self.jobs.update((told.id, told) for told in jobs)

    def hold(self) -> None:
        """Stop each answer between its reading and its telling, until `let` is set."""
        self.let.clear()
        self.told.clear()

    async def ask(
        self,
        resource: Resource[Any],
        by: str,
        values: Sequence[int],
        priority: Priority = Priority.PEOPLE,
        place: Place | None = None,
    ) -> Answer[Any]:
        """Answer as the client does."""
        del place
        self.calls.append(Asked(by, tuple(values), priority))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        rows = self.jobs if self.lagging is None else self.lagging
        told: dict[int, Any] = {value: self._answer(resource, rows, by, value) for value in values}
        self.told.set()
        try:
            await asyncio.sleep(0)
            await self.let.wait()
        except asyncio.CancelledError:
            self.called_off += 1
            raise
        finally:
            self.under_way -= 1
        return Answer(told, 1)

    async def admit(self, place: Place, subject: str) -> UpstreamBusy | None:
        """Let everybody ask."""
        del place, subject
        return None  # nobody is told to come again

    def leave(self, place: Place) -> None:
        """Keep nobody in a line."""

    def _answer(
        self, resource: Resource[Any], rows: dict[int, Job], by: str, value: int
    ) -> tuple[Job, ...] | UpstreamError:
        if self.is_away:
            return AWAY
        answers = resource.keys[by].answers
        return tuple(row for row in rows.values() if value in answers(row))

    def asked(self) -> list[tuple[str, tuple[int, ...]]]:
        """Return the calls since the last time."""
        told = [(call.by, tuple(sorted(call.values))) for call in self.calls]
        self.calls.clear()
        return told


@dataclass
class World:
    """Some workers over one store, and the time they live in.

    A step of the ages is a second of a clock that is moved by hand, or 0.3 real seconds where
    Redis counts them.
    """

    upstream: Upstream
    workers: list[Records]
    tenant: str
    ages: list[Ages]
    now: list[float]
    redis: Redis | None = None

    @property
    def one(self) -> Records:
        """The first worker."""
        return self.workers[0]

    @property
    def step(self) -> float:
        """How many seconds of the ages a step is."""
        return 1.0 if self.redis is None else STEP

    async def pass_(self, steps: float) -> None:
        """Let this much time go by."""
        if self.redis is None:
            self.now[0] += steps
        else:
            await asyncio.sleep(steps * self.step)

    async def read(
        self, customer: int, usage: Usage | None = None, worker: int = 0
    ) -> list[tuple[int, int]] | UpstreamError:
        """Ask for a customer's jobs; return the id and version of each."""
        asked = self.workers[worker].rows(JOBS, "customer_id", [customer], usage or Usage())
        (told,) = await asked
        return told if isinstance(told, UpstreamError) else versions(told)

    async def settle(self) -> None:
        """Let what runs behind answers come to its end."""
        for _ in range(20):
            await asyncio.sleep(0 if self.redis is None else 0.005)

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(10):
            while not so():  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.001)

    async def keys(self) -> list[bytes]:
        """Return what stands in Redis of this world."""
        assert self.redis is not None
        return [key async for key in self.redis.scan_iter(f"*:{self.tenant}*")]


def versions(rows: Sequence[Job]) -> list[tuple[int, int]]:
    """Return the id and version of each."""
    return sorted((int(row.id), int(row.job_number)) for row in rows)


def needs_redis() -> None:
    """Skip where there is no Redis."""
    try:
        with redis.Redis.from_url(REDIS) as client:
            client.ping()
    except redis.RedisError:
        pytest.skip("needs Redis on 127.0.0.1:6379: start it with `redis-server`")


@asynccontextmanager
async def world(
    store: str, workers: int = 1, ages: Ages | None = None, url: str = REDIS
) -> AsyncIterator[World]:
    """Open workers over a store of their own; ages are 1, 3 and 6 steps unless told."""
    upstream, now, tenant = Upstream(), [1000.0], "t" + secrets.token_hex(6)
    if store == "memory":
        assert workers == 1
        told = [ages or Ages(1, 3, 6)]
        one = memory_records(
            upstream, lambda _kind: told[0], clock=lambda: now[0], chance=lambda: 0.0
        )
        opened = World(upstream, [one], tenant, told, now)
    else:
        needs_redis()
        told = [ages or Ages(STEP, 3 * STEP, 6 * STEP)]
        many = [
            redis_records(upstream, tenant, lambda _kind: told[0], url, chance=lambda: 0.0)
            for _ in range(workers)
        ]
        opened = World(upstream, many, tenant, told, now, Redis.from_url(REDIS))
        for each in many:
            await each.remembered(JOBS, [0])  # it begins to listen
        await asyncio.sleep(0.03)
    try:
        yield opened
    finally:
        upstream.let.set()
        for each in opened.workers:
            await each.aclose()
        if opened.redis is not None:
            if keys := await opened.keys():
                await opened.redis.delete(*keys)
            await opened.redis.aclose()


def kinds(calls: Sequence[Asked]) -> Counter[Priority]:
    """Count calls by their priority."""
    return Counter(call.priority for call in calls)
