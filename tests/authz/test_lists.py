"""The matrix by screens: what lists, counts and sums of the viewer's own hold."""

from decimal import Decimal
from typing import Any

import pytest

from resolvers.ids import global_id
from tests.authz.records import Row
from tests.authz.viewers import KINDS
from tests.authz.walk import edges_of, found_in
from tests.authz.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

EDGES = {edge.field: edge for edge in edges_of("Viewer")}
WHOLE = {"customers", "locations", "invoices", "equipment", "serviceAgreements", "memberships"}
"""Lists that hold everything of their type that the viewer may see; the others hold some of it."""
PEOPLE = [kind for kind, told in KINDS.items() if told.email is not None]
EMPTY = [kind for kind, told in KINDS.items() if told.email is None and kind != "ANONYMOUS"]
"""Staff by themselves have no records of their own, and a link has no lists."""
TASKS = "tasks { totalDue count invoicesToPay { id } proposalsToReview { id } }"
COUNTS = "jobCounts { inProgress onHold upcoming completed canceled }"
LINK_FIELDS = {"linkedInvoice", "linkedEstimates"}
MADE_BY_A_LINK = {("PAYMENT_LINK", "payments")}
"""Lists that a link has after all: of what its holder did."""
METHODS = "query($of: ID!) { viewer { paymentMethods(customerId: $of) { __typename id } } }"


async def listed(world: World, kind: str, field: str) -> dict[str, Any]:
    """Ask for one list of the viewer's own."""
    selection = EDGES[field].selection("__typename id")
    told = await world.ask(kind, f"{{ viewer {{ {selection} }} }}")
    assert told.codes == [], told.text
    viewer: dict[str, Any] = told.data["viewer"]
    return viewer


@pytest.mark.parametrize("field", EDGES.keys() - LINK_FIELDS)
@pytest.mark.parametrize("kind", PEOPLE)
async def test_a_persons_lists_hold_what_is_theirs(world: World, kind: str, field: str) -> None:
    told = await listed(world, kind, field)
    oracle, of = world.oracle(kind), EDGES[field].to
    own = oracle.visible(of)
    found = {key for _, key in found_in(told)}
    assert found <= own
    if field in WHOLE:
        (page,) = told.values()
        assert page["totalCount"] == len(own)
        assert len(found) == min(len(own), 100)


@pytest.mark.parametrize("field", EDGES.keys() - LINK_FIELDS)
@pytest.mark.parametrize("kind", EMPTY)
async def test_staff_and_links_have_no_lists(world: World, kind: str, field: str) -> None:
    told = await listed(world, kind, field)
    if (kind, field) in MADE_BY_A_LINK:
        mine = {str(row["id"]) for row in world.records.payments if row["madeBy"] == kind}
        assert {key for _, key in found_in(told)} == mine
        return
    assert list(found_in(told)) == []
    assert [page["totalCount"] for page in told.values() if page is not None and page != []] in (
        [],
        [0] * len(told),
    )


@pytest.mark.parametrize("kind", KINDS)
async def test_r16_sums_and_counts_tell_of_nothing_hidden(world: World, kind: str) -> None:
    told = await world.ask(kind, f"{{ viewer {{ {TASKS} {COUNTS} }} }}")
    if kind == "ANONYMOUS":
        assert told.data == {"viewer": None}
        return
    oracle = world.oracle(kind)
    is_person = kind in PEOPLE
    tasks, counts = told.data["viewer"]["tasks"], told.data["viewer"]["jobCounts"]
    bills = [world.records.by_type["Invoice"][key] for key in oracle.visible("Invoice")]
    owed = [row for row in bills if world.records.owed(row) > 0] if is_person else []
    assert {row["id"] for row in tasks["invoicesToPay"]} <= _ids("Invoice", owed)
    assert Decimal(tasks["totalDue"] or 0) == sum(map(world.records.owed, owed))
    assert sum(counts.values()) <= (len(oracle.visible("Job")) if is_person else 0)
    offered = {global_id("Proposal", key) for key in oracle.visible("Proposal")}
    assert {row["id"] for row in tasks["proposalsToReview"]} <= (offered if is_person else set())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ANONYMOUS"])
async def test_a_persons_payments_are_those_they_made(world: World, kind: str) -> None:
    told = await listed(world, kind, "payments")
    oracle = world.oracle(kind)
    mine = {str(row["id"]) for row in world.records.payments if row["madeBy"] == kind}
    assert {key for _, key in found_in(told)} == {of for of in mine if oracle.sees("Payment", of)}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ANONYMOUS"])
async def test_r32_kept_methods_are_told_to_whoever_has_billing_on_the_customer(
    world: World, kind: str
) -> None:
    oracle = world.oracle(kind)
    for key in world.records.by_type["Customer"]:
        told = await world.ask(kind, METHODS, of=global_id("Customer", key))
        kept = {row["id"] for row in world.records.methods if str(row["customerId"]) == key}
        seen = {of for of in kept if oracle.sees("PaymentMethod", of)}
        assert {of for _, of in found_in(told.data)} == seen
        assert told.codes in ([], ["NOT_FOUND"])
        if KINDS[kind].email is not None and oracle.sees("Customer", key):
            assert told.codes == []


def _ids(of: str, rows: list[Row]) -> set[str]:
    return {global_id(of, row["id"]) for row in rows}


@pytest.mark.parametrize("kind", KINDS)
async def test_r61_r63_what_is_linked_is_told_to_links_alone(world: World, kind: str) -> None:
    told = await world.ask(
        kind,
        "{ viewer { linkedInvoice { __typename id } linkedEstimates { __typename id } } }",
    )
    who = KINDS[kind].who
    linked = {("Invoice", key) for key in who.invoices} | {("Estimate", k) for k in who.estimates}
    assert set(found_in(told.data)) == linked


NARROWED = """query($customer: ID, $location: ID) { viewer {
    invoices(customerId: $customer, locationId: $location) { totalCount }
    proposals(customerId: $customer, locationId: $location) { totalCount }
    equipment(customerId: $customer, locationId: $location) { totalCount }
    jobCounts(customerId: $customer, locationId: $location) { upcoming } } }"""


@pytest.mark.parametrize("kind", PEOPLE)
async def test_r14_no_list_is_narrowed_to_what_is_not_theirs(world: World, kind: str) -> None:
    oracle = world.oracle(kind)
    for name, of in (("customer", "Customer"), ("location", "Location")):
        answers = set()
        for key in [*world.records.sample[of], "999999999"]:
            told = await world.ask(kind, NARROWED, **{name: global_id(of, key)})
            if oracle.sees(of, key):
                assert told.codes == []
            else:
                answers.add(told.text)
        assert len(answers) == 1, f"{of}: foreign and unknown differ"
        assert '"NOT_FOUND"' in answers.pop()
