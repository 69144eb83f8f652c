"""What a frozen row shows by itself is made once, for whoever asks; all else for each of them."""

from collections import Counter
from typing import Any

import msgspec
import pytest
import strawberry
from graphql import DocumentNode, parse

from gateway.plans import plans as module
from gateway.plans.keeping import Keeper
from gateway.plans.plans import Plans
from tests.plans.oracle import Told, by_core, by_plan, told


class Part(msgspec.Struct, frozen=True):
    """A part of a row."""

    word: str


class Row(msgspec.Struct, frozen=True):
    """A row."""

    number: int
    word: str | None = "w"
    parts: tuple[Part, ...] = ()


class Alike(msgspec.Struct, frozen=True):
    """No row, though it has all that one has."""

    number: int = 1
    word: str | None = "w"
    parts: tuple[Part, ...] = ()


MADE: Counter[str] = Counter()
Parent = strawberry.Parent[Row]


def shows(model: type) -> Any:  # noqa: ANN401  # a function of Strawberry's
    """Return what tells whether a value is of this model, and which that is."""

    def is_type_of(value: object, _info: object) -> bool:
        return isinstance(value, model)

    vars(is_type_of)["model"] = model
    return is_type_of


def _loud(row: Parent) -> str:
    MADE["loud"] += 1
    if row.word is None:
        raise LookupError("without a word")
    return row.word.upper()


def _asker(row: Parent, info: strawberry.Info) -> str:
    MADE["asker"] += 1
    return f"{row.number} for {info.context['who']}"


def _times(row: Parent, by: int = 2) -> int:
    MADE["times"] += 1
    return row.number * by


async def _later(row: Parent, info: strawberry.Info) -> str | None:
    if row.number == info.context.get("fails"):
        raise LookupError("later")
    return f"later {row.number}"


@strawberry.type
class PartShown:
    """Shows a part."""

    word: str


@strawberry.type
class RowShown:
    """Shows a row."""

    is_type_of = shows(Row)
    number: int
    loud: str = strawberry.field(resolver=_loud)
    asker: str = strawberry.field(resolver=_asker)
    times: int = strawberry.field(resolver=_times)
    parts: list[PartShown]
    later: str = strawberry.field(resolver=_later)


def _rows(info: strawberry.Info) -> Any:  # noqa: ANN401  # rows
    return info.context["rows"]


@strawberry.type
class Query:
    """All of them."""

    rows = strawberry.field(resolver=_rows, graphql_type=list[RowShown | None])


SCHEMA = strawberry.Schema(Query)
CORE = SCHEMA._schema  # noqa: SLF001  # Strawberry gives it to no one by another name
NODE = parse("{ rows { asker loud parts { word } number times(by: 3) later } }")
ROWS = (Row(1, "one", (Part("a"), Part("b"))), Row(2, "two"))


@pytest.fixture(autouse=True)
def made() -> Counter[str]:
    MADE.clear()
    return MADE


@pytest.fixture
def plans() -> Plans:
    return Plans(SCHEMA)


async def alike(plans: Plans, node: DocumentNode = NODE, **context: object) -> Told:
    """Ask by a plan, and see that graphql-core says the same."""
    by_plans = await by_plan(plans, node, context, {})
    before = MADE.copy()
    assert by_plans == await by_core(CORE, node, context, {})
    MADE.clear()
    MADE.update(before)
    assert plans.counts.surprises == []
    return by_plans


async def test_what_a_row_shows_by_itself_is_made_once_and_all_else_for_each(
    plans: Plans, made: Counter[str]
) -> None:
    for who in ("me", "you", "them"):
        assert f"1 for {who}" in (await alike(plans, rows=[*ROWS], who=who)).data
    assert made == {"loud": 2, "asker": 6, "times": 6}


async def test_a_row_that_is_alike_is_another(plans: Plans, made: Counter[str]) -> None:
    await alike(plans, rows=[Row(1, "one")], who="me")
    changed = await alike(plans, rows=[Row(1, "uno")], who="me")
    assert '"UNO"' in changed.data
    assert made["loud"] == 2


async def test_what_fails_is_kept_by_nobody(plans: Plans, made: Counter[str]) -> None:
    rows = [ROWS[0], Row(3, None), ROWS[1]]
    for _ in range(2):
        found = await alike(plans, rows=rows, who="me")
        assert [error["path"] for error in found.errors] == [["rows", 1, "loud"]]
    assert made["loud"] >= 2 * len(rows) - 1


async def test_a_null_rises_over_what_is_kept_for_one_answer_alone(plans: Plans) -> None:
    assert "null" not in (await alike(plans, rows=[*ROWS], who="me")).data
    failed = await alike(plans, rows=[*ROWS], who="me", fails=1)
    assert [error["path"] for error in failed.errors] == [["rows", 0, "later"]]
    assert failed.data.startswith('{"rows": [null, {')
    assert "null" not in (await alike(plans, rows=[*ROWS], who="me")).data


async def test_what_is_of_another_type_is_refused_though_something_is_kept(plans: Plans) -> None:
    await alike(plans, rows=[*ROWS], who="me")
    found = await alike(plans, rows=[ROWS[0], Alike(), ROWS[1]], who="me")
    assert [error["path"] for error in found.errors] == [["rows", 1]]


async def test_little_is_made_anew_and_not_kept(plans: Plans, made: Counter[str]) -> None:
    node = parse("{ rows { number loud } }")
    for _ in range(3):
        await alike(plans, node, rows=[*ROWS])
    assert made["loud"] == 6


async def test_a_row_is_held_with_what_it_shows_so_that_no_other_has_its_place(
    plans: Plans,
) -> None:
    for number in range(300):
        row = [Row(number, f"word {number}", (Part(str(number)),))]
        assert (
            f'"WORD {number}"' in (await by_plan(plans, NODE, {"rows": row, "who": "me"}, {})).data
        )


async def test_once_too_much_is_kept_all_of_it_is_made_anew(
    made: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Keeper", lambda empty: Keeper(empty, most=5_000))
    plans = Plans(SCHEMA)
    many = [Row(number, "a word") for number in range(10)]
    for row in many:
        await by_plan(plans, NODE, {"rows": [row], "who": "me"}, {})
    (plan,) = plans.planned(NODE).plans.values()
    assert [len(table) for table in plan.tables] == [2]
    assert made["loud"] == 10
    await by_plan(plans, NODE, {"rows": [many[-1]], "who": "me"}, {})
    assert made["loud"] == 10
    await by_plan(plans, NODE, {"rows": [many[0]], "who": "me"}, {})
    assert made["loud"] == 11


def test_a_row_weighs_what_it_holds_though_little_of_it_is_shown() -> None:
    keeper, table = Keeper(lambda: None), dict[int, tuple[Any, ...]]()
    weights = []
    for size in (0, 10_000, 20_000):
        before = keeper.weight
        keeper.keep(table, Row(1, "w" * size), ("a word",))
        weights.append(keeper.weight - before)
    assert weights[0] >= 1_000
    assert weights[2] - weights[1] == weights[1] - weights[0] >= 10_000


async def test_what_is_kept_is_told_as_it_was_written(plans: Plans) -> None:
    result = await plans.execute(NODE, {"rows": [*ROWS], "who": "me"})
    again = await plans.execute(NODE, {"rows": [*ROWS], "who": "me"})
    assert msgspec.json.encode(result.data) == msgspec.json.encode(again.data)
    assert told(result) == told(again)
