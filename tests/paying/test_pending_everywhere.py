"""R34: what is charged and handed to the office is nowhere shown as owed, summed, or offered again.

Every way of the graph to an invoice, and every field that tells of what is owed, stands in a table
here: a new one has to be added.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from resolvers.ids import global_id
from tests.authz.walk import fields, leads_to
from tests.house import House, demo_policy, gid
from tests.paying.asking import OPEN, PARTS, PAT, asked, codes, movements, pay, quoted, wish
from tests.pdf_text import read_pdf
from tests.promises import lines, promised_house
from tests.staff import PAYMENT_LINK, SETTINGS, as_staff, explained, staff_data

pytestmark = pytest.mark.asyncio(loop_scope="module")

INVOICE, JOB, AGREEMENT, MEMBERSHIP = 500106, 300106, 939100, 900101
BILL = "id balance status isOverdue amountProcessing payableOnline"
SETTLED = {
    "id": gid(OPEN),
    "balance": "0.00",
    "status": "PAID",
    "isOverdue": False,
    "amountProcessing": "436.50",
    "payableOnline": False,
}


def at(of: str, key: int, inner: str) -> str:
    """Ask a record by its id."""
    return f'{{ node(id: "{global_id(of, key)}") {{ ... on {of} {{ {inner} }} }} }}'


LIST = f"invoices(first: 100) {{ nodes {{ {BILL} }} edges {{ node {{ {BILL} }} }} }}"
ROUTES = {
    "Query.invoice": f'{{ invoice(id: "{gid(OPEN)}") {{ {BILL} }} }}',
    "Query.node": at("Invoice", INVOICE, BILL),
    "Query.nodes": f'{{ nodes(ids: ["{gid(OPEN)}"]) {{ ... on Invoice {{ {BILL} }} }} }}',
    "Viewer.invoices": f"{{ viewer {{ {LIST} }} }}",
    "Customer.invoices": f"{{ viewer {{ customers {{ nodes {{ {LIST} }} }} }} }}",
    "Job.invoices": at("Job", JOB, f"invoices {{ {BILL} }}"),
    "ServiceAgreement.invoices": at("ServiceAgreement", AGREEMENT, LIST),
    "Membership.invoices": at("Membership", MEMBERSHIP, LIST),
    "PaymentQuote.invoices": (
        f'{{ viewer {{ paymentQuote(invoiceIds: ["{gid(OPEN)}"]) {{ invoices {{ {BILL} }} }} }} }}'
    ),
    "PaymentSplit.invoice": (
        f"{{ viewer {{ payments {{ nodes {{ splits {{ invoice {{ {BILL} }} }} }} }} }} }}"
    ),
}
"""Ways to an invoice that pat has; the others are walked below, each by who has it."""

OTHER_ROUTES = {
    "Viewer.linkedInvoice": "a link's: tests/paying/test_who_pays.py",
    "Tasks.invoicesToPay": "holds what is owed alone",
    "PayInvoicesPayload.invoices": "of a mutation",
}
OWED_TOLD = {
    *("Invoice.balance", "Invoice.amountProcessing", "Customer.balance", "Customer.totalDue"),
    *("Tasks.totalDue", "PaymentQuote.total", "PaymentQuote.minimum", "PaymentQuote.maximum"),
    "PaymentUserError.currentBalance",
}
NOT_OWED = {
    *("Invoice.subtotal", "Invoice.tax", "Invoice.discount", "Invoice.total"),
    *("InvoiceItem.unitPrice", "InvoiceItem.total", "AppliedPayment.amount", "Payment.amount"),
    *("PaymentSplit.amount", "Job.total", "Membership.price", "Financing.asLowAs"),
    *("Estimate.subtotal", "Estimate.tax", "Estimate.total", "Estimate.depositDue"),
    *("EstimateItem.unitPrice", "EstimateItem.total"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house in which pat has paid the whole of an invoice, and ServiceTitan does not know."""
    file = lines(f"{AGREEMENT},2001,Care,2026-05-01,Completed,{JOB}")
    folder = tmp_path_factory.mktemp("pending")
    policy = demo_policy(payments=PARTS)
    async with promised_house(folder, file, policy, told=SETTINGS) as ready:
        await ready.put(
            "service-agreements",
            AGREEMENT,
            customerId=1001,
            locationIds=[2001],
            status="Activated",
            name="Care",
        )
        await ready.put("invoices", INVOICE, membershipId=MEMBERSHIP)
        for route in ROUTES.values():
            await ready.data(PAT, route)  # remembered as it was before
        paid = await pay(ready, wish(OPEN))
        assert (paid["userErrors"], paid["payment"]["recording"]) == ([], "HANDED_OFF")
        assert [{**row, **SETTLED} for row in paid["invoices"]] == [{**SETTLED, "number": "500106"}]
        yield ready
        assert await movements(ready) == [("CHARGE", "436.50")]
        raw = (await ready.sandbox.get(f"/_sandbox/records/invoices/{INVOICE}")).json()
        assert raw["balance"] == "436.50"


def bills(told: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # JSON
    """Return every telling of the invoice anywhere in an answer."""
    if isinstance(told, list):
        return [found for each in told for found in bills(each)]
    if not isinstance(told, dict):
        return []
    own = [told] if told.get("id") == gid(OPEN) and "balance" in told else []
    return own + [found for each in told.values() for found in bills(each)]


async def test_every_way_to_an_invoice_is_walked_here() -> None:
    ways = {f"{of}.{name}" for of, name, field in fields() if leads_to(field) == "Invoice"}
    ways = {way for way in ways if "Edge." not in way and "Connection." not in way}
    assert ways | {"Query.node", "Query.nodes"} == ROUTES.keys() | OTHER_ROUTES.keys()


async def test_every_amount_of_the_graph_is_known_to_be_owed_or_not() -> None:
    told = {f"{of}.{name}" for of, name, field in fields() if str(field.type).startswith("Money")}
    assert told == OWED_TOLD | NOT_OWED


@pytest.mark.parametrize("route", ROUTES)
async def test_the_invoice_is_settled_by_every_way(house: House, route: str) -> None:
    for asking in (house.data(PAT, ROUTES[route]), through_pats_eyes(house, ROUTES[route])):
        found = bills(await asking)
        assert found
        assert [row for row in found if row != SETTLED] == []


async def through_pats_eyes(house: House, query: str) -> Any:  # noqa: ANN401  # JSON
    """Ask as staff who look through pat's eyes; whose payments it is are pat's own."""
    told = await as_staff(house, query, through=PAT)
    assert "errors" not in told, told
    return told["data"]


@pytest.mark.parametrize("route", ["Query.invoice", "Query.node", "Query.nodes", "Job.invoices"])
async def test_staff_see_it_settled_too(house: House, route: str) -> None:
    told = [
        {name: value for name, value in row.items() if name != "payableOnline"}
        for row in bills(await staff_data(house, ROUTES[route]))
    ]
    settled = {name: value for name, value in SETTLED.items() if name != "payableOnline"}
    assert told == [settled] * len(told)
    assert told


async def test_sums_counts_and_orders_go_by_it(house: House) -> None:
    told = await house.viewer(
        PAT,
        """tasks { totalDue count invoicesToPay(first: 100) { id } }
        customers { nodes { balance totalDue hasUnpaidInvoices } }
        open: invoices(status: OPEN) { nodes { id } }
        paid: invoices(status: PAID) { nodes { id } }""",
    )
    [customer] = told["customers"]["nodes"]
    record = (await house.sandbox.get("/_sandbox/records/customers/1001")).json()
    others = [
        row
        for row in (await house.viewer(PAT, "invoices(first: 100) { nodes { balance } }"))[
            "invoices"
        ]["nodes"]
        if row["balance"] != "0.00"
    ]
    due = f"{sum(round(float(row['balance']) * 100) for row in others) / 100:.2f}"
    assert (told["tasks"]["totalDue"], customer["totalDue"]) == (due, due)
    assert customer["hasUnpaidInvoices"] is True
    assert customer["balance"] == f"{record['balance'] - 436.5:.2f}"
    assert gid(OPEN) not in str(told["tasks"]) + str(told["open"])
    assert gid(OPEN) in str(told["paid"])


async def test_it_is_not_offered_again(house: House) -> None:
    quote = await quoted(house, OPEN)
    assert (quote["total"], quote["minimum"], quote["maximum"]) == ("0.00",) * 3
    assert (quote["methods"], quote["achAuthorization"]) == ([], None)
    for total in ("436.50", "0.00"):
        told = wish(OPEN, total=total, idempotencyKey=f"again {total}")
        [error] = (await pay(house, told))["userErrors"]
        assert (error["code"], error["currentBalance"]) == ("PAYMENT_IN_PROGRESS", "0.00")
    both = wish(OPEN, "partly-paid-invoice", total="631.69", idempotencyKey="both")
    assert await codes(house, both) == ["PAYMENT_IN_PROGRESS"]


async def test_no_link_is_sent_to_pay_it_again(house: House) -> None:
    made = (await staff_data(house, PAYMENT_LINK, input={"invoiceNumber": "500106"}))[
        "createPaymentLink"
    ]
    assert made["url"] is None
    assert [error["code"] for error in made["userErrors"]] == ["NOT_AVAILABLE"]


async def test_documents_tell_what_is_in_process(house: House) -> None:
    told = (await asked(house, f'{{ invoice(id: "{gid(OPEN)}") {{ pdfUrl }} }}'))["pdfUrl"]
    text = " ".join(read_pdf((await house.gateway.get(told)).content).pages)
    assert "paid in full" not in text
    assert "Payments in process" in text


async def test_why_it_is_seen_is_as_before(house: House) -> None:
    told = await explained(house, PAT, "INVOICE", "500106")
    assert told["visible"] is True
