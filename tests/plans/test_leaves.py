"""Scalars and enums of every odd value, and a part of an answer that is made again."""

from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
from graphql import parse

from gateway.plans.plans import Plans
from tests.plans.kitchen import answers
from tests.plans.oracle import by_core, by_plan
from tests.plans.worlds import Color, Text

ODD: list[Any] = [
    *(0, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**40, 1.0, 2.5, float("nan")),
    *(float("inf"), -float("inf"), True, False, "", "text", "7", Text("sub"), b"b", [], {}),
    *(Color.RED, "r", "RED", 3, object, ValueError("an error"), None),
]

NAMES = ["text", "number", "real", "truth", "key", "hue", "numbers", "must"]


@dataclass(frozen=True)
class Value:
    """A model of one value, under every type's name."""

    told: Any

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # anything at all
        if name.startswith("_"):
            raise AttributeError(name)
        return self.told


Hue = strawberry.enum(Color)


@strawberry.type
class Leaves:
    """Each built-in scalar and an enum, that may be null and that may not."""

    text: str | None
    number: int | None
    real: float | None
    truth: bool | None
    key: strawberry.ID | None
    hue: Hue | None  # type: ignore[valid-type]  # an enum of the graph
    numbers: list[int | None] | None
    must: int


@strawberry.type
class Query:
    """One of them."""

    @answers(Leaves | None)
    def leaves(info: strawberry.Info) -> Any:  # noqa: ANN401, N805  # a model; no method
        """Return whatever the test is about."""
        return Value(info.context)


SCHEMA = strawberry.Schema(Query)
CORE = SCHEMA._schema  # noqa: SLF001  # Strawberry gives it to no one by another name


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize(
    "name", ["text", "number", "real", "truth", "key", "hue", "numbers", "must"]
)
async def test_a_leaf_is_told_as_graphql_core_tells_it(name: str, value: object) -> None:
    node = parse(f"{{ leaves {{ {name} }} }}")
    plans = Plans(SCHEMA)
    assert await by_plan(plans, node, value, {}) == await by_core(CORE, node, value, {})
    assert (plans.counts.planned, plans.counts.surprises) == (1, [])


async def test_what_is_made_again_asks_for_each_parent_once() -> None:
    lots: list[int] = []

    async def one(parent: strawberry.Parent[Any]) -> str:
        return str(parent.told)

    async def every(parents: list[Any]) -> list[str]:
        lots.append(len(parents))
        return [str(parent.told) for parent in parents]

    vars(every)["one"] = one
    vars(one)["for_all"] = every

    @strawberry.type
    class Row:
        number: int | None
        name = strawberry.field(resolver=one, graphql_type=str)

    async def found() -> Any:  # noqa: ANN401  # models
        return [Value(1), Value("wrong"), Value(3)]

    @strawberry.type
    class Rows:
        rows = strawberry.field(resolver=found, graphql_type=list[Row])

    plans = Plans(strawberry.Schema(Rows))
    told = await by_plan(plans, parse("{ rows { number name } }"), None, {})
    assert told.data == (
        '{"rows": [{"number": 1, "name": "1"}, {"number": null, "name": "wrong"}, '
        '{"number": 3, "name": "3"}]}'
    )
    assert [error["path"] for error in told.errors] == [["rows", 1, "number"]]
    assert lots == [3]
