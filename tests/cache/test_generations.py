"""The counter of each resource and the marks beside keys: what a fill may still be stored as."""

from dataclasses import dataclass

import pytest

from adapters.cache.generations import Generations, Key, Storing

JOB: Key = ("jobs", 11)
OTHER: Key = ("jobs", 12)
OPEN: Key = ("jobs", "customer_id", 1)
REFUSED, KEPT, HELD = Storing


@dataclass
class Clock:
    """Seconds, until they are moved."""

    now: float = 5000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told(clock: Clock) -> Generations:
    return Generations(clock)


def row(of: Generations, key: Key, began: int) -> Storing:
    return of.judge(str(key[0]), key, began, is_question=False)


def question(of: Generations, began: int, key: Key = OPEN) -> Storing:
    return of.judge(str(key[0]), key, began, is_question=True)


def test_numbers_begin_at_nothing_and_never_go_back(told: Generations) -> None:
    assert (told.number("jobs"), told.next("jobs"), told.floor("jobs")) == (0, 1, 0)
    told.mark("jobs", 5, [JOB], every_question=False)
    assert (told.number("jobs"), told.next("jobs"), told.floor("jobs")) == (5, 6, 0)
    told.mark("jobs", 3, [OTHER], every_question=False)
    assert told.number("jobs") == 5
    assert (told.number("invoices"), told.next("invoices")) == (0, 1)


def test_what_began_before_a_forgetting_is_refused_and_what_began_with_it_is_not(
    told: Generations, clock: Clock
) -> None:
    told.mark("jobs", 5, [JOB], every_question=False)
    clock.now += 3
    assert [row(told, JOB, began) for began in (4, 5, 6)] == [REFUSED, KEPT, KEPT]
    assert row(told, OTHER, 0) is KEPT
    assert question(told, 0) is KEPT
    told.mark("jobs", 6, [JOB], every_question=False)
    clock.now += 3
    assert [row(told, JOB, began) for began in (5, 6)] == [REFUSED, KEPT]


def test_ca10_for_three_seconds_what_is_stored_is_held(told: Generations, clock: Clock) -> None:
    told.mark("jobs", 5, [JOB], every_question=False)
    assert row(told, JOB, 5) is HELD
    assert row(told, OTHER, 5) is KEPT
    clock.now += 2.999
    assert row(told, JOB, 5) is HELD
    clock.now += 0.001
    assert row(told, JOB, 5) is KEPT


def test_every_question_is_of_one_resource_and_no_row_is_one(
    told: Generations, clock: Clock
) -> None:
    told.mark("jobs", 7, [], every_question=True)
    assert told.floor("jobs") == 7
    assert [question(told, began) for began in (6, 7)] == [REFUSED, HELD]
    assert row(told, OPEN, 6) is KEPT
    assert question(told, 0, ("invoices", "customer_id", 1)) is KEPT
    assert told.floor("invoices") == 0
    clock.now += 3
    assert question(told, 7) is KEPT


def test_a_question_is_refused_by_the_later_of_both_marks(told: Generations, clock: Clock) -> None:
    told.mark("jobs", 7, [], every_question=True)
    clock.now += 2
    told.mark("jobs", 9, [OPEN], every_question=False)
    assert [question(told, began) for began in (8, 9)] == [REFUSED, HELD]
    told.mark("jobs", 10, [], every_question=True)
    assert [question(told, began) for began in (9, 10)] == [REFUSED, HELD]


def test_a_mark_is_kept_for_fifteen_minutes(told: Generations, clock: Clock) -> None:
    told.mark("jobs", 5, [JOB], every_question=False)
    clock.now += 899.9
    told.mark("jobs", 6, [OTHER], every_question=False)
    assert row(told, JOB, 4) is REFUSED
    clock.now += 0.1
    told.mark("jobs", 7, [OTHER], every_question=False)
    assert row(told, JOB, 4) is KEPT
    assert row(told, OTHER, 6) is REFUSED


def test_a_mark_that_is_made_again_is_kept_from_then_on(told: Generations, clock: Clock) -> None:
    told.mark("jobs", 5, [JOB, OTHER], every_question=False)
    clock.now += 600
    told.mark("jobs", 6, [JOB], every_question=False)
    clock.now += 600
    told.mark("invoices", 1, [("invoices", 1)], every_question=False)
    assert row(told, JOB, 5) is REFUSED
    assert row(told, OTHER, 4) is KEPT


def test_past_so_many_marks_all_that_began_before_the_oldest_is_refused(
    told: Generations, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.cache.generations.MOST_MARKS", 2)
    told.mark("jobs", 9, [JOB], every_question=False)
    told.mark("jobs", 3, [OTHER], every_question=False)
    clock.now += 10
    assert row(told, ("jobs", 13), 0) is KEPT  # two are not too many
    told.mark("invoices", 4, [("invoices", 1)], every_question=False)
    assert [row(told, ("jobs", 13), began) for began in (8, 9)] == [REFUSED, KEPT]
    assert question(told, 8) is REFUSED
    assert row(told, ("invoices", 2), 0) is KEPT
    told.mark("invoices", 5, [("invoices", 2)], every_question=False)
    assert [row(told, ("jobs", 13), began) for began in (8, 9)] == [REFUSED, KEPT]  # and not 3
    told.mark("invoices", 6, [("invoices", 3)], every_question=False)
    assert [row(told, ("invoices", 9), began) for began in (3, 4)] == [REFUSED, KEPT]


def test_whoever_begins_anew_knows_of_nothing(
    told: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.cache.generations.MOST_MARKS", 1)
    told.mark("jobs", 9, [JOB, OTHER], every_question=True)
    told.clear()
    assert (told.number("jobs"), told.floor("jobs")) == (0, 0)
    assert row(told, OTHER, 0) is row(told, JOB, 0) is question(told, 0) is KEPT
