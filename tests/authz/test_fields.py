"""The matrix by fields: what a record in sight tells of itself, by what it takes to be told."""

from typing import Any

import pytest
from graphql import FieldDefinitionNode, ObjectTypeDefinitionNode, parse

from gateway.graph import sdl
from resolvers.ids import global_id
from tests.authz.expectations import GRANTS, OUTCOMES, TABLE, grant
from tests.authz.test_edges import PARENTS, parents_of
from tests.authz.viewers import KINDS
from tests.authz.walk import Edge, fields, leads_to, objects, records
from tests.authz.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOTS = {"Query", "Mutation", "Subscription"}
PAGED = ("Connection", "Edge")
WITHOUT_BILLING = [
    *("NON_BILLING", "TENANT", "VIEW_AS_WITHOUT_BILLING", "STAFF_WITHOUT_BILLING", "NO_ACCESS"),
]
LINKED = ["PAYMENT_LINK", "ESTIMATE_LINK"]


async def test_every_field_of_every_type_has_a_row_in_the_table() -> None:
    for of, name, _ in fields():
        if of in ROOTS:
            assert name in TABLE["roots"].get(of, {}), f"say who may ask {of}.{name}: [roots.{of}]"
        elif not of.endswith(PAGED):
            assert grant(of, name) in GRANTS, f"say what it takes to be told {of}.{name}"


async def test_and_the_table_tells_of_no_other() -> None:
    there = {(of, name) for of, name, _ in fields()}
    told = TABLE["fields"] | TABLE["roots"]
    assert {(of, name) for of, rows in told.items() for name in rows} <= there


async def test_every_kind_of_viewer_and_type_has_an_outcome() -> None:
    assert set(TABLE["kinds"]) == set(KINDS)
    for kind, row in TABLE["kinds"].items():
        assert set(row.values()) <= OUTCOMES, kind
        assert set(row) <= {"default", *records()}, kind


async def test_what_the_schema_prints_of_grants_is_what_the_table_says() -> None:
    printed = {
        (kind.name.value, field.name.value): _needs(field)
        for kind in parse(sdl()).definitions
        if isinstance(kind, ObjectTypeDefinitionNode) and kind.name.value not in ROOTS
        for field in kind.fields or ()
    }
    for (of, name), needed in printed.items():
        if needed is not None:
            assert grant(of, name) == needed, f"{of}.{name}"


def _needs(field: FieldDefinitionNode) -> str | None:
    for directive in field.directives or ():
        if directive.name.value == "needs":
            (argument,) = directive.arguments or ()
            return str(argument.value.to_dict()["value"]).lower()
    return None


def of_grant(wanted: str) -> list[tuple[str, str]]:
    return [(of, name) for of, name, _ in fields() if of in records() and grant(of, name) == wanted]


async def told_of(world: World, kind: str, of: str, name: str) -> list[Any]:
    """Return what this field tells of each record of this type that this viewer sees."""
    parents = parents_of(world, kind, of, PARENTS)
    field = objects()[of].fields[name]
    to = leads_to(field)
    asked = name if to is None else Edge(of, name, to, ("",)).selection("id")
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {of} {{ {asked} }} }} }}"
    told = await world.ask(kind, query, ids=[global_id(of, key) for key in parents])
    assert told.codes == [], told.text
    return [value for node in told.data["nodes"] for value in node.values()]


def is_nothing(told: Any) -> bool:  # noqa: ANN401  # JSON
    """Is this null, or a list without rows?"""
    return told in (None, []) or (isinstance(told, dict) and told.get("totalCount") == 0)


@pytest.mark.parametrize(("of", "name"), of_grant("billing"))
@pytest.mark.parametrize("kind", WITHOUT_BILLING)
async def test_r8_without_billing_money_is_null_and_lists_are_empty(
    world: World, kind: str, of: str, name: str
) -> None:
    told = await told_of(world, kind, of, name)
    assert [value for value in told if not is_nothing(value)] == []


@pytest.mark.parametrize(("of", "name"), [*of_grant("billing"), *of_grant("unlinked")])
async def test_and_with_it_something_is_told(world: World, of: str, name: str) -> None:
    told = await told_of(world, "OWNER", of, name) + await told_of(world, "OTHER_OWNER", of, name)
    assert not all(map(is_nothing, told))


@pytest.mark.parametrize(("of", "name"), of_grant("unlinked"))
@pytest.mark.parametrize("kind", LINKED)
async def test_r61_r63_a_link_leads_no_further(world: World, kind: str, of: str, name: str) -> None:
    assert all(map(is_nothing, await told_of(world, kind, of, name)))
