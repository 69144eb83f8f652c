"""The matrix by edges: whatever field leads there, nobody reaches what is not theirs."""

from collections.abc import Mapping
from typing import Any

import pytest

from resolvers.ids import global_id
from tests.authz.expectations import outcome
from tests.authz.relations import EXACT, WITHIN
from tests.authz.viewers import KINDS
from tests.authz.walk import IDS, Edge, edges_of, found_in, records
from tests.authz.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

EDGES = [edge for of in records() for edge in edges_of(of)]
STARTS = [kind for kind in KINDS if kind != "ANONYMOUS"]
PARENTS, NESTED_PARENTS = 24, 3
NOT_BY_A_LINK = {"Estimate.proposal"}
"""A link opens the estimates that were sent and no siblings of theirs (R63)."""


def parents_of(world: World, kind: str, of: str, most: int) -> list[str]:
    """Return some records of this type that this viewer sees, crossed ones first."""
    oracle = world.oracle(kind)
    if outcome(kind, of) == "edges":
        return []
    keys = [key for key in reversed(world.records.sample[of]) if oracle.sees(of, key)]
    return keys[:most]


async def followed(
    world: World, kind: str, edge: Edge, parents: list[str], inner: str = IDS
) -> list[dict[str, Any]]:
    """Ask this field of these records; return what each tells of it."""
    query = (
        "query($ids: [ID!]!) { nodes(ids: $ids) { "
        f"{IDS} ... on {edge.of} {{ {edge.selection(inner)} }} }} }}"
    )
    told = await world.ask(kind, query, ids=[global_id(edge.of, key) for key in parents])
    assert told.codes == [], told.text
    nodes: list[dict[str, Any]] = told.data["nodes"]
    return nodes


@pytest.mark.parametrize("kind", STARTS)
async def test_every_edge_leads_to_what_is_theirs_and_to_all_of_it(world: World, kind: str) -> None:
    oracle = world.oracle(kind)
    wrong = []
    for edge in EDGES:
        parents = parents_of(world, kind, edge.of, PARENTS)
        if not parents:
            continue
        for key, node in zip(parents, await followed(world, kind, edge, parents), strict=True):
            _check_pages(node)
            beyond = {name: told for name, told in node.items() if name not in {"id", "__typename"}}
            found = {of for _, of in found_in(beyond)}
            foreign = {of for of in found if not oracle.sees(edge.to, of)}
            expected = _expected(world, kind, edge, key)
            if foreign or (expected is not None and not _is_all(beyond, found, expected)):
                wrong.append((f"{edge.of}:{key}.{edge.field}", found, expected, foreign))
    assert wrong == []


def _is_all(told: dict[str, Any], found: set[str], expected: set[str]) -> bool:
    """Is this all there is, or a page of it that counts all there is?"""
    (page,) = _pages(told) or [{"totalCount": len(found)}]
    return found <= expected and page["totalCount"] == len(expected)


def _expected(world: World, kind: str, edge: Edge, key: str) -> set[str] | None:
    """Return the keys this edge is to lead to, None where only that they are theirs is told."""
    name = f"{edge.of}.{edge.field}"
    joined = EXACT.get(name)
    if joined is None:
        return None
    if KINDS[kind].link and name in NOT_BY_A_LINK:
        return set()
    parent = world.records.row(edge.of, key)
    assert parent is not None
    rows = world.records.by_type[edge.to].items()
    near = {of for of, row in rows if joined(parent, row)}
    return {of for of in near if world.oracle(kind).sees(edge.to, of)}


@pytest.mark.usefixtures("any_shape")
@pytest.mark.parametrize("kind", STARTS)
async def test_nor_do_two_edges_after_each_other(world: World, kind: str) -> None:
    oracle = world.oracle(kind)
    for edge in EDGES:
        parents = parents_of(world, kind, edge.of, NESTED_PARENTS)
        if not parents:
            continue
        inner = " ".join([IDS, *(further.selection(IDS) for further in edges_of(edge.to))])
        told = await followed(world, kind, edge, parents, inner)
        foreign = {(of, key) for of, key in found_in(told) if not oracle.sees(of, key)}
        assert foreign == set(), f"{edge.of}.{edge.field}"
        assert not any(outcome(kind, of) == "never" for of, _ in found_in(told))


async def test_every_edge_has_a_row_in_the_table_of_relations() -> None:
    told = {f"{edge.of}.{edge.field}" for edge in EDGES}
    assert told == EXACT.keys() | WITHIN.keys(), (
        "say in tests/authz/relations.py what joins the records this field leads to"
    )
    assert not EXACT.keys() & WITHIN.keys()


def _check_pages(told: Any) -> None:  # noqa: ANN401  # JSON
    """A page tells the same by its nodes, by its edges and by its count."""
    for page in _pages(told):
        nodes = [node["id"] for node in page["nodes"]]
        assert [row["node"]["id"] for row in page["edges"]] == nodes
        assert page["pageInfo"]["hasNextPage"] == (page["totalCount"] > len(nodes))
        assert not page["pageInfo"]["hasPreviousPage"]


def _pages(told: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401  # JSON
    """Return every page of a list that stands anywhere in an answer."""
    if isinstance(told, Mapping):
        own = [told] if "totalCount" in told else []
        return own + [page for value in told.values() for page in _pages(value)]
    return [page for value in told for page in _pages(value)] if isinstance(told, list) else []
