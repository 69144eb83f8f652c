"""What plans do that random documents do not show: what runs, how often, and what is kept."""

import asyncio
from functools import wraps
from typing import Any

import msgspec
import pytest
import strawberry
from graphql import DocumentNode, parse

from gateway.plans.plans import COMBINATIONS, PATIENCE, Plans
from gateway.plans.unplannable import Reason
from gateway.plans.views import plain
from tests.plans.kitchen import STILL, WAITING, answers, world_of
from tests.plans.oracle import by_core, by_plan
from tests.plans.worlds import World

CALM = {"wrong": 0.0, "fails": 0.0, "null": 0.0, "waits": 0.0}


@pytest.fixture
def plans() -> Plans:
    return Plans(WAITING.schema)


def world(seed: int = 1) -> World:
    return world_of(WAITING, seed, **CALM)


async def answered(plans: Plans, text: str, context: object = None, **values: object) -> Any:  # noqa: ANN401  # JSON
    result = await plans.execute(parse(text), context or world(), values)
    assert result.errors is None
    return msgspec.json.decode(msgspec.json.encode(result.data))


async def test_all_parents_of_a_level_are_asked_at_once(plans: Plans) -> None:
    asked = world()
    await answered(plans, "{ alphas(n: 7) { bText } }", asked)
    assert [call for call in asked.calls if call[0] == "b_text"] == [("b_text", 7)]


async def test_two_names_of_one_field_are_two_questions(plans: Plans) -> None:
    asked = world()
    await answered(plans, '{ alphas { bText other: bText(flavour: "sour") } }', asked)
    assert [call for call in asked.calls if call[0] == "b_text"] == [("b_text", 3)] * 2


async def test_the_answer_is_made_of_views_and_encoded_as_dicts_are(plans: Plans) -> None:
    node = parse("{ alphas { text maybeBeta { number } } }")
    told = await plans.execute(node, world())
    assert told.data is not None
    assert not isinstance(told.data["alphas"][0], dict)
    shown = {key: plain(value) for key, value in told.data.items()}
    core = await by_core(STILL.core, node, world_of(STILL, 1, **CALM), {})
    assert msgspec.json.encode(told.data) == msgspec.json.encode(shown)
    assert msgspec.json.decode(msgspec.json.encode(told.data)) == msgspec.json.decode(core.data)


async def test_an_object_that_stands_at_several_places_is_asked_once() -> None:
    asked: list[int] = []

    @strawberry.type
    class Row:
        number: int

        @strawberry.field
        async def later(row: strawberry.Parent[Any]) -> str:  # noqa: N805  # as _Surprising
            asked.append(row.number)
            return str(row.number)

    one, other = Row(number=1), Row(number=2)

    @strawberry.type
    class Query:
        @strawberry.field
        def rows() -> list[Row]:
            return [one, other, one]

    found = await answered(Plans(strawberry.Schema(Query)), "{ rows { later } }")
    assert found == {"rows": [{"later": "1"}, {"later": "2"}, {"later": "1"}]}
    assert asked == [1, 2]


async def test_a_mutation_is_never_planned_and_runs_once(plans: Plans) -> None:
    asked, node = world(), parse("mutation { bump again: bump }")
    told = await plans.execute(node, asked)
    assert told.data == {"bump": 1, "again": 2}
    assert asked.calls == [("bump",), ("bump",)]
    assert plans.planned(node).plans == {}
    assert (plans.counts.planned, plans.counts.left) == (0, 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{ __schema { types { name } } }", "introspection: Query.__schema"),
        ('{ __type(name: "Alpha") { name } }', "introspection: Query.__type"),
        ("{ wrapped }", "wrapped has an extension or a permission"),
        ("mutation { bump }", "only queries are planned: what changes something never runs twice"),
        ("query A { must } query B { must }", "no such operation, or more than one"),
        ("{ must @defer }", "the directive @defer"),
    ],
)
async def test_what_is_not_planned_is_answered_by_graphql_core(
    plans: Plans, text: str, why: str
) -> None:
    node = parse(text)
    mine = await by_plan(plans, node, world(), {})
    assert plans.planned(node).refused == why
    assert (plans.counts.planned, plans.counts.left) == (0, 1)
    assert mine == await by_core(WAITING.core, node, world(), {})


@strawberry.type
class _Surprising:
    @strawberry.field
    def here(info: strawberry.Info) -> str:  # noqa: N805  # no method: what is asked is its parent
        info.context.append("asked")
        return ".".join(map(str, info.path.as_list()))

    @strawberry.field
    def later() -> str:
        async def told() -> str:
            return "later"

        return told()  # type: ignore[return-value]  # that is the surprise


@pytest.mark.parametrize(
    ("text", "answer"), [("{ a: here }", {"a": "a"}), ("{ later }", {"later": "later"})]
)
async def test_a_surprise_is_answered_by_graphql_core_and_then_left_to_it(
    text: str, answer: object
) -> None:
    plans, node = Plans(strawberry.Schema(_Surprising)), parse(text)
    for number in range(PATIENCE + 2):
        told = await plans.execute(node, [])
        assert (told.data, told.errors) == (answer, None)
        assert len(plans.counts.surprises) == min(number + 1, PATIENCE)
        assert plans.counts.surprised == min(number + 1, PATIENCE)
        assert plans.counts.reasons == {Reason.SURPRISE: number + 1}
    assert plans.planned(node).refused is not None
    assert (plans.plans, plans.fields) == (0, 0)


async def test_each_combination_of_flags_has_a_plan_and_they_are_bounded(plans: Plans) -> None:
    names = [f"b{number}" for number in range(5)]
    heads = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: must @include(if: ${name})" for name in names)
    node = parse(f"query ({heads}) {{ must {fields} }}")
    for number in range(32):
        values = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        told = await plans.execute(node, world(), values)
        wanted = {"must": "must"} | {name: "must" for name in names if values[name]}
        assert told.data == wanted
        assert len(plans.planned(node).plans) <= COMBINATIONS
    assert plans.counts.planned == 32


async def test_operations_are_kept_by_document_and_bounded() -> None:
    plans = Plans(WAITING.schema, remembered=3)
    nodes: list[DocumentNode] = [parse("{ must }") for _ in range(5)]
    first = plans.planned(nodes[0])
    assert plans.planned(nodes[0]) is first
    assert len({id(plans.planned(node)) for node in nodes}) == 5
    assert plans.kept == 3
    assert plans.planned(nodes[0]) is not first


async def test_what_plans_take_is_bounded_and_counted() -> None:
    plans = Plans(WAITING.schema, most_fields=20)
    text = (
        "query ($more: Boolean!) { must alphas { text } more: alphas @include(if: $more) { text } }"
    )
    nodes = [parse(text) for _ in range(4)]
    for node in nodes:
        for more in (True, False):
            await plans.execute(node, world(), {"more": more})
        assert plans.fields <= 20
    assert (plans.counts.made, plans.counts.planned) == (8, 8)
    assert (plans.kept, plans.plans, plans.fields) == (2, 4, 16)
    await plans.execute(nodes[3], world(), {"more": True})
    assert plans.counts.made == 8
    await plans.execute(nodes[0], world(), {"more": True})
    assert (plans.counts.made, plans.plans, plans.fields) == (9, 3, 13)


async def test_an_operation_whose_plans_are_too_large_together_keeps_the_last() -> None:
    plans, text = (
        Plans(WAITING.schema, most_fields=4),
        "query ($a: Boolean!) { must alphas { text } ",
    )
    node = parse(text + "again: must @skip(if: $a) }")
    for skip in (True, False, True):
        await plans.execute(node, world(), {"a": skip})
        assert (plans.plans, plans.fields) == (1, 4 - skip)
    assert plans.counts.made == 3


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("mutation { bump }", {}, Reason.OPERATION),
        ("{ __schema { types { name } } }", {}, Reason.INTROSPECTION),
        ("{ must @defer }", {}, Reason.DIRECTIVE),
        ("{ wrapped }", {}, Reason.FIELD),
        ("query ($n: Int!) { alphas(n: $n) { text } }", {"n": "x"}, Reason.VARIABLES),
        (" ".join(["{", *(f"a{number}: must" for number in range(3001)), "}"]), {}, Reason.SIZE),
    ],
)
async def test_why_graphql_core_answers_is_counted_in_a_word(
    plans: Plans, text: str, values: dict[str, object], reason: Reason
) -> None:
    node = parse(text)
    for _ in range(2):
        await plans.execute(node, world(), values)
    assert plans.counts.reasons == {reason: 2}
    assert (plans.counts.made, plans.plans, plans.fields) == (0, 0, 0)


async def test_no_text_of_a_document_becomes_source(plans: Plans) -> None:
    node = parse('query Loud { alpha { loud: told(word: "__import__") } ODD_KEY: must }')
    await plans.execute(node, world())
    (plan,) = plans.planned(node).plans.values()
    assert "import" not in plan.source
    assert "loud" not in plan.source
    assert "ODD_KEY" not in plan.source


async def test_cancelling_a_query_ends_all_that_it_began() -> None:
    ended: list[str] = []

    @strawberry.type
    class Query:
        @strawberry.field
        async def slow(name: str) -> str:  # noqa: N805  # as _Surprising
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(name)
            return name

    plans = Plans(strawberry.Schema(Query))
    node = parse('{ a: slow(name: "a") b: slow(name: "b") }')
    running = asyncio.ensure_future(plans.execute(node, None))
    for _ in range(5):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(ended) == ["a", "b"]


async def test_a_surprise_ends_all_that_runs_beside_it() -> None:
    asked: list[str] = []

    @strawberry.type
    class Query:
        @strawberry.field
        async def slow() -> str:
            asked.append("slow")
            if len(asked) == 1:
                try:
                    await asyncio.sleep(5)
                except asyncio.CancelledError:
                    asked.append("ended")
                    raise
            return "slow"

        @strawberry.field
        async def here(info: strawberry.Info) -> str:  # noqa: N805  # as _Surprising
            await asyncio.sleep(0)
            return str(info.path.key)

    told = await Plans(strawberry.Schema(Query)).execute(parse("{ slow here }"), None)
    assert told.data == {"slow": "slow", "here": "here"}
    assert asked == ["slow", "ended", "slow"]


async def test_a_wrapper_of_a_resolver_is_never_passed_by() -> None:
    refused: list[str] = []

    async def one(parent: strawberry.Parent[Any]) -> str:
        return f"one {parent}"

    async def every(parents: list[Any]) -> list[str]:
        return ["every"] * len(parents)

    vars(every)["one"] = one
    vars(one)["for_all"] = every

    @wraps(one)
    async def gated(*parents: Any, **given: Any) -> str:  # noqa: ANN401  # anything
        refused.append("asked")
        return await one(*parents, **given)

    @strawberry.type
    class Thing:
        open = strawberry.field(resolver=one, graphql_type=str)
        shut = strawberry.field(resolver=gated, graphql_type=str)

    @strawberry.type
    class Query:
        @answers(list[Thing])
        def things() -> list[Any]:
            return [1, 2]

    told = await Plans(strawberry.Schema(Query)).execute(parse("{ things { open shut } }"), None)
    assert told.data is not None
    assert [plain(one) for one in told.data["things"]] == [
        {"open": "every", "shut": "one 1"},
        {"open": "every", "shut": "one 2"},
    ]
    assert refused == ["asked", "asked"]
