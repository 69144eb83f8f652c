"""One bucket in Redis for several processes, and what each does when Redis is away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from adapters.servicetitan.pacing import Allowance
from adapters.servicetitan.pacing_shared import SharedPace
from adapters.servicetitan.priority import Priority
from tests.redis_server import URL, a_name
from tests.virtual_time import VIRTUALLY

NOWHERE = "redis://127.0.0.1:1/0"

Worker = Callable[..., SharedPace]


@pytest.fixture
async def name() -> AsyncIterator[str]:
    async with a_name("pace:") as made:
        yield made


@pytest.fixture
async def worker(name: str) -> AsyncIterator[Worker]:
    """Another process's pace; all of them name the same bucket. They are patient with Redis."""
    made: list[SharedPace] = []

    def make(limit: float = 60) -> SharedPace:
        made.append(SharedPace(URL, name, lambda: Allowance.of(limit), patience=2.0))
        return made[-1]

    yield make
    for pace in made:
        await pace.aclose()


class Relay:
    """A way to Redis that can be closed and opened again, at the same address."""

    def __init__(self) -> None:
        self._port = 0
        self._server: asyncio.Server | None = None
        self._ends: list[asyncio.StreamWriter] = []
        self._pipes: list[asyncio.Task[None]] = []

    @property
    def url(self) -> str:
        """Tell the address."""
        return f"redis://127.0.0.1:{self._port}/0"

    async def open(self) -> None:
        """Let through whoever comes."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Hang up on everybody, and let nobody through."""
        assert self._server is not None
        self._server.close()
        for pipe in self._pipes:
            pipe.cancel()
        for end in self._ends:
            end.close()
        await asyncio.gather(*self._pipes, *(end.wait_closed() for end in self._ends))
        self._ends, self._pipes = [], []

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = urlsplit(URL)
        back, forth = await asyncio.open_connection(there.hostname, there.port or 6379)
        self._ends += [writer, forth]
        self._pipes += [
            asyncio.create_task(self._pipe(reader, forth)),
            asyncio.create_task(self._pipe(back, writer)),
        ]

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError, ConnectionError):
            while piece := await reader.read(65536):
                writer.write(piece)


async def flood(pace: SharedPace, priority: Priority, seconds: float) -> list[tuple[float, float]]:
    """Take whatever there is for so long; tell between which moments each was taken."""
    now = asyncio.get_running_loop().time
    end, taken = now() + seconds, []
    while (asked := now()) < end:
        if wait := await pace.take(priority):
            await asyncio.sleep(wait)
        else:
            taken.append((asked, now()))
    return taken


async def test_three_workers_together_make_no_more_calls_than_one(worker: Worker) -> None:
    paces = [worker(), worker(), worker()]
    floods = (flood(pace, Priority.PEOPLE, 2.2) for pace in paces)
    shares = await asyncio.gather(*floods)
    assert min(len(moments) for moments in shares) >= 10
    taken = sorted(at for moments in shares for at in moments)
    assert len(taken) > 48
    for first, (asked, _) in enumerate(taken):
        for more, (_, given) in enumerate(taken[first:], 1):
            assert more <= 6 + 48 * (given - asked)
    assert [pace.losses for pace in paces] == [0, 0, 0]


async def test_money_of_one_worker_goes_before_the_people_of_another(worker: Worker) -> None:
    people, money = worker(), worker()
    flooding = asyncio.create_task(flood(people, Priority.PEOPLE, 1.5))
    await asyncio.sleep(0.5)
    began = asyncio.get_running_loop().time()
    paid = await flood(money, Priority.MONEY, 0.6)
    ended = asyncio.get_running_loop().time()
    during = [at for _, at in await flooding if began + 0.05 < at < ended]
    assert len(paid) >= 20
    assert len(during) <= len(paid) // 5


async def test_a_pause_is_kept_by_every_worker_and_known_to_who_asks(worker: Worker) -> None:
    told, other = worker(), worker()
    await told.pause(30.0)
    await told.pause(1.0)
    assert 29.0 < told.paused() <= 30.0
    assert 29.0 < await other.take(Priority.MONEY) <= 30.1
    assert 29.0 < other.paused() <= 30.0
    assert 29.0 < other.soonest(0, Priority.MONEY) <= 30.1


async def test_a_quiet_moment_saves_up_no_more_than_six(worker: Worker) -> None:
    pace = worker()
    await flood(pace, Priority.MONEY, 0.1)
    await asyncio.sleep(0.5)
    asked = asyncio.get_running_loop().time()
    taken = 0
    while not await pace.take(Priority.MONEY):
        taken += 1
    assert 6 <= taken <= 6 + 48 * (asyncio.get_running_loop().time() - asked)


async def test_a_pause_ends_and_begins_evenly(worker: Worker) -> None:
    pace = worker()
    assert [await pace.take(Priority.MONEY) for _ in range(6)] == [0.0] * 6
    await pace.pause(0.2)
    taken = await flood(worker(), Priority.MONEY, 0.4)
    assert 1 <= len(taken) <= 11


async def test_a_pause_of_a_year_is_asked_about_after_an_hour(worker: Worker) -> None:
    pace = worker()
    await pace.pause(31_536_000.0)
    assert 3590.0 < pace.paused() <= 3600.0


async def test_a_wrong_clock_does_not_stop_anybody(worker: Worker, name: str) -> None:
    redis: Redis = Redis.from_url(URL)
    far = str(2**52)
    await redis.hset(f"pace:{name}", mapping={"level": "0", "at": far, "until": far})
    assert 0 < await worker().take(Priority.MONEY) <= 2 / 48
    await redis.aclose()


async def test_what_nobody_asks_for_is_forgotten_after_two_hours(worker: Worker, name: str) -> None:
    await worker().take(Priority.MONEY)
    redis: Redis = Redis.from_url(URL)
    assert 7190 < await redis.ttl(f"pace:{name}") <= 7200
    await redis.aclose()


async def test_others_calls_count_in_how_soon_a_turn_may_come(worker: Worker) -> None:
    paces = [worker(), worker(), worker()]
    assert paces[0].soonest(48, Priority.MONEY) == 0.0
    await asyncio.gather(*(flood(pace, Priority.PEOPLE, 1.5) for pace in paces))
    soonest = [pace.soonest(48, Priority.PEOPLE) for pace in paces]
    assert sum(soonest) / 3 > 1.3
    await asyncio.sleep(0.3)
    assert await paces[0].take(Priority.PEOPLE) == 0
    assert 0.8 < paces[0].soonest(48, Priority.PEOPLE) < 1.1


async def test_not_everybody_asks_again_at_the_same_moment(worker: Worker) -> None:
    pace = worker()
    await pace.pause(30.0)
    waits = [await pace.take(Priority.MONEY) for _ in range(20)]
    assert waits != sorted(waits, reverse=True)
    assert max(waits) <= 30.0 + 1.8 / 48


async def test_a_lone_worker_reckons_with_nobody(worker: Worker) -> None:
    pace = worker()
    await flood(pace, Priority.PEOPLE, 1.0)
    assert 0.9 < pace.soonest(48, Priority.MONEY) < 1.1


async def test_without_redis_half_of_it_is_used_and_the_log_says_so_once() -> None:
    with capture_logs() as logs:
        pace = SharedPace(NOWHERE, "nobody", lambda: Allowance.of(60))
        taken = await flood(pace, Priority.MONEY, 1.3)
        await pace.aclose()
    assert 24 < len(taken) <= 3 + 24 * 1.4
    assert pace.losses == 1
    assert [(told["event"], told["log_level"]) for told in logs] == [
        ("pace not shared: Redis does not answer", "warning")
    ]
    assert "127.0.0.1" not in str(logs)


async def test_a_redis_that_hangs_costs_fifty_milliseconds_a_second(worker: Worker) -> None:
    del worker

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    writers: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        pace = SharedPace(f"redis://127.0.0.1:{port}", "nobody", lambda: Allowance.of(60))
        assert [await pace.take(Priority.MONEY) for _ in range(3)] == [0.0] * 3
        assert len(writers) == 1
        assert pace.losses == 1
        await pace.aclose()
        for writer in writers:
            writer.close()
            await writer.wait_closed()


async def test_when_redis_is_back_the_pace_is_shared_again(name: str) -> None:
    relay = Relay()
    await relay.open()
    pace = SharedPace(relay.url, name, lambda: Allowance.of(60), patience=2.0)
    assert await pace.take(Priority.MONEY) == 0
    with capture_logs() as logs:
        await relay.close()
        assert await pace.take(Priority.MONEY) == 0
        assert pace.soonest(24, Priority.MONEY) == pytest.approx(23 / 24, abs=0.05)
        await relay.open()
        assert await pace.take(Priority.MONEY) == 0
        assert pace.losses == 1
        await asyncio.sleep(1.05)
        assert await pace.take(Priority.MONEY) == 0
        assert pace.soonest(24, Priority.MONEY) == pytest.approx(20 / 48, abs=0.05)
    await pace.aclose()
    await relay.close()
    assert [told["event"] for told in logs] == [
        "pace not shared: Redis does not answer",
        "pace shared again",
    ]


@VIRTUALLY
async def test_a_pause_that_was_told_is_kept_without_redis() -> None:
    pace = SharedPace(NOWHERE, "nobody", lambda: Allowance.of(60))
    pace._redis._again_at = float("inf")  # noqa: SLF001  # no network in virtual time
    await pace.pause(5.0)
    assert await pace.take(Priority.MONEY) == pytest.approx(5.0 + 1 / 24)
    await pace.aclose()
