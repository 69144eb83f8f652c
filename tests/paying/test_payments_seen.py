"""Whose payments are told to whom, what of them, and as which document."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import By
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from adapters.ledger.pending_amounts import Pending, PendingAmounts
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override, Payments
from tests.house import HOME, RILEY, House, demo_policy, gid, ready_house
from tests.paying.asking import (
    CANCEL,
    CONFIRM,
    OPEN,
    PARTLY,
    PARTS,
    PAT,
    asked,
    by,
    codes,
    pay,
    quoted,
    wish,
)
from tests.pdf_text import read_pdf
from tests.staff import as_staff, staffed_house

RILEYS = "riley@example.com"
PAYMENT = """query($id: ID!) { payment(id: $id) { id state amount nextAction { kind clientSecret }
    splits { amount invoice { number } } } node(id: $id) { __typename id } }"""
PAGE = """query($first: Int, $after: String, $customer: ID) { viewer {
    payments(first: $first, after: $after, customerId: $customer) { totalCount
    pageInfo { endCursor hasNextPage } nodes { id amount state } } } }"""
PENDING = """query($id: ID!) { invoice(id: $id) { amountProcessing payableOnline
    pendingPayments { id amount state } } }"""


async def found(house: House, email: str, of: str) -> Any:  # noqa: ANN401  # JSON
    """Ask for a payment by its id; return it, or the code that was told in its place."""
    told = await house.ask(email, PAYMENT, id=of)
    if told["data"] == {"payment": None, "node": None}:
        return {error["extensions"]["code"] for error in told["errors"]}
    assert told["data"]["node"] == {"__typename": "Payment", "id": of}
    return told["data"]["payment"]


def with_riley(*levels: tuple[int | None, AccessLevel], **more: Any) -> Any:  # noqa: ANN401  # blocks of the policy
    own = tuple(Override(customer=HOME, location=at, level=level) for at, level in levels)
    people = Access(people=RILEY | {RILEYS: own})
    return demo_policy(access=people, payments=PARTS, **more)


async def test_who_has_billing_on_all_of_the_customer_sees_what_others_paid() -> None:
    async with ready_house(with_riley((None, AccessLevel.BILLING))) as house:
        of = (await pay(house, wish(OPEN, amount="20.00")))["payment"]["id"]
        assert await found(house, RILEYS, of) == {
            "id": of,
            "state": "SUCCEEDED",
            "amount": "20.00",
            "nextAction": None,
            "splits": [{"amount": "20.00", "invoice": {"number": "500106"}}],
        }
        mine = (await asked(house, PAGE, RILEYS))["payments"]
        assert mine["nodes"] == []
        told = (await house.data(RILEYS, PENDING, id=gid(OPEN)))["invoice"]
        assert [row["id"] for row in told["pendingPayments"]] == [of]


@pytest.mark.parametrize(
    "levels",
    [
        [(None, AccessLevel.NON_BILLING)],
        [(None, AccessLevel.NONE)],
        [(None, AccessLevel.BILLING), (2001, AccessLevel.NON_BILLING)],
        [(None, AccessLevel.NON_BILLING), (2001, AccessLevel.BILLING)],
    ],
)
async def test_anybody_else_is_told_that_there_is_none(
    levels: list[tuple[int | None, AccessLevel]],
) -> None:
    async with ready_house(with_riley(*levels)) as house:
        of = (await pay(house, wish(OPEN, amount="20.00")))["payment"]["id"]
        await house.calls()
        for email in (RILEYS, "morgan@example.com", "casey@example.com"):
            assert await found(house, email, of) == {"NOT_FOUND"}
            assert await found(house, email, "UGF5bWVudDo5OTk") == {"NOT_FOUND"}
        assert await house.calls() == {}


async def test_what_somebody_paid_themselves_they_see_while_they_see_all_it_paid_for() -> None:
    at_home = with_riley((None, AccessLevel.NON_BILLING), (2001, AccessLevel.BILLING))
    async with ready_house(at_home) as house:
        of = (await pay(house, wish(OPEN, amount="20.00"), RILEYS))["payment"]["id"]
        assert (await found(house, RILEYS, of))["amount"] == "20.00"
        assert (await asked(house, PAGE, RILEYS))["payments"]["totalCount"] == 1
        assert (await found(house, PAT, of))["amount"] == "20.00"
        await house.choose(with_riley((None, AccessLevel.NON_BILLING)))
        assert await found(house, RILEYS, of) == {"NOT_FOUND"}
        assert (await asked(house, PAGE, RILEYS))["payments"]["totalCount"] == 0
        told = await codes(house, wish(OPEN, amount="20.00"), RILEYS)
        assert told == ["NOT_FOUND"]


async def test_only_its_payer_goes_on_with_it_or_gives_it_up() -> None:
    async with ready_house(with_riley((None, AccessLevel.BILLING))) as house:
        paid = (await pay(house, wish(OPEN, **by("sandbox_card_3ds"))))["payment"]
        seen = await found(house, RILEYS, paid["id"])
        assert (seen["state"], seen["nextAction"]) == ("REQUIRES_ACTION", None)
        for change in (CONFIRM, CANCEL):
            told = await asked(house, change, RILEYS, id=paid["id"])
            assert told["payment"] is None
            assert [error["code"] for error in told["userErrors"]] == ["NOT_FOUND"]
        mine = await found(house, PAT, paid["id"])
        assert mine["nextAction"]["clientSecret"] == paid["nextAction"]["clientSecret"]


async def test_staff_see_payments_and_never_what_their_payer_is_asked() -> None:
    async with staffed_house(demo_policy(payments=PARTS)) as house:
        paid = (await pay(house, wish(OPEN, **by("sandbox_card_3ds"))))["payment"]
        for through in (None, PAT):
            told = await as_staff(house, PAYMENT, through=through, id=paid["id"])
            assert told["data"]["payment"]["state"] == "REQUIRES_ACTION"
            assert told["data"]["payment"]["nextAction"] is None
            assert paid["nextAction"]["clientSecret"] not in str(told)
        viewer_only = await as_staff(house, PAYMENT, staff="viewer-only@example.com", id=paid["id"])
        assert viewer_only["data"] == {"payment": None, "node": None}


async def test_payments_are_listed_newest_first_in_pages(house: House) -> None:
    for turn, amount in enumerate(("10.00", "11.00", "12.00")):
        total = (await quoted(house, OPEN))["total"]
        told = wish(OPEN, total=total, amount=amount, idempotencyKey=f"key {turn}")
        assert await codes(house, told) == []
    page = (await asked(house, PAGE, first=2))["payments"]
    assert [row["amount"] for row in page["nodes"]] == ["12.00", "11.00"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    after = page["pageInfo"]["endCursor"]
    rest = (await asked(house, PAGE, first=2, after=after))["payments"]
    assert [row["amount"] for row in rest["nodes"]] == ["10.00"]
    of = "Q3VzdG9tZXI6MTAwMQ"
    assert (await asked(house, PAGE, first=2, customer=of))["payments"]["totalCount"] == 3
    told = await house.ask(PAT, PAGE, first=2, customer="Q3VzdG9tZXI6MTAxMQ")
    assert [error["extensions"]["code"] for error in told["errors"]] == ["NOT_FOUND"]


async def test_where_nothing_is_pending_the_ledger_is_asked_for_nothing_more(house: House) -> None:
    query = """{ viewer { invoices { nodes { balance amountProcessing payableOnline
        pendingPayments { id } } } } }"""
    await house.data(PAT, query)
    house.steps.taken.clear()
    told = await house.data(PAT, query)
    assert {len(row["pendingPayments"]) for row in told["viewer"]["invoices"]["nodes"]} == {0}
    assert [name for name, _ in house.steps.taken].count("ledger.read") == 1
    await pay(house, wish(OPEN, amount="20.00"))
    await house.data(PAT, query)
    house.steps.taken.clear()
    await house.data(PAT, query)
    assert [name for name, _ in house.steps.taken].count("ledger.read") == 2


async def test_a_payments_receipt_is_printed_before_servicetitan_has_it(house: House) -> None:
    told = await pay(house, wish(OPEN, PARTLY, total="631.69"))
    payment = told["payment"]
    answer = await house.gateway.get(payment["receiptUrl"])
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(read_pdf(answer.content).pages)
    for part in ("Receipt", payment["confirmationNumber"], "500106", "500107", "$436.50"):
        assert part in text
    for part in ("$195.19", "$631.69", "Visa ending in 4242", "Pat Sullivan"):
        assert part in text
    assert text.count("$0.00") == 2


async def test_there_is_no_receipt_of_what_was_not_paid(house: House) -> None:
    for turn, token in enumerate(("sandbox_card_declined", "sandbox_card_3ds")):
        told = await pay(house, wish(OPEN, idempotencyKey=f"key {turn}", **by(token)))
        assert told["payment"]["receiptUrl"] is None


async def test_a_receipts_address_opens_for_who_still_sees_the_payment() -> None:
    async with ready_house(with_riley((None, AccessLevel.BILLING))) as house:
        told = await pay(house, wish(OPEN, amount="20.00"), RILEYS)
        url = told["payment"]["receiptUrl"]
        assert (await house.gateway.get(url)).status_code == 200
        await house.choose(with_riley((None, AccessLevel.NON_BILLING)))
        assert (await house.gateway.get(url)).status_code == 404


async def test_r34_the_invoice_as_pdf_tells_what_is_in_process() -> None:
    async with ready_house(demo_policy(payments=Payments(allow_partial=True))) as house:
        await pay(house, wish(PARTLY, amount="95.19"))
        told = await house.data(
            PAT, "query($id: ID!) { invoice(id: $id) { pdfUrl balance } }", id=gid(PARTLY)
        )
        assert told["invoice"]["balance"] == "100.00"
        answer = await house.gateway.get(told["invoice"]["pdfUrl"])
        text = " ".join(read_pdf(answer.content).pages)
        assert "Payments in process" in text
        assert "95.19" in text
        assert "$195.19" not in text
        assert "Other credits" not in text


async def test_where_what_is_pending_cannot_be_read_nobody_is_let_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await pay(house, wish(OPEN)))["userErrors"] == []

    async def unread(_self: PendingAmounts, _revision: int) -> Pending:
        raise LedgerUnavailable("The ledger does not answer.")

    monkeypatch.setattr(PendingAmounts, "at", unread)
    for query in (
        "{ viewer { tasks { totalDue } } }",
        f'{{ invoice(id: "{gid(OPEN)}") {{ id }} }}',
    ):
        answer = await house.ask(PAT, query)
        assert [*answer["data"].values()] == [None]
        codes = [error["extensions"]["code"] for error in answer["errors"]]
        assert codes == ["UPSTREAM_UNAVAILABLE"]
    answer = await house.data(None, "{ portal { businessName } }")
    assert answer == {"portal": {"businessName": "Our company"}}


async def test_a_receipts_address_opens_nothing_once_the_money_went_back(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    async with ready_house(demo_policy(payments=PARTS), database=url) as house:
        told = await pay(house, wish(OPEN))
        address = told["payment"]["receiptUrl"]
        assert (await house.gateway.get(address)).status_code == 200
        await sent_back(url)
        assert (await house.gateway.get(address)).status_code == 404
        seen = (await asked(house, PAGE))["payments"]["nodes"]
        assert [row["state"] for row in seen] == ["REFUNDED"]
        again = (await house.data(PAT, PENDING, id=gid(OPEN)))["invoice"]
        assert again == {
            "amountProcessing": "0.00",
            "payableOnline": True,
            "pendingPayments": [],
        }


async def sent_back(url: str) -> None:
    """Have the one payment sent back, as another process does."""
    ledger = await asyncio.to_thread(Ledger, url)
    await ledger.open()
    attempts, by = Attempts(ledger), By("office", "request", datetime.now(UTC))
    [attempt] = await attempts.listed()
    for state in (AttemptState.REFUND_PENDING, AttemptState.REFUNDED):
        moved = await attempts.move(attempt, state, by)
        assert moved is not None
        attempt = moved
    await ledger.aclose()
