"""Random documents over the house as it is, by plans and by graphql-core: as told, as asked.

Whoever asks, whatever ServiceTitan refuses, and whatever is wrong in its rows: data and the order
of its keys, errors with all that they tell, and every call upstream.
"""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, replace

import pytest
import pytest_asyncio
from graphql import parse, validate
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gateway.guard.limits import EVERYBODY, STAFF
from resolvers.ids import global_id
from tests.authz.viewers import KINDS
from tests.authz.walk import SCHEMA
from tests.fuzz.asking import random_queries
from tests.limitless import MANY
from tests.long_runs import runs
from tests.plans.documents import Writer
from tests.plans.house import Twice, agree, asked_twice

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITH_MUCH = ["OWNER", "OTHER_OWNER", "MIXED_LEVELS", "NON_BILLING", "STAFF", "VIEW_AS"]
ASKING = [*KINDS, *WITH_MUCH * 3]
SEEDS = st.integers(0, 2**40)
ROOTS = ["viewer"] * 30
RUNS = settings(
    runs(12, 1, at_length=(4_000, 1)), phases=[Phase.explicit, Phase.generate]
)  # a number has no smaller one that is simpler


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A house, and what it is asked: one strategy for all examples, which is slow to make."""

    twice: Twice
    documents: st.SearchStrategy[str]
    told: dict[str, list[object]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asked]:
    """A house that is asked everything twice, and lets documents be as large as they are."""
    with pytest.MonkeyPatch.context() as way:
        for name, limits in {"EVERYBODY": EVERYBODY, "STAFF": STAFF}.items():
            wide = replace(limits, **{of.name: MANY for of in fields(limits)})
            way.setattr(f"gateway.documents.{name}", wide)
        async with asked_twice(tmp_path_factory.mktemp("twice")) as twice:
            records = twice.world.records
            ids = [global_id(kind, key) for kind, keys in records.sample.items() for key in keys]
            told: dict[str, list[object]] = {
                "ID": [*ids, "x", global_id("Invoice", 987_654_321)],
                "Int": [1, 2, 3, 5, 20, 20, 50, 101, -1],
                "String": ["", "compressor", "pat@example.com", "1"],
            }
            yield Asked(twice, random_queries(records), told)


@pytest.mark.parametrize("spoilt", [False, True], ids=["well", "spoilt"])
@RUNS
@given(number=SEEDS)
async def test_any_query_is_answered_alike_and_costs_the_same(
    house: Asked, number: int, *, spoilt: bool
) -> None:
    writer, kind = written(house, number)
    text = writer.document(4)
    if validate(SCHEMA, parse(text)):
        return
    house.twice.weather.seed = number if spoilt else None
    by_plans, by_core = await house.twice.both(kind, text, **writer.values)
    assert agree(by_plans, by_core), (kind, text, writer.values, by_plans, by_core)


@RUNS
@given(st.data())
async def test_what_the_fuzz_asks_is_answered_alike(house: Asked, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(ASKING))
    house.twice.weather.seed = data.draw(st.none() | SEEDS)
    document = data.draw(house.documents)
    by_plans, by_core = await house.twice.both(kind, document)
    assert agree(by_plans, by_core), (kind, document, by_plans, by_core)


def written(house: Asked, number: int) -> tuple[Writer, str]:
    """Return what writes a document of this number, and who asks it."""
    dice = random.Random(number)  # noqa: S311  # no secret
    roots = [*ROOTS, *(name for name in SCHEMA.query_type.fields)]  # type: ignore[union-attr]  # there are queries
    return Writer(SCHEMA, number, frozenset(), house.told, roots, 0.12), dice.choice(ASKING)


async def test_most_of_them_are_planned_and_ask_for_much(house: Asked) -> None:
    counts = house.twice.plans.counts
    before, calls, errors, asked = counts.planned, 0, 0, 0
    for number in range(20):
        writer, kind = written(house, number)
        text = writer.document(4)
        if validate(SCHEMA, parse(text)):
            continue
        house.twice.weather.seed = number if number % 2 else None
        told = await house.twice.asked(kind, text, on=True, **writer.values)
        asked, calls, errors = asked + 1, calls + told.calls.total(), errors + len(told.errors)
    assert asked >= 15
    assert counts.planned - before >= asked - 3
    assert calls >= 20
    assert errors >= 5
    assert counts.surprises == []
