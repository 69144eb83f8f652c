"""What one process remembers, put away and found again by hand: verdicts, marks and weights."""

from collections import Counter

import msgspec
import pytest

from adapters.cache.ages import HOLD_SECONDS, Life
from adapters.cache.fills import Began, Fill, Forgotten, Found, list_key, row_key
from adapters.cache.generations import Storing
from adapters.cache.memory import Memory
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.recurring_service_events import RECURRING_SERVICE_EVENTS as EVENTS
from tests.cache.world import event, job

ONE, TWO, THREE = job(11, 1), job(12, 1), job(21, 2)
KEPT, HELD, REFUSED = Storing.KEPT, Storing.HELD, Storing.REFUSED
BY = "customer_id"
ALL = ((1, (ONE, TWO)), (2, (THREE,)), (3, ()))


@pytest.fixture
def now() -> list[float]:
    return [5000.0]


@pytest.fixture
def memory(now: list[float]) -> Memory:
    return Memory(clock=lambda: now[0])


def life(number: int = 0, until: float = 6000.0, born: float = 5000.0) -> Life:
    return Life(born, until, until, until, 0.0, number)


async def keep(memory: Memory, *answers: tuple[int, tuple[object, ...]], number: int = 0) -> object:
    """Put away what was asked now."""
    fill: Fill = Fill(JOBS, BY, answers, life(number))  # type: ignore[type-arg]  # jobs all
    return await memory.keep(fill, memory.began(JOBS))


async def test_a_fill_is_told_where_memory_stands(memory: Memory, now: list[float]) -> None:
    assert memory.began(JOBS) == Began(0, 0, 5000.0)
    await memory.forget(Forgotten("jobs", (11,)), 7)
    now[0] = 5001.0
    memory.drop()
    memory.drop()
    await memory.forget(Forgotten("jobs", (11,)), 4)
    assert memory.began(JOBS) == Began(4, 2, 5001.0)


async def test_of_rows_that_do_not_say_what_they_answer_all_are_told_or_nothing_is(
    memory: Memory,
) -> None:
    rows = (event(5, 1), event(6, 2))
    await memory.keep(Fill(EVENTS, "location_id", ((7, rows),), life()), memory.began(EVENTS))
    assert await memory.answers(EVENTS, "location_id", [7]) == {7: Found(rows, life())}
    await memory.forget(Forgotten(EVENTS.name, (6,)), 1)
    assert await memory.answers(EVENTS, "location_id", [7]) == {}


async def test_what_was_put_away_is_found_and_counted(memory: Memory) -> None:
    assert await keep(memory, *ALL) == Counter({KEPT: 6})
    rows = await memory.by_id(JOBS, [11, 99, 21])
    assert {of: (held.row, held.life) for of, held in rows.items()} == {
        11: (ONE, life()),
        21: (THREE, life()),
    }
    told = {1: Found((ONE, TWO), life()), 3: Found((), life())}
    assert await memory.answers(JOBS, BY, [1, 3, 4]) == told
    assert await memory.answers(JOBS, BY, [4]) == {}
    assert await memory.answers(JOBS, BY, [3]) == {3: Found((), life())}


async def test_by_id_a_row_is_its_own_answer_and_nobody_is_one_too(memory: Memory) -> None:
    await memory.keep(Fill(JOBS, "id", ((11, (ONE,)), (12, ())), life()), memory.began(JOBS))
    nobody = Found((), life(until=5030.0))
    assert await memory.answers(JOBS, "id", [11, 12, 13]) == {11: Found((ONE,), life()), 12: nobody}
    assert await memory.answers(JOBS, "id", [12]) == {12: nobody}
    assert await memory.answers(JOBS, "id", [11]) == {11: Found((ONE,), life())}


async def test_an_answer_lives_as_long_as_the_shortest_of_its_rows(memory: Memory) -> None:
    await keep(memory, (1, (ONE, TWO)))
    brief = life(until=5010.0, born=4990.0)
    await memory.keep(Fill(JOBS, BY, ((2, (TWO,)),), brief), memory.began(JOBS))
    (answer,) = (await memory.answers(JOBS, BY, [1])).values()
    assert answer == Found((ONE, TWO), brief)
    assert (await memory.answers(JOBS, BY, [9, 1])) == {1: answer}


async def test_an_answer_of_which_a_row_is_gone_is_none_and_what_left_falls_out(
    memory: Memory,
) -> None:
    await keep(memory, (1, (ONE, TWO)))
    await keep(memory, (2, (job(12, 2),)))
    assert (await memory.answers(JOBS, BY, [1]))[1].rows == (ONE,)
    await memory.forget(Forgotten("jobs", (11,)), 1)
    assert await memory.answers(JOBS, BY, [1, 2]) == {2: Found((job(12, 2),), life())}


async def test_what_was_forgotten_since_is_refused_and_the_rest_is_kept(
    memory: Memory, now: list[float]
) -> None:
    began = memory.began(JOBS)
    await memory.forget(Forgotten("jobs", (11,), ((BY, 2),)), 1)
    now[0] += HOLD_SECONDS
    told = await memory.keep(Fill(JOBS, BY, ALL, life()), began)
    assert told == Counter({REFUSED: 2, KEPT: 4})
    assert set(await memory.by_id(JOBS, [11, 12, 21])) == {12, 21}
    assert set(await memory.answers(JOBS, BY, [1, 2, 3])) == {3}


async def test_every_question_is_refused_and_no_row_where_all_questions_were_forgotten(
    memory: Memory, now: list[float]
) -> None:
    began = memory.began(JOBS)
    await memory.forget(Forgotten("jobs", every_question=True), 1)
    now[0] += HOLD_SECONDS
    assert await memory.keep(Fill(JOBS, BY, ALL, life()), began) == Counter({REFUSED: 3, KEPT: 3})
    assert set(await memory.by_id(JOBS, [11, 12, 21])) == {11, 12, 21}
    assert await memory.answers(JOBS, BY, [1, 2, 3]) == {}
    assert await keep(memory, *ALL) == Counter({KEPT: 6})
    assert await memory.answers(JOBS, BY, [1, 2, 3]) == {}  # told before all were forgotten
    assert await keep(memory, *ALL, number=1) == Counter({KEPT: 6})
    assert set(await memory.answers(JOBS, BY, [1, 2, 3])) == {1, 2, 3}


async def test_what_was_forgotten_just_now_is_believed_for_three_seconds(memory: Memory) -> None:
    await memory.forget(Forgotten("jobs", (11,), ((BY, 2),)), 1)
    assert await keep(memory, *ALL, number=1) == Counter({HELD: 2, KEPT: 4})
    rows = await memory.by_id(JOBS, [11, 12])
    assert [held.life.fail_until for held in rows.values()] == [5003.0, 6000.0]
    (answer,) = (await memory.answers(JOBS, BY, [2])).values()
    assert answer == Found((THREE,), life(1, until=5003.0))


async def test_what_another_store_refused_is_refused_here_and_nothing_that_is_refused_is_kept(
    memory: Memory,
) -> None:
    began = memory.began(JOBS)
    await memory.forget(Forgotten("jobs", (11,)), 1)
    there = {
        row_key("jobs", 11): KEPT,
        row_key("jobs", 12): REFUSED,
        list_key("jobs", BY, 2): HELD,
    }
    told = await memory.keep(Fill(JOBS, BY, ALL, life()), began, there)
    assert told == Counter({REFUSED: 2, HELD: 1, KEPT: 3})
    assert set(await memory.by_id(JOBS, [11, 12, 21])) == {21}
    assert (await memory.answers(JOBS, BY, [2, 3])) == {
        2: Found((THREE,), life(until=5003.0)),
        3: Found((), life()),
    }


@pytest.mark.parametrize("drops", [1, 2])
async def test_a_fill_that_began_before_all_was_dropped_is_not_put_away(
    memory: Memory, drops: int
) -> None:
    await keep(memory, *ALL)
    began = memory.began(JOBS)
    for _ in range(drops):
        memory.drop()
    assert await memory.by_id(JOBS, [11]) == {}
    assert memory.store.held.weight == 0.0
    assert await memory.keep(Fill(JOBS, BY, ALL, life()), began) == Counter()
    assert await memory.by_id(JOBS, [11]) == {}


async def test_a_forgetting_lets_stay_what_is_of_its_own_number_or_later(memory: Memory) -> None:
    for number, of in ((4, 11), (5, 12), (6, 13)):
        fill = Fill(JOBS, BY, ((of, (job(of, of),)),), life(number))
        await memory.keep(fill, memory.began(JOBS))
    await memory.forget(Forgotten("jobs", (11, 12, 13, 14), ((BY, 11), (BY, 12))), 5)
    assert set(await memory.by_id(JOBS, [11, 12, 13])) == {12, 13}
    assert set(await memory.answers(JOBS, BY, [11, 12, 13])) == {12, 13}


async def test_what_moves_is_never_again_as_it_was(memory: Memory) -> None:
    seen = {memory.moves("jobs")}
    everything = {memory.moves(None)}
    for number in range(1, 4):
        await memory.forget(Forgotten("jobs", (11,)), number)
        seen.add(memory.moves("jobs"))
        everything.add(memory.moves(None))
    before = memory.moves("jobs")
    await memory.forget(Forgotten("invoices", (7,)), 1)
    assert memory.moves("jobs") == before
    everything.add(memory.moves(None))
    memory.drop()
    assert memory.moves("jobs") not in seen
    assert (len(seen), len(everything)) == (4, 5)


async def test_rows_and_candidates_are_weighed(memory: Memory) -> None:
    await keep(memory, (1, (ONE, TWO)))
    rows = await memory.by_id(JOBS, [11, 12])
    written = len(msgspec.json.encode(ONE))
    assert len(msgspec.json.encode(TWO)) == written
    weight = 200.0 + 3.0 * written
    assert [held.weight for held in rows.values()] == [weight, weight]
    assert memory.store.held.weight == 2 * weight + 200.0 + 2 * 40.0
    memory.drop()
    await keep(memory, (1, ()))
    assert memory.store.held.weight == 200.0


async def test_of_many_rows_a_few_are_weighed_from_the_first_on(memory: Memory) -> None:
    rows = (job(100, 1, 1), job(101, 1, 1000), job(102, 1, 1))
    await keep(memory, (1, rows))
    (held, *_) = (await memory.by_id(JOBS, [100])).values()
    assert held.weight == 200.0 + 3.0 * len(msgspec.json.encode(job(100, 1, 10)))
