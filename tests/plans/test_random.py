"""Plans and graphql-core, asked the same of random worlds, answer the same.

Data, the order of its keys, and errors with message, path, locations and extensions.
"""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.plans.plans import Plans
from tests.long_runs import IS_LONG
from tests.plans.documents import Writer
from tests.plans.kitchen import STILL, WAITING, Kitchen, world_of
from tests.plans.oracle import by_core, by_plan, document_of

# Where a field fails, graphql-core leaves what it began beside it, and Strawberry's part of that.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine '(Executor|GraphQLCore)")

UNPLANNED = frozenset({"wrapped"})

RUNS = settings(
    max_examples=4000 if IS_LONG else 40,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
SEEDS = st.integers(0, 2**40)

CALM = {"wrong": 0.0, "fails": 0.0, "null": 0.2}
RARE = {"wrong": 0.01, "fails": 0.01}
STORMY = {"wrong": 0.15, "fails": 0.1}
AWAITABLE = {"awaitable": 0.05}


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Have what was left complained of here, and not in whatever test comes by when it goes."""
    yield
    gc.collect()


async def compared(number: int, rates: dict[str, float], graph: Kitchen = WAITING) -> bool:
    """Ask one random document of one random world, twice; return whether plans answered it."""
    writer = Writer(graph.core, number, UNPLANNED)
    text = writer.document()
    node = document_of(graph.core, text)
    if node is None:
        return False
    plans = Plans(graph.schema)
    for _ in range(2):
        mine = await by_plan(plans, node, world_of(graph, number, **rates), writer.values)
        core = await by_core(STILL.core, node, world_of(STILL, number, **rates), writer.values)
        if plans.counts.surprises:
            assert mine.loosely() == core.loosely(), text
        else:
            assert mine == core, text
    return plans.counts.planned == 2


@pytest.mark.parametrize("rates", [{}, CALM, RARE, STORMY], ids=["any", "calm", "rare", "stormy"])
@RUNS
@given(number=SEEDS)
async def test_a_plan_answers_as_graphql_core_does(rates: dict[str, float], number: int) -> None:
    await compared(number, rates)


@RUNS
@given(number=SEEDS)
async def test_where_nothing_waits_it_does_so_too(number: int) -> None:
    await compared(number, {}, STILL)


@settings(RUNS, max_examples=RUNS.max_examples // 5)
@given(number=SEEDS)
async def test_what_surprises_a_plan_is_answered_all_the_same(number: int) -> None:
    writer = Writer(WAITING.core, number, UNPLANNED)
    node = document_of(WAITING.core, writer.document())
    if node is None:
        return
    plans = Plans(WAITING.schema)
    for _ in range(2):
        mine = await by_plan(plans, node, world_of(WAITING, number, **AWAITABLE), writer.values)
        core = world_of(WAITING, number, **AWAITABLE)
        assert mine.loosely() == (await by_core(WAITING.core, node, core, writer.values)).loosely()


async def test_most_random_documents_are_valid_and_planned() -> None:
    planned = [number for number in range(100) if await compared(number, CALM)]
    assert len(planned) > 80
