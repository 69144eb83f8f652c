"""The house compiled and not: the same answers, and the same calls to ServiceTitan.

Bytes are compared as JSON with its keys in order, errors with all that they tell, and calls as the
sandbox counted them. What changes something is left out: it is never planned.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, get_named_type, is_object_type, parse

from gateway import app
from gateway.graph import build_schema, core
from gateway.plans.plans import Plans
from gateway.plans.sources import Kind, source_of
from tests.bench.questions import CUSTOMER_READ, INVOICES_OPENED, JOBS_SCREEN, TASKS_OPENED
from tests.documented import ASKER, pages, query_of, variables_of
from tests.house import House, gid, ready_house

EMAILS = (ASKER, "riley@example.com", "casey@example.com")
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Invoice { number total } } }"
FRAGMENTED = """
query ($more: Boolean = false) {
  viewer {
    customers {
      nodes {
        name
        balance @skip(if: $more)
        again: balance
        invoices(first: 2) { edges { cursor node { ...Row } } }
      }
    }
  }
}
fragment Row on Invoice { number customer { name } location { id } payments { amount } }
"""
MORE: list[tuple[str, dict[str, Any]]] = [
    *((one.query, {}) for one in (CUSTOMER_READ, JOBS_SCREEN)),
    *((one.question.query, {}) for one in (INVOICES_OPENED, TASKS_OPENED)),
    (NODES, {"ids": [gid("open-invoice"), gid("open-invoice"), "bm9uc2Vuc2U"]}),
    ("query($id: ID!) { invoice(id: $id) { number job { number } } }", {"id": "bm9uc2Vuc2U"}),
    ("{ viewer { invoices(first: 2, last: 3) { totalCount } email } }", {}),
    ('{ viewer { invoices(after: "x") { totalCount } jobs(tab: UPCOMING) { totalCount } } }', {}),
    (FRAGMENTED, {}),
]


@asynccontextmanager
async def house_run(
    by_plans: bool, made: list[Plans], patch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """Open a house whose queries run by plans, or by graphql-core."""

    def recorded(*given: Any, **more: Any) -> Plans:  # noqa: ANN401  # as Plans
        made.append(Plans(*given, **more))
        return made[-1]

    with patch.context() as way:
        way.setattr(app, "Plans", recorded)
        async with ready_house(told={"compiled": "on" if by_plans else "off"}) as house:
            yield house


def asked() -> list[tuple[str, dict[str, Any]]]:
    """Return every query of the pages, and more."""
    texts = [page.read_text("utf-8") for page in pages()]
    questions = [(query_of(text), variables_of(text)) for text in texts]
    return [question for question in questions if _only_reads(question[0])] + MORE


def _only_reads(query: str) -> bool:
    found = [one for one in parse(query).definitions if isinstance(one, OperationDefinitionNode)]
    return all(one.operation is OperationType.QUERY for one in found)


async def test_every_screen_answers_and_asks_the_same_either_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Plans] = []
    told: dict[bool, list[tuple[str, Any]]] = {True: [], False: []}
    for by_plans, found in told.items():
        async with house_run(by_plans, made, monkeypatch) as house:
            await house.calls()
            for email in EMAILS:
                for query, variables in asked():
                    answer = await house.ask(email, query, **variables)
                    found.append((json.dumps(answer), await house.calls()))
    assert told[True] == told[False]
    (plans,) = made
    assert plans.counts.planned == len(EMAILS) * len(asked())
    assert (plans.counts.left, plans.counts.surprises) == (0, [])


def test_every_field_of_the_graph_can_be_planned() -> None:
    schema = core(build_schema())
    kinds: dict[Kind, int] = dict.fromkeys(Kind, 0)
    for kind in schema.type_map.values():
        if is_object_type(kind) and not kind.name.startswith("__") and kind.name != "Subscription":
            for name, field in kind.fields.items():
                kinds[source_of(name, field).kind] += 1
    assert kinds[Kind.ALL] >= 20
    assert kinds[Kind.ATTRIBUTE] >= 100


def test_every_type_with_an_id_says_which_model_it_shows() -> None:
    schema = core(build_schema())
    node = schema.type_map["Node"]
    for kind in schema.get_possible_types(get_named_type(node)):  # type: ignore[arg-type]  # an interface
        assert isinstance(getattr(kind.is_type_of, "model", None), type), kind.name
