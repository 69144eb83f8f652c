"""Places kept in Redis: whoever comes back finds theirs at any process."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from adapters.servicetitan.places import MOST_OF_ONE, Claim
from adapters.servicetitan.places_shared import SharedPlaces
from tests.redis_server import URL, a_name

NOWHERE = "redis://127.0.0.1:1/0"
PREFIXES = ("places:since:", "places:until:")

Process = Callable[..., SharedPlaces]


@pytest.fixture
async def name() -> AsyncIterator[str]:
    async with a_name(*PREFIXES) as made:
        yield made


@pytest.fixture
async def process(name: str) -> AsyncIterator[Process]:
    """Another process's places; all of them name the same. They are patient with Redis."""
    made: list[SharedPlaces] = []

    def make(url: str = URL) -> SharedPlaces:
        made.append(SharedPlaces(url, name, patience=5.0))
        return made[-1]

    yield make
    for places in made:
        await places.aclose()


def _now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_place_is_given_back_once_wherever_its_holder_comes(process: Process) -> None:
    here, there = process(), process()
    since = _now() - 12.0
    await here.keep("a", since, 60.0)
    told = await there.claim("a")
    assert told.since == pytest.approx(since, abs=0.5)
    assert told.before == 0
    assert await here.claim("a") == Claim(None, 0)


async def test_those_before_are_counted_in_all_processes(process: Process) -> None:
    here, there, now = process(), process(), _now()
    await here.keep("a", now - 5.0, 60.0)
    await there.keep("b", now - 9.0, 60.0)
    await here.keep("c", now - 7.0, 60.0)
    assert await there.claim("new") == Claim(None, 3)
    assert (await here.claim("c")).before == 1
    assert (await there.claim("b")).before == 0
    assert (await there.claim("a")).before == 0


async def test_the_first_of_somebodys_places_is_given_first(process: Process) -> None:
    here, now = process(), _now()
    await here.keep("a", now - 3.0, 60.0)
    await here.keep("a", now - 8.0, 60.0)
    for waited, before in ((8.0, 0), (3.0, 0)):
        told = await here.claim("a")
        assert told.since == pytest.approx(now - waited, abs=0.5)
        assert told.before == before


async def test_it_is_kept_no_longer_than_is_told(process: Process) -> None:
    here = process()
    await here.keep("a", _now(), 0.05)
    await here.keep("b", _now(), 60.0)
    await asyncio.sleep(0.1)
    assert await here.claim("a") == Claim(None, 1)


async def test_nobody_keeps_more_than_a_page_asks(process: Process) -> None:
    here = process()
    for _ in range(2 * MOST_OF_ONE):
        await here.keep("a", _now(), 60.0)
    assert await here.claim("b") == Claim(None, MOST_OF_ONE)


async def test_what_stands_in_redis_ends_by_itself(process: Process, name: str) -> None:
    await process().keep("a", _now(), 60.0)
    async with Redis.from_url(URL) as redis:
        left = [await redis.pttl(prefix + name) for prefix in PREFIXES]
    assert all(0 < milliseconds <= 7_200_000 for milliseconds in left)


async def test_without_redis_each_process_keeps_its_own(process: Process) -> None:
    here, there = process(NOWHERE), process(NOWHERE)
    with capture_logs() as logs:
        await here.keep("a", 5.0, 60.0)
        await here.keep("b", 4.0, 60.0)
        assert await there.claim("a") == Claim(None, 0)
        assert await here.claim("a") == Claim(5.0, 1)
    assert [line["event"] for line in logs] == ["places not shared: Redis does not answer"] * 2


async def test_what_was_kept_here_while_redis_was_away_is_given_back_later(
    process: Process,
) -> None:
    here, now = process(), _now()
    here._alone.keep_now("a", now - 9.0, 60.0)  # noqa: SLF001  # as while Redis was away
    await here.keep("a", now - 4.0, 60.0)
    await here.keep("b", now - 5.0, 60.0)
    assert await here.claim("a") == Claim(now - 9.0, 1)
