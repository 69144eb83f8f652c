"""The matrix: what each kind of viewer gets of each type by its id, whichever field is asked."""

from collections.abc import Iterator, Sequence

import pytest

from resolvers.ids import global_id
from tests.authz.expectations import outcome
from tests.authz.viewers import KINDS, LINKED_ESTIMATES, LINKED_INVOICE
from tests.authz.walk import SCHEMA, found_in, leads_to, records
from tests.authz.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

TYPES = sorted(records())
ROOTS = {
    to: name
    for name, field in SCHEMA.type_map["Query"].fields.items()  # type: ignore[attr-defined]  # an object type
    if "id" in field.args and (to := leads_to(field))
}
ROOT_ASKED = 15
LINKED = {"Invoice": {str(LINKED_INVOICE)}, "Estimate": set(map(str, LINKED_ESTIMATES))}


def blocks(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


async def asked_for(world: World, kind: str, of: str) -> set[str]:
    """Ask for each sampled record by `nodes`; return the keys of those that were given."""
    given: set[str] = set()
    for block in blocks(world.records.sample[of], 100):
        ids = [global_id(of, key) for key in block]
        told = await world.ask(
            kind, "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids
        )
        rows = (told.data or {}).get("nodes") or [None] * len(ids)
        assert [row and row["id"] for row in rows] == [
            row and told_id for row, told_id in zip(rows, ids, strict=True)
        ]
        refused = {"UNAUTHENTICATED"} if kind == "ANONYMOUS" else {"NOT_FOUND"}
        assert set(told.codes) <= refused
        assert len(told.codes) == rows.count(None) or told.data is None
        given |= {key for _, key in found_in(rows)}
    return given


@pytest.mark.parametrize("of", TYPES)
@pytest.mark.parametrize("kind", KINDS)
async def test_by_nodes_each_gets_what_is_theirs(world: World, kind: str, of: str) -> None:
    oracle = world.oracle(kind)
    asked = set(world.records.sample[of])
    given = await asked_for(world, kind, of)
    if outcome(kind, of) != "edges":
        assert given == {key for key in asked if oracle.sees(of, key)}
    _is_as_told(world, kind, of, given)


def _is_as_told(world: World, kind: str, of: str, given: set[str]) -> None:
    """The outcome in the table holds, and not by there being nothing to see."""
    asked = set(world.records.sample[of])
    match outcome(kind, of):
        case "never" | "edges":
            assert given == set()
        case "linked":
            assert given == linked(world, kind, of) & asked
        case "own":
            assert set() < given < asked
        case "everything":
            assert given >= what_anybody_gets(world, of) > set()


def linked(world: World, kind: str, of: str) -> set[str]:
    """Return the keys of what this link was made for, and of what paid for that alone."""
    if of != "Payment":
        return LINKED[of]
    if kind == "PAYMENT_LINK":
        own = [row for row in world.records.payments if {*row["invoices"]} == {LINKED_INVOICE}]
    else:
        own = [row for row in world.records.payments if row["estimate"] in LINKED_ESTIMATES]
    return {str(row["id"]) for row in own}


def what_anybody_gets(world: World, of: str) -> set[str]:
    """Return what any customer, or the holder of a link, gets of this type."""
    others = [world.oracle(kind) for kind, told in KINDS.items() if told.staff is None]
    seen = {key for key in world.records.sample[of] if any(each.sees(of, key) for each in others)}
    return seen or set(world.records.sample[of])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("of", sorted(ROOTS))
async def test_by_its_own_root_field_as_by_its_id(world: World, kind: str, of: str) -> None:
    oracle = world.oracle(kind)
    keys = world.records.sample[of][-ROOT_ASKED:]
    asked = " ".join(
        f'a{turn}: {ROOTS[of]}(id: "{global_id(of, key)}") {{ ...Told }}'
        for turn, key in enumerate(keys)
    )
    fragment = f"fragment Told on Node {{ __typename ... on {of} {{ id }} }}"
    told = await world.ask(kind, f"{{ {asked} }} {fragment}")
    seen = {key for key in keys if oracle.sees(of, key)}
    assert {key for _, key in found_in(told.data)} == seen
    refusal = "UNAUTHENTICATED" if kind == "ANONYMOUS" else "NOT_FOUND"
    assert told.codes == [refusal] * (len(keys) - len(seen))


async def test_every_type_has_a_route_by_id_and_every_root_field_a_type() -> None:
    assert set(ROOTS) <= set(TYPES)
    assert set(TYPES) - set(ROOTS) == {"Location", "Visit", "DirectLink", "PaymentMethod"}


PROBE = """query Probe($a: ID!, $b: ID!, $yes: Boolean!) {
  own: node(id: $a) { __typename id ... on Invoice { total } }
  other: node(id: $b) { __typename id ...Inv }
  many: nodes(ids: [$a, $b]) { id ... @include(if: $yes) { __typename } }
  back: invoice(id: $a) { job { customer { invoices(first: 5) { totalCount
    edges { cursor node { ...Inv } } } } } } }
fragment Inv on Invoice { __typename id number total balance customer { __typename id name } }"""


@pytest.mark.parametrize("kind", ["OWNER", "VIEW_AS", "PAYMENT_LINK", "NON_BILLING"])
async def test_az8_az11_no_fragment_alias_or_way_back_leads_around_a_rule(
    world: World, kind: str
) -> None:
    own, other = global_id("Invoice", LINKED_INVOICE), global_id("Invoice", 500301)
    oracle = world.oracle(kind)
    told = await world.ask(kind, PROBE, a=own, b=other, yes=True)
    assert told.data["other"] is None
    assert told.data["many"][1] is None
    assert (told.data["own"] is not None) is oracle.sees("Invoice", LINKED_INVOICE)
    assert all(oracle.sees(of, key) for of, key in found_in(told.data))
