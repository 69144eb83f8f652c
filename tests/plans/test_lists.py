"""What a whole list shows to one viewer is kept, where the context has a place for it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from types import ModuleType
from typing import Any, ClassVar

import msgspec
import pytest
import strawberry
from graphql import DocumentNode, parse

from gateway.plans.lists import Listed
from gateway.plans.plans import UNTRIED, Plans
from resolvers import at_once
from tests.plans.oracle import Told, by_core, by_plan


class Row(msgspec.Struct, frozen=True):
    """A row, and those below it."""

    number: int
    below: tuple["Row", ...] = ()


class Loose(msgspec.Struct):
    """A row that may change."""

    number: int


MADE: Counter[str] = Counter()


class Shelf:
    """Keeps what lists show for ever, for one viewer."""

    def __init__(self, context: "Viewer") -> None:
        self.pages: list[tuple[object, Sequence[object], Any]] = []
        self._context = context

    def page(self, listed: object, rows: Sequence[object]) -> Any:  # noqa: ANN401  # JSON
        """Return what these very rows showed."""
        for one, held, shown in self.pages:
            if one is listed and [*map(id, held)] == [*map(id, rows)]:
                return shown
        return None

    def is_worth_it(self, listed: object, _rows: object) -> bool:
        """Keep everything."""
        return isinstance(listed, Listed)

    async def show(self, listed: object, rows: Sequence[object], work: Any) -> Any:  # noqa: ANN401  # JSON
        """Keep what these show, where that waits for nothing."""
        shown = await at_once.at_once(lambda: work(self._context), _nothing)
        if shown is not None:
            self.pages.append((listed, rows, shown))
        return shown


async def _nothing() -> None:
    return None


class Viewer(dict[str, Any]):
    """A context with a shelf, and with attempts."""

    trial: ClassVar[ModuleType] = at_once

    def __init__(self, **told: object) -> None:
        super().__init__(**told)
        self.lasting = Shelf(self)


def shows(model: type) -> Any:  # noqa: ANN401  # a function of Strawberry's
    """Return what tells whether a value is of this model, and which that is."""

    def is_type_of(value: object, _info: object) -> bool:
        return isinstance(value, model)

    vars(is_type_of)["model"] = model
    return is_type_of


async def _later(row: strawberry.Parent[Any], info: strawberry.Info, by: int = 1) -> int:
    MADE["later"] += 1
    if row.number == info.context.get("fails"):
        raise LookupError("later")
    if row.number == info.context.get("silent"):
        await asyncio.sleep(0)
    if row.number == info.context.get("waits"):
        at_once.about_to_wait()
        await asyncio.sleep(0)
    MADE[f"in {asyncio.current_task() is info.context.get('task')}"] += 1
    return int(row.number * by)


async def _looker(info: strawberry.Info) -> str:
    MADE["looker"] += 1
    return str(info.variable_values.get("n"))


@strawberry.type
class RowShown:
    """Shows a row."""

    is_type_of = shows(Row)
    number: int
    below: list["RowShown"]
    later: int = strawberry.field(resolver=_later)
    looker: str = strawberry.field(resolver=_looker)


@strawberry.type
class LooseShown:
    """Shows a row that may change."""

    is_type_of = shows(Loose)
    number: int
    later: int = strawberry.field(resolver=_later)


def _rows(info: strawberry.Info) -> Any:  # noqa: ANN401  # rows
    return info.context["rows"]


@strawberry.type
class Query:
    """All of them."""

    rows = strawberry.field(resolver=_rows, graphql_type=list[RowShown | None])
    loose = strawberry.field(resolver=_rows, graphql_type=list[LooseShown])


SCHEMA = strawberry.Schema(Query)
CORE = SCHEMA._schema  # noqa: SLF001  # Strawberry gives it to no one by another name
NODE = parse("{ rows { number later below { later(by: 3) below { number } } } }")
ROWS = [Row(1, (Row(11), Row(12, (Row(121),)))), Row(2), Row(3, (Row(31),))]


@pytest.fixture(autouse=True)
def made() -> Counter[str]:
    MADE.clear()
    return MADE


@pytest.fixture
def plans() -> Plans:
    return Plans(SCHEMA)


async def alike(plans: Plans, context: Viewer, node: DocumentNode = NODE, **told: object) -> Told:
    """Ask by a plan, and see that graphql-core says the same."""
    found = await by_plan(plans, node, context, dict(told))
    before = MADE.copy()
    assert found == await by_core(CORE, node, context, dict(told))
    MADE.clear()
    MADE.update(before)
    assert plans.counts.surprises == []
    return found


async def test_it_is_made_once_for_the_very_same_rows(plans: Plans, made: Counter[str]) -> None:
    context = Viewer(rows=ROWS)
    first = await alike(plans, context)
    asked = made["later"]
    assert asked == len(ROWS) + 3
    assert await alike(plans, context) == first
    assert made["later"] == asked
    context["rows"] = [ROWS[1], ROWS[0], ROWS[2]]
    assert await alike(plans, context) != first
    context["rows"] = [Row(1), *ROWS[1:]]
    assert await alike(plans, context) != first
    assert made["later"] > asked


async def test_it_is_kept_for_one_viewer_alone(plans: Plans, made: Counter[str]) -> None:
    for _ in range(3):
        await alike(plans, Viewer(rows=ROWS))
    assert made["later"] == 3 * (len(ROWS) + 3)


@pytest.mark.parametrize("fails", [1, 11, 12, 31])
async def test_nothing_is_kept_of_what_fails(plans: Plans, fails: int) -> None:
    context = Viewer(rows=ROWS, fails=fails)
    for _ in range(3):
        found = await alike(plans, context)
        assert len(found.errors) == 1
    assert context.lasting.pages == []


async def test_nor_where_a_row_is_none(plans: Plans) -> None:
    context = Viewer(rows=[ROWS[0], Loose(2)])
    for _ in range(2):
        assert [one["path"] for one in (await alike(plans, context)).errors] == [["rows", 1]]
    assert context.lasting.pages == []


async def test_nor_where_it_has_to_wait(plans: Plans) -> None:
    context = Viewer(rows=ROWS, waits=12)
    for _ in range(2):
        assert (await alike(plans, context)).errors == []
    assert context.lasting.pages == []
    context["waits"] = None
    await alike(plans, context)
    assert len(context.lasting.pages) == 1


async def test_nor_what_looks_at_the_variables(plans: Plans, made: Counter[str]) -> None:
    node = parse("query($n: Int!) { rows { looker } }")
    context = Viewer(rows=ROWS)
    for n in range(4):
        assert f'"looker": "{n}"' in (await alike(plans, context, node, n=n)).data
    assert context.lasting.pages == []
    assert made["looker"] > 0


async def test_nor_what_hangs_from_arguments_that_a_request_tells(plans: Plans) -> None:
    node = parse("query($n: Int!) { rows { number below { later(by: $n) below { later } } } }")
    context = Viewer(rows=ROWS)
    for n in range(4):
        assert f'"later": {n * 11}' in (await alike(plans, context, node, n=n)).data
    titles = {listed.title for listed, _, _ in context.lasting.pages}  # type: ignore[attr-defined]  # a Listed
    assert titles == {"RowShown.below"}
    assert {tuple(rows) for _, rows, _ in context.lasting.pages} == {(Row(121),)}


async def test_nor_of_rows_that_may_change(plans: Plans) -> None:
    row = Loose(1)
    context = Viewer(rows=[row])
    node = parse("{ loose { number later } }")
    assert '"number": 1' in (await alike(plans, context, node)).data
    row.number = 2
    assert '"number": 2' in (await alike(plans, context, node)).data


FORK = parse("{ a: loose { later } b: loose { later(by: 2) } }")


async def test_where_nothing_waits_no_task_is_begun(plans: Plans, made: Counter[str]) -> None:
    context = Viewer(rows=[Loose(1), Loose(2)])
    context["task"] = asyncio.current_task()
    await by_plan(plans, FORK, context, {})
    assert made == {"later": 4, "in True": 4}


async def test_what_has_to_wait_is_told_all_the_same_and_not_tried_each_time(
    plans: Plans, made: Counter[str]
) -> None:
    context = Viewer(rows=[Loose(1), Loose(2)], waits=2)
    context["task"] = asyncio.current_task()
    assert (await alike(plans, context, FORK)).errors == []
    assert made["later"] == 6  # the attempt ended at the second of them
    for _ in range(UNTRIED):
        await by_plan(plans, FORK, context, {})
    assert made["later"] == 6 + 4 * UNTRIED
    context["waits"] = None
    made.clear()
    await by_plan(plans, FORK, context, {})
    assert made == {"later": 4, "in True": 4}


async def test_what_waits_without_a_word_is_not_done_twice_for_another_that_says_so(
    plans: Plans, made: Counter[str]
) -> None:
    context = Viewer(rows=[Loose(1), Loose(2)], silent=1, waits=2)
    assert (await alike(plans, context, FORK)).errors == []
    assert made["later"] == 4


async def test_an_error_of_an_attempt_is_told_once(plans: Plans) -> None:
    context = Viewer(rows=[Loose(1), Loose(2)], fails=1, waits=2)
    assert len((await alike(plans, context, FORK)).errors) > 0
