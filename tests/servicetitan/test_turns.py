"""The line: who goes first, who is sent away at once, and who leaves it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from adapters.servicetitan.counters import Counters
from adapters.servicetitan.errand import Errand
from adapters.servicetitan.errors import UpstreamBusy, UpstreamUnavailable
from adapters.servicetitan.pacing import Allowance, ProcessPace
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.turns import Turns
from tests.unhurried import unhurried
from tests.virtual_time import VIRTUALLY

pytestmark = VIRTUALLY

MONEY, WEBHOOK, PEOPLE, REFRESH, WARMING = Priority


class Line:
    """A line at sixty calls a second, and what came of those who stood in it, in that order."""

    def __init__(self, pace: ProcessPace | None = None) -> None:
        self.counters = Counters()
        self.turns = Turns(pace or ProcessPace(lambda: Allowance.of(60)), self.counters)
        self.given: list[str] = []
        self.refused: dict[str, int] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def stand(
        self, *names: str, priority: Priority = PEOPLE, within: float = 60.0, lasts: float = 0.0
    ) -> None:
        """Have these stand in the line, one behind the other."""
        for name in names:
            self.tasks[name] = asyncio.create_task(self._go(name, priority, within, lasts))
            await asyncio.sleep(0)

    async def _go(self, name: str, priority: Priority, within: float, lasts: float) -> None:
        deadline = asyncio.get_running_loop().time() + within
        try:
            async with self.turns.turn("jobs", Errand(priority, deadline)):
                self.given.append(name)
                await asyncio.sleep(lasts)
        except UpstreamBusy as error:
            self.refused[name] = error.retry_after_ms

    async def over(self) -> None:
        """Wait for everybody."""
        await asyncio.wait(self.tasks.values())


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A line whose bucket has nothing left."""
    made = Line()
    await made.stand(*(f"before {number}" for number in range(6)), priority=MONEY)
    await made.over()
    assert asyncio.get_running_loop().time() == 0
    made.given.clear()
    yield made
    await made.turns.aclose()
    await asyncio.gather(*made.tasks.values(), return_exceptions=True)


async def test_the_most_urgent_first_then_who_came_first(line: Line) -> None:
    await line.stand("warming 1", priority=WARMING)
    await line.stand("refresh 1", "refresh 2", priority=REFRESH)
    await line.stand("people 1", "people 2")
    await line.stand("webhook 1", priority=WEBHOOK)
    await line.stand("money 1", "money 2", priority=MONEY)
    await line.stand("people 3")
    await line.stand("webhook 2", priority=WEBHOOK)
    await line.over()
    assert line.given == [
        *("money 1", "money 2", "webhook 1", "webhook 2"),
        *("people 1", "people 2", "people 3"),
        *("refresh 1", "refresh 2", "warming 1"),
    ]


async def test_who_would_wait_in_vain_is_told_at_once_and_when_to_come_again(line: Line) -> None:
    await line.stand(*(f"people {number}" for number in range(46)), within=1.15)
    await line.stand("late 1", "late 2", within=0.5)
    await asyncio.sleep(0)
    assert asyncio.get_running_loop().time() == 0
    assert line.given == []
    assert line.refused == {"late 1": 1005, "late 2": 1005}
    await line.stand("in time", within=1.15)
    await line.over()
    assert len(line.given) == 47
    assert line.counters.refused == {PEOPLE: 2}
    assert line.counters.turns == {MONEY: 6, PEOPLE: 47}


async def test_a_turn_leaves_time_for_the_call_itself(line: Line) -> None:
    await line.stand(*(f"people {number}" for number in range(400)), within=9.0)
    await line.over()
    assert len(line.given) == 382  # as many as have their turn within eight seconds
    assert asyncio.get_running_loop().time() == pytest.approx((381 + 2.2) / 48)
    assert set(line.refused.values()) == {8005}


async def test_whoever_is_pushed_past_their_deadline_is_told_at_that_moment(line: Line) -> None:
    await line.stand("people 1", "people 2", within=0.1)
    await asyncio.sleep(0.01)
    await line.stand("money 1", "money 2", priority=MONEY, within=1.0)
    await asyncio.sleep(0)
    assert asyncio.get_running_loop().time() == pytest.approx(0.01)
    assert {*line.refused} == {"people 2"}
    await line.over()
    assert line.given == ["money 1", "money 2", "people 1"]


async def test_one_who_leaves_is_not_waited_for(line: Line) -> None:
    await line.stand("leaves 1", "leaves 2", "stays")
    line.tasks["leaves 1"].cancel()
    line.tasks["leaves 2"].cancel()
    await line.over()
    assert line.given == ["stays"]
    assert asyncio.get_running_loop().time() == pytest.approx(2.2 / 48, abs=1e-6)


async def test_a_turn_that_comes_too_late_for_one_who_left_is_given_back() -> None:
    line = Line(unhurried())
    for _ in range(100):
        await line.stand("left", lasts=1.0)
        await asyncio.sleep(0)
        assert line.counters.turns[PEOPLE] == 1
        line.tasks["left"].cancel()  # it is theirs, and they have not heard
        await asyncio.wait([line.tasks["left"]])
        line.counters.turns.clear()
    assert line.given == []
    await line.stand("next")
    await line.over()
    assert line.given == ["next"]


async def test_one_who_is_refused_and_leaves_gives_nothing_back(line: Line) -> None:
    await line.stand(*(f"refused {number}" for number in range(40)), within=2.0)
    await line.turns.pause(5.0)
    for number in range(40):
        line.tasks[f"refused {number}"].cancel()  # they are refused, and have not heard
    await line.over()
    assert line.counters.refused == {PEOPLE: 40}
    await line.stand(*(f"money {number}" for number in range(40)), priority=MONEY, lasts=60.0)
    await asyncio.sleep(10.0)
    assert len(line.given) == 32


async def test_six_connections_of_32_are_kept_for_money_and_webhooks() -> None:
    line = Line(unhurried())
    await line.stand(*(f"people {number}" for number in range(40)), lasts=1.0)
    await line.stand("refresh", priority=REFRESH, lasts=1.0)
    await asyncio.sleep(0.5)
    assert len(line.given) == 26
    await line.stand(*(f"money {number}" for number in range(4)), priority=MONEY, lasts=1.0)
    await line.stand(*(f"webhook {number}" for number in range(4)), priority=WEBHOOK, lasts=1.0)
    await asyncio.sleep(0.25)
    assert line.given[26:] == ["money 0", "money 1", "money 2", "money 3", "webhook 0", "webhook 1"]
    await line.over()
    assert line.given[32:34] == ["webhook 2", "webhook 3"]
    assert line.given[-1] == "refresh"
    assert len(line.given) == 49


class Slow(ProcessPace):
    """A pace that asks somebody far away; `meanwhile` is what happens before they have answered."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(lambda: Allowance.of(1_000_000))
        self.meanwhile = meanwhile
        self.steps = 0

    async def take(self, priority: Priority) -> float:
        """Take a call, after a while."""
        self.meanwhile()
        for _ in range(self.steps):
            await asyncio.sleep(0)
        return self.take_now(priority)


async def test_the_line_is_served_by_one_alone() -> None:
    async def again(times: int) -> None:
        for _ in range(times):
            async with line.turns.turn("jobs", Errand(PEOPLE, 60.0)):
                pass

    def look() -> None:
        tasks = [task.get_name() for task in asyncio.all_tasks()]
        servers.append(tasks.count("servicetitan turns"))

    servers: list[int] = []
    pace = Slow(look)
    pace.steps = 3
    line = Line(pace)
    coming_back = asyncio.create_task(again(60))
    for number in range(60):
        await line.stand(str(number))
        for _ in range(number % 7):
            await asyncio.sleep(0)
    await coming_back
    await line.over()
    assert servers == [1] * 120


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
async def test_a_turn_for_one_who_left_meanwhile_is_the_next_ones(steps: int) -> None:
    pace = Slow(lambda: None)
    line = Line(pace)
    pace.steps = steps
    await line.stand("leaves", priority=MONEY)
    pace.meanwhile = line.tasks["leaves"].cancel
    await line.stand("stays", priority=MONEY)
    await line.over()
    assert line.given == ["stays"]
    assert line.counters.turns == {MONEY: 1}


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
async def test_a_turn_of_money_that_left_meanwhile_gives_people_none_of_its_connections(
    steps: int,
) -> None:
    pace = Slow(lambda: None)
    line = Line(pace)
    await line.stand(*(f"people {number}" for number in range(30)), lasts=1.0)
    await asyncio.sleep(0.5)
    assert len(line.given) == 26
    pace.steps = steps
    await line.stand("money", priority=MONEY)
    pace.meanwhile = line.tasks["money"].cancel
    await asyncio.sleep(0.25)
    assert len(line.given) == 26
    await line.over()
    assert len(line.given) == 30


async def test_a_pause_sends_away_whose_deadline_it_passes_and_holds_the_others(line: Line) -> None:
    await line.stand("soon", within=2.0)
    await line.stand("patient", within=9.0)
    await line.turns.pause(5.0)
    await asyncio.sleep(0)
    assert line.refused == {"soon": 5046}
    await line.stand("money", priority=MONEY, within=1.0)
    await asyncio.sleep(0)
    assert line.refused["money"] == 5021
    await line.over()
    assert line.given == ["patient"]
    assert asyncio.get_running_loop().time() == pytest.approx(5.0 + 2.2 / 48)


async def test_it_tells_how_long_was_waited_and_how_many_went_in_the_last_second(
    line: Line,
) -> None:
    await line.stand("1", "2", priority=MONEY)
    await line.over()
    now = asyncio.get_running_loop().time()
    assert line.counters.waited == pytest.approx(1 / 48 + 2 / 48)
    assert line.counters.used(now) == 8
    assert line.counters.used(now + 0.97) == 2
    assert line.counters.used(now + 1.0) == 0


async def test_at_the_end_everybody_is_sent_away(line: Line) -> None:
    await line.stand("1", "2")
    await line.turns.aclose()
    for name in "12":
        with pytest.raises(UpstreamUnavailable, match=r"^The gateway is closing\. Ask again later"):
            await line.tasks[name]


async def test_what_breaks_the_pace_is_not_waited_for() -> None:
    class Broken(ProcessPace):
        async def take(self, priority: Priority) -> float:
            raise RuntimeError(f"no {priority.name}")

    line = Line(Broken(lambda: Allowance.of(60)))
    await line.stand("1", "2")
    for name in "12":
        with pytest.raises(RuntimeError, match="no PEOPLE"):
            await line.tasks[name]
