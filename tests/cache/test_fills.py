"""What a fill carries to its store, and the keys under which it is put away and forgotten."""

from adapters.cache.ages import Life
from adapters.cache.fills import Fill, Forgotten, list_key, row_key
from adapters.servicetitan.jobs import JOBS
from tests.cache.world import job

LIFE = Life(born=100.0, fresh_until=160.0, refresh_until=400.0, fail_until=1000.0, took=0.5)
ONE, TWO, THREE = job(11, 1), job(12, 1), job(21, 2)


def test_a_fill_has_every_row_once() -> None:
    fill = Fill(JOBS, "customer_id", ((1, (ONE, TWO)), (2, (THREE,)), (3, ()), (4, (ONE,))), LIFE)
    assert fill.rows() == {11: ONE, 12: TWO, 21: THREE}


def test_a_question_has_its_candidates_for_as_long_as_they_live() -> None:
    fill = Fill(JOBS, "customer_id", ((1, (ONE, TWO)), (2, ())), LIFE)
    assert list(fill.lists()) == [(1, (11, 12), LIFE), (2, (), LIFE)]


def test_by_id_only_that_there_is_none_is_put_away_and_for_thirty_seconds() -> None:
    fill = Fill(JOBS, "id", ((11, (ONE,)), (12, ()), (13, ())), LIFE)
    short = Life(100.0, 130.0, 130.0, 130.0, 0.5)
    assert list(fill.lists()) == [(12, (), short), (13, (), short)]
    brief = Life(100.0, 110.0, 120.0, 125.0)
    assert list(Fill(JOBS, "id", ((12, ()),), brief).lists()) == [(12, (), brief)]


def test_what_is_forgotten_is_named_by_its_keys() -> None:
    assert row_key("jobs", 11) == ("jobs", 11)
    assert list_key("jobs", "customer_id", 1) == ("jobs", "customer_id", 1)
    what = Forgotten("jobs", (11, 12), (("customer_id", 1), ("id", 11)))
    assert what.keys() == [
        ("jobs", 11),
        ("jobs", 12),
        ("jobs", "customer_id", 1),
        ("jobs", "id", 11),
    ]
    assert Forgotten("jobs", every_question=True).keys() == []
