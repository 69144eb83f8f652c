"""DL-2 in the graph: a link reaches its record, and from there nothing (R61-R65)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from resolvers.ids import global_id
from tests.authz.viewers import LINKED_ESTIMATES, LINKED_INVOICE
from tests.authz.walk import edges_of, found_in, objects
from tests.authz.world import World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINKED = "{ viewer { linkedInvoice { id status balance pdfUrl billTo { name } } } }"
NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
ESTIMATES = "{ viewer { linkedEstimates { id status pdfUrl proposal { id } } } }"
HIDDEN_PATHS = """query($id: ID!) { viewer { email customers { nodes { id name } }
    locations { nodes { id } } invoices { nodes { id } } proposals { nodes { id } }
    tasks { count totalDue invoicesToPay { id } } unscheduledVisits { id } }
  invoice(id: $id) { number customer { name invoices { nodes { id } } } location { id }
    job { id workSummary customer { id } invoices { id } } } }"""


@pytest_asyncio.fixture(loop_scope="module")
async def sent(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A house of its own: what was linked is changed in it."""
    async with open_world(tmp_path_factory.mktemp("links"), seconds=0) as opened:
        yield opened


async def test_dl2_a_payment_link_tells_its_invoice_and_nobody(sent: World) -> None:
    told = await sent.ask("PAYMENT_LINK", HIDDEN_PATHS, id=global_id("Invoice", LINKED_INVOICE))
    assert told.codes == []
    invoice, viewer = told.data["invoice"], told.data["viewer"]
    assert invoice.pop("number") == str(LINKED_INVOICE)
    assert invoice == {"customer": None, "location": None, "job": None}
    assert viewer["email"] is None
    assert list(found_in([viewer])) == []
    assert viewer["tasks"] == {"count": 0, "totalDue": None, "invoicesToPay": []}


async def test_r62_nothing_of_saved_payment_methods_is_told_to_a_link(sent: World) -> None:
    """A field that tells of them has to be asked here, and to be null."""
    methods = [name for name in objects()["Viewer"].fields if "paymentmethod" in name.lower()]
    assert methods == ["paymentMethods"]
    for of in sent.records.by_type["Customer"]:
        asked = f'paymentMethods(customerId: "{global_id("Customer", of)}") {{ __typename }}'
        told = await sent.ask("PAYMENT_LINK", f"{{ viewer {{ {asked} }} }}")
        assert (told.data, told.codes) == ({"viewer": {"paymentMethods": None}}, ["NOT_FOUND"])


def paid_alone(sent: World, kind: str) -> set[str]:
    """Return the keys of payments of what this link was made for, and of nothing else."""
    paid = [
        row
        for row in sent.records.payments
        if ({*row["invoices"]} == {LINKED_INVOICE} if kind == "PAYMENT_LINK" else row["estimate"])
    ]
    assert paid
    return {str(row["id"]) for row in paid}


@pytest.mark.parametrize("kind", ["PAYMENT_LINK", "ESTIMATE_LINK"])
async def test_dl2_no_other_record_of_the_same_people_opens(sent: World, kind: str) -> None:
    linked = {("Invoice", str(LINKED_INVOICE))}
    if kind == "ESTIMATE_LINK":
        linked = {("Estimate", str(key)) for key in LINKED_ESTIMATES}
    linked |= {("Payment", key) for key in paid_alone(sent, kind)}
    owner = sent.oracle("OWNER")
    owned = [(of, key) for of in sent.records.by_type for key in owner.visible(of)]
    assert linked < set(owned)
    for of, key in owned:
        told = await sent.ask(kind, NODE, id=global_id(of, key))
        if (of, key) in linked:
            assert list(found_in(told.data)) == [(of, key)]
        else:
            assert (told.data, told.codes) == ({"node": None}, ["NOT_FOUND"])


async def test_r65_a_paid_invoices_link_shows_it_paid(sent: World) -> None:
    before = await sent.ask("PAYMENT_LINK", LINKED)
    assert before.data["viewer"]["linkedInvoice"]["status"] != "PAID"
    await sent.house.put("invoices", LINKED_INVOICE, balance="0.00")
    after = (await sent.ask("PAYMENT_LINK", LINKED)).data["viewer"]["linkedInvoice"]
    assert (after["status"], after["balance"]) == ("PAID", "0.00")


@pytest.mark.parametrize(("paid", "opens"), [("2026-07-07", True), ("2026-07-06", False)])
async def test_dl4_a_week_after_it_was_paid_a_link_ends(
    sent: World, paid: str, opens: bool
) -> None:
    await sent.house.put("invoices", LINKED_INVOICE, balance="0.00", paidOn=f"{paid}T00:00:00Z")
    told = await sent.ask("PAYMENT_LINK", LINKED)
    assert (told.data["viewer"]["linkedInvoice"] is not None) is opens
    assert told.codes == []


async def test_dl4_a_voided_invoices_link_answers_as_one_to_nothing(sent: World) -> None:
    told = await sent.ask("PAYMENT_LINK", LINKED)
    url = told.data["viewer"]["linkedInvoice"]["pdfUrl"]
    assert (await sent.house.gateway.get(url)).status_code == 200
    await sent.house.put("invoices", LINKED_INVOICE, active=False)
    told = await sent.ask("PAYMENT_LINK", LINKED)
    assert told.data == {"viewer": {"linkedInvoice": None}}
    voided = await sent.ask("PAYMENT_LINK", NODE, id=global_id("Invoice", LINKED_INVOICE))
    unknown = await sent.ask("PAYMENT_LINK", NODE, id=global_id("Invoice", 8_000_000))
    assert voided.text == unknown.text
    assert (await sent.house.gateway.get(url)).status_code == 404


async def test_r63_only_the_emailed_estimates_and_no_sibling(sent: World) -> None:
    told = await sent.ask("ESTIMATE_LINK", ESTIMATES)
    shown = told.data["viewer"]["linkedEstimates"]
    assert [row["id"] for row in shown] == [global_id("Estimate", of) for of in LINKED_ESTIMATES]
    assert [row["proposal"] for row in shown] == [None, None]
    await sent.house.put("estimates", LINKED_ESTIMATES[0], reviewStatus="NeedsApproval")
    told = await sent.ask("ESTIMATE_LINK", ESTIMATES)
    assert [row["id"] for row in told.data["viewer"]["linkedEstimates"]] == [
        global_id("Estimate", LINKED_ESTIMATES[1])
    ]


@pytest.mark.parametrize(
    ("kind", "other"), [("PAYMENT_LINK", "linkedEstimates"), ("ESTIMATE_LINK", "linkedInvoice")]
)
async def test_a_link_of_one_kind_opens_nothing_of_the_other(
    sent: World, kind: str, other: str
) -> None:
    told = await sent.ask(kind, f"{{ viewer {{ {other} {{ id }} }} }}")
    assert told.data == {"viewer": {other: None}}


async def test_dl11_a_revoked_link_opens_nothing_from_the_next_request_on(sent: World) -> None:
    told = await sent.ask("PAYMENT_LINK", LINKED)
    url = told.data["viewer"]["linkedInvoice"]["pdfUrl"]
    other = (await sent.ask("ESTIMATE_LINK", ESTIMATES)).data
    await sent.revoke("payment")
    told = await sent.ask("PAYMENT_LINK", LINKED)
    assert (told.data, told.codes) == ({"viewer": None}, ["UNAUTHENTICATED"])
    told = await sent.ask("PAYMENT_LINK", NODE, id=global_id("Invoice", LINKED_INVOICE))
    assert (told.data, told.codes) == ({"node": None}, ["UNAUTHENTICATED"])
    assert (await sent.house.gateway.get(url)).status_code == 404
    unharmed = (await sent.ask("ESTIMATE_LINK", ESTIMATES)).data
    assert [row["id"] for row in unharmed["viewer"]["linkedEstimates"]] == [
        row["id"] for row in other["viewer"]["linkedEstimates"]
    ]


async def test_az7_a_links_cursors_and_lists_are_nobodys(sent: World) -> None:
    assert {edge.field for edge in edges_of("Viewer")} >= {"linkedInvoice", "linkedEstimates"}
    owner = await sent.ask("OWNER", "{ viewer { invoices(first: 2) { pageInfo { endCursor } } } }")
    cursor = owner.data["viewer"]["invoices"]["pageInfo"]["endCursor"]
    query = "query($after: String) { viewer { invoices(after: $after) { totalCount } } }"
    for kind in ("PAYMENT_LINK", "OTHER_OWNER", "STAFF", "VIEW_AS"):
        assert (await sent.ask(kind, query, after=cursor)).codes == ["BAD_CURSOR"]
