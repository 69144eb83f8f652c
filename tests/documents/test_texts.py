"""What stands on pat's documents, word for word, and what they cost."""

from collections import Counter
from collections.abc import Callable

import pytest

from resolvers.policy import Documents
from resolvers.signed_addresses import Target, TargetKind
from tests.house import House, demo_policy, number, ready_house
from tests.pdf_text import Read, read_pdf

Address = Callable[..., str]

PARTLY_PAID = int(number("partly-paid-invoice"))
SENDER = """Harbor & Oak Heating and Air
Harbor & Oak Home Services
1200 W Harbor Drive
Chicago, IL 60607
+1 312 555 0142  ·  office@harborandoak.example"""
FOOT = """+1 312 555 0142  ·  office@harborandoak.example
Page 1 of 1"""
HOME = "Pat Sullivan\n418 Linden Avenue\nOak Park, IL 60302"

INVOICE = f"""{SENDER}
Invoice
Number\n500107\nDate\nJune 24, 2026\nDue\nJuly 24, 2026\nTerms\nNet 30\nJob\n300107
Bill to\n{HOME}
Service at\n418 Linden Avenue\nOak Park, IL 60302
Balance due\n$195.19
Work performed
Cleared condensate drain.\nTrap primed. Photos
Description\nQuantity\nPrice\nAmount
Dispatch Fee\nThe dispatch fee covers the visit and the diagnosis.\n1\n$89.00\n$89.00
45/5 MFD Run Capacitor\nStocked on the truck.\n1\n$149.25\n$149.25
Skilled Labor, per hour\nA licensed tradesperson.\n1\n$145.00\n$145.00
Subtotal\n$383.25\nTax\n$11.94\nTotal\n$395.19
Payments\n\N{MINUS SIGN}$200.00\nBalance due\n$195.19
Payments received\nDate\nMethod\nAmount\nJune 29, 2026\nCheck\n$200.00
Thank you for your business.
{FOOT}"""

RECEIPT = f"""{SENDER}
Receipt
Number\n700107\nReceived\nJune 29, 2026\nMethod\nCheck
Bill to\n{HOME}
Amount received\n$200.00
Applied to
Invoice\nDated\nService at\nPaid\nLeft to pay
500107\nJune 24, 2026\n418 Linden Avenue, Oak Park, IL 60302\n$200.00\n$195.19
Thank you for your business.
{FOOT}"""

ESTIMATE = f"""{SENDER}
Estimate
Number\n600103\nDate\nJuly 2, 2026\nJob\n300115
Prepared for\n{HOME}
Service at\n418 Linden Avenue\nOak Park, IL 60302
Cold-climate heat pump\nBest\n$15,811.80
Scope of work\nCold-climate heat pump: removal, permit and start-up included.
Description\nQuantity\nPrice\nAmount
3 Ton Cold-Climate Heat Pump\nRated to -15 F.\n1\n$8,940.00\n$8,940.00
96% Gas Furnace, 80k BTU\nTwo-stage, ECM blower.\n1\n$4,895.00\n$4,895.00
Skilled Labor, per hour\nA licensed tradesperson.\n6\n$145.00\n$870.00
Subtotal\n$14,705.00\nTax\n$1,106.80\nTotal\n$15,811.80
Deposit due on acceptance\n$3,162.36
Terms\nI authorize the work described above.
Name\nSignature\nDate
{FOOT}"""

INVOICE_CALLS = {
    "invoices?ids=500107": 1,
    "payments?appliedToInvoiceIds=500107": 1,
    "business-units?": 1,
}
WHOLE = {
    "an invoice": (Target(TargetKind.INVOICE, PARTLY_PAID), INVOICE, INVOICE_CALLS),
    "a receipt": (Target(TargetKind.RECEIPT, 700107, PARTLY_PAID), RECEIPT, INVOICE_CALLS),
    "an estimate": (
        Target(TargetKind.ESTIMATE, 600103),
        ESTIMATE,
        {
            "estimates?ids=600103": 1,
            "business-units?": 1,
            "customers?ids=1001": 1,
            "locations?customerId=1001": 1,
        },
    ),
}


async def opened(house: House, made: str) -> Read:
    answer = await house.gateway.get(made)
    assert answer.status_code == 200, answer.text
    return read_pdf(answer.content)


@pytest.mark.parametrize("kind", list(WHOLE))
async def test_a_document_says_this_and_nothing_else_for_these_calls_cold_and_none_warm(
    house: House, address: Address, kind: str
) -> None:
    target, text, calls = WHOLE[kind]
    assert (await opened(house, address(target))).text == text
    assert await house.calls() == Counter(calls)
    assert (await opened(house, address(target))).text == text
    assert await house.calls() == Counter()


async def test_an_accepted_estimate_has_its_day_in_place_of_a_line_to_sign(
    house: House, address: Address
) -> None:
    made = await opened(house, address(Target(TargetKind.ESTIMATE, 600104)))
    assert "Accepted\nJuly 6, 2026\nPrepared for" in made.text
    assert "Accepted on July 6, 2026." in made.text
    assert "Signature" not in made.text


async def test_a_receipt_tells_only_of_invoices_in_sight(house: House, address: Address) -> None:
    """A payment that went to a neighbor's invoice as well is told as far as it went to pat's."""
    row = (await house.sandbox.get("/_sandbox/records/payments/700107")).json()
    (own,) = row["appliedTo"]
    foreign = own | {"appliedId": 1, "appliedTo": 510001, "appliedAmount": "55.00"}
    await house.put("payments", 700107, appliedTo=[own, foreign])
    made = await opened(house, address(Target(TargetKind.RECEIPT, 700107, PARTLY_PAID)))
    assert made.text == RECEIPT


async def test_the_receipts_address_stands_beside_the_payment(house: House) -> None:
    asked = "invoices { nodes { number payments { amount receiptUrl } } }"
    nodes = (await house.viewer("pat@example.com", asked))["invoices"]["nodes"]
    (payment,) = next(n["payments"] for n in nodes if n["number"] == str(PARTLY_PAID))
    assert payment["amount"] == "200.00"
    assert (await opened(house, payment["receiptUrl"])).text == RECEIPT


async def test_a_business_unit_that_tells_nothing_is_spoken_for_by_the_tenant(
    house: House, address: Address
) -> None:
    nothing = dict.fromkeys(("officialName", "email", "invoiceHeader", "invoiceMessage", "address"))
    await house.put("business-units", 271, **nothing, phoneNumber=None)
    made = await opened(house, address(Target(TargetKind.INVOICE, PARTLY_PAID)))
    assert made.text.startswith("Harbor & Oak Home Services\n+1 312 555 0142\nInvoice\n")
    assert made.author == "Harbor & Oak Home Services"
    assert "Thank you" not in made.text


async def test_documents_are_of_the_business_units_template(
    address: Address, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("own")
    (folder / "hvac").mkdir()
    (folder / "hvac" / "invoice.typ").write_text(
        "#let paper = json(bytes(sys.inputs.paper))\n#paper.kind #paper.number from HVAC"
    )
    own = Documents(templates=str(folder), business_units={271: "hvac"})
    async with ready_house(demo_policy(documents=own)) as house:
        heating = await opened(house, address(Target(TargetKind.INVOICE, PARTLY_PAID)))
        electric = await opened(house, address(Target(TargetKind.INVOICE, 500110)))
    assert heating.text == "invoice 500107 from HVAC"
    assert electric.title == "Invoice 500110"
