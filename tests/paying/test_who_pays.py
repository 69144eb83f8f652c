"""Who may pay what, and how often: customers theirs, a link its own, staff and others nothing."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts
from adapters.payments.errors import OutcomeUnknown, ProcessorUnavailable
from adapters.payments.processor import Charge, ChargeOrder, Method, Source
from adapters.payments.sandbox_processor import SandboxProcessor
from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Invoices, Override, Payments, Policy
from tests.house import HOME, RILEY, House, demo_policy, gid, ready_house
from tests.paying.asking import (
    CANCEL,
    CONFIRM,
    MINE,
    OPEN,
    PARTLY,
    PARTS,
    PAT,
    PAY,
    QUOTE,
    SITE,
    asked,
    by,
    codes,
    movements,
    pay,
    quoted,
    wish,
)
from tests.staff import ESTIMATE_LINK, PAYMENT_LINK, as_staff, staff_data, staffed_house

CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "payInvoices": (PAY, {"input": wish(OPEN)}),
    "confirmPayment": (CONFIRM, {"id": "UGF5bWVudDox"}),
    "cancelPayment": (CANCEL, {"id": "UGF5bWVudDox"}),
    "savePaymentMethod": (
        """mutation($input: SavePaymentMethodInput!) { savePaymentMethod(input: $input) {
           paymentMethod { id } userErrors { code } } }""",
        {"input": {"customerId": "Q3VzdG9tZXI6MTAwMQ", "processorToken": "sandbox_card_visa"}},
    ),
    "removePaymentMethod": (
        """mutation($input: PaymentMethodInput!) { removePaymentMethod(input: $input) {
           paymentMethods { id } userErrors { code } } }""",
        {"input": {"customerId": "Q3VzdG9tZXI6MTAwMQ", "paymentMethodId": "x"}},
    ),
    "setPrimaryPaymentMethod": (
        """mutation($input: PaymentMethodInput!) { setPrimaryPaymentMethod(input: $input) {
           paymentMethods { id } userErrors { code } } }""",
        {"input": {"customerId": "Q3VzdG9tZXI6MTAwMQ", "paymentMethodId": "x"}},
    ),
}


async def linked(house: House, number: str, *, estimate: bool = False) -> str:
    """Have staff send a link, and open it; return the token of whoever holds it."""
    query, field = (
        (ESTIMATE_LINK, "createEstimateLink")
        if estimate
        else (
            PAYMENT_LINK,
            "createPaymentLink",
        )
    )
    told = {"estimateNumbers": [number]} if estimate else {"invoiceNumber": number}
    made = (await staff_data(house, query, input=told))[field]
    secret = made["url"].split("#")[1]
    opened = await house.gateway.post("/links/exchange", json={"secret": secret})
    return str(opened.json()["accessToken"])


async def held(house: House, token: str, query: str, **variables: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    """Ask as whoever holds this token; return the answer without its cost."""
    body = {"query": query, "variables": variables}
    headers = {"authorization": f"Bearer {token}"}
    told: dict[str, Any] = (await house.gateway.post("/graphql", json=body, headers=headers)).json()
    told.pop("extensions", None)
    return told


@pytest.mark.parametrize("field", CHANGES)
async def test_pa_staff_and_who_looks_through_other_eyes_change_nothing(field: str) -> None:
    query, variables = CHANGES[field]
    async with staffed_house() as house:
        for through in (None, PAT):
            await house.calls()
            told = await as_staff(house, query, through=through, **variables)
            assert told["data"] is None
            assert [error["extensions"]["code"] for error in told["errors"]] == ["FORBIDDEN"]
            assert await house.calls() == {}
        told = await house.ask(None, query, **variables)
        assert [error["extensions"]["code"] for error in told["errors"]] == ["UNAUTHENTICATED"]
        assert await movements(house) == []


async def test_r8_without_billing_access_there_is_nothing_to_pay(house: House) -> None:
    for email in ("riley@example.com", "sam@example.com", "casey@example.com"):
        assert await codes(house, wish(OPEN), email) == ["NOT_FOUND"]
        told = await house.ask(email, QUOTE, ids=[gid(OPEN)])
        assert told["data"] == {"viewer": {"paymentQuote": None}}
        assert [error["extensions"]["code"] for error in told["errors"]] == ["NOT_FOUND"]
        assert (await asked(house, MINE, email))["payments"]["totalCount"] == 0


async def test_r61_r62_a_payment_link_pays_its_invoice_and_no_other() -> None:
    async with staffed_house(demo_policy(payments=Payments(allow_partial=True))) as house:
        token = await linked(house, "500106")
        told = await held(house, token, QUOTE, ids=[gid(OPEN)])
        assert told["data"]["viewer"]["paymentQuote"]["total"] == "436.50"
        for ids in ([gid(PARTLY)], [gid(OPEN), gid(PARTLY)]):
            told = await held(house, token, QUOTE, ids=ids)
            assert told["data"] == {"viewer": {"paymentQuote": None}}
            told = await held(house, token, PAY, input=wish(OPEN) | {"invoiceIds": ids})
            errors = told["data"]["payInvoices"]["userErrors"]
            assert [error["code"] for error in errors] == ["NOT_FOUND"]
        kept = wish(OPEN, savePaymentMethod=True)
        [error] = (await held(house, token, PAY, input=kept))["data"]["payInvoices"]["userErrors"]
        assert error["code"] == "NOT_AVAILABLE"
        assert error["field"] == ["input", "savePaymentMethod"]
        told = await held(house, token, PAY, input=wish(OPEN, amount="100.00"))
        paid = told["data"]["payInvoices"]
        assert (paid["userErrors"], paid["payment"]["state"]) == ([], "SUCCEEDED")
        assert [row["balance"] for row in paid["invoices"]] == ["336.50"]
        own = (await held(house, token, MINE))["data"]["viewer"]["payments"]
        assert [row["amount"] for row in own["nodes"]] == ["100.00"]
        methods = '{ viewer { paymentMethods(customerId: "Q3VzdG9tZXI6MTAwMQ") { id } } }'
        told = await held(house, token, methods)
        assert told["data"] == {"viewer": {"paymentMethods": None}}
        assert await movements(house) == [("CHARGE", "100.00")]


async def test_r34_a_link_that_was_sent_before_shows_what_is_left() -> None:
    async with staffed_house(demo_policy(payments=Payments(allow_partial=True))) as house:
        token = await linked(house, "500106")
        bill = "id balance status amountProcessing payableOnline pendingPayments { amount }"
        query = f"{{ viewer {{ linkedInvoice {{ {bill} }} }} }}"
        told = (await held(house, token, query))["data"]["viewer"]["linkedInvoice"]
        assert (told["balance"], told["payableOnline"]) == ("436.50", True)
        await pay(house, wish(OPEN))
        told = (await held(house, token, query))["data"]["viewer"]["linkedInvoice"]
        assert told == {
            "id": gid(OPEN),
            "balance": "0.00",
            "status": "PAID",
            "amountProcessing": "436.50",
            "payableOnline": False,
            "pendingPayments": [{"amount": "436.50"}],
        }
        quote = f'{{ viewer {{ paymentQuote(invoiceIds: ["{gid(OPEN)}"]) {{ total methods }} }} }}'
        told = (await held(house, token, quote))["data"]["viewer"]
        assert told["paymentQuote"] == {"total": "0.00", "methods": []}


async def test_r63_an_estimate_link_pays_no_invoice() -> None:
    async with staffed_house() as house:
        token = await linked(house, "600101", estimate=True)
        told = await held(house, token, PAY, input=wish(OPEN))
        errors = told["data"]["payInvoices"]["userErrors"]
        assert [error["code"] for error in errors] == ["NOT_FOUND"]
        assert (await held(house, token, MINE))["data"]["viewer"]["payments"]["nodes"] == []
        assert await movements(house) == []


async def test_pa28_after_five_declines_one_waits(house: House) -> None:
    for turn in range(5):
        told = wish(OPEN, idempotencyKey=f"key {turn}", **by("sandbox_card_declined"))
        assert await codes(house, told) == ["DECLINED"]
        house.moment.now += timedelta(minutes=1)
    await house.calls()
    refused = await house.ask(PAT, PAY, input=wish(OPEN, idempotencyKey="key 5"))
    [error] = refused["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfterMs": 5 * 60_000}
    assert refused["data"] is None
    assert await house.calls() == {}
    before = wish(OPEN, idempotencyKey="key 0", **by("sandbox_card_declined"))
    assert await codes(house, before) == ["DECLINED"]
    house.moment.now += timedelta(minutes=5)
    assert await codes(house, wish(OPEN, idempotencyKey="key 5")) == []


async def test_pa28_after_twenty_payments_one_waits(house: House) -> None:
    for turn in range(20):
        total = f"{436.50 - turn:.2f}"
        told = wish(OPEN, total=total, amount="1.00", idempotencyKey=f"key {turn}")
        assert await codes(house, told) == []
    last = wish(OPEN, total="416.50", idempotencyKey="key 20")
    refused = await house.ask(PAT, PAY, input=last)
    assert refused["errors"][0]["extensions"]["retryAfterMs"] == 3_600_000
    house.moment.now += timedelta(hours=1)
    assert await codes(house, last) == []


async def test_without_a_processor_nothing_is_offered() -> None:
    async with ready_house(told={"payment_processor": "none"}) as house:
        assert await quoted(house, OPEN) is None
        answer = await pay(house, wish(OPEN))
        assert (answer["payment"], answer["invoices"]) == (None, None)
        assert [error["code"] for error in answer["userErrors"]] == ["NOT_AVAILABLE"]
        payable = "{ viewer { invoices { nodes { payableOnline } } } portal { paymentMethods } }"
        told = await house.data(PAT, payable)
        assert {row["payableOnline"] for row in told["viewer"]["invoices"]["nodes"]} == {False}
        assert told["portal"]["paymentMethods"] == []


@pytest.mark.parametrize("lost", [ProcessorUnavailable("Down."), OutcomeUnknown("Lost.")])
async def test_where_the_processor_is_silent_nothing_is_begun(
    house: House, monkeypatch: pytest.MonkeyPatch, lost: Exception
) -> None:
    async def silent(_self: SandboxProcessor, _source: Source) -> Method:
        raise lost

    monkeypatch.setattr(SandboxProcessor, "inspect", silent)
    answer = await house.ask(PAT, PAY, input=wish(OPEN))
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UPSTREAM_UNAVAILABLE"]
    assert (await asked(house, MINE))["payments"]["totalCount"] == 0


async def test_what_the_tenant_does_not_offer_is_not_accepted() -> None:
    async with ready_house(told={"site_url": SITE}) as house:
        quote = await quoted(house, OPEN)
        assert (quote["partialAllowed"], quote["minimum"]) == (False, "436.50")
        assert quote["methods"] == ["CARD", "BANK_ACCOUNT"]
        assert await codes(house, wish(OPEN, amount="20.00")) == ["PARTIAL_NOT_ALLOWED"]
        for token in ("sandbox_apple_pay", "sandbox_google_pay", "sandbox_pay_by_bank"):
            assert await codes(house, wish(OPEN, **by(token))) == ["METHOD_NOT_ACCEPTED"]
        assert await codes(house, wish(OPEN)) == []


async def test_dl4_a_link_whose_time_is_over_quotes_and_pays_nothing() -> None:
    async with staffed_house() as house:
        token = await linked(house, "500106")
        await house.put("invoices", 500106, balance="0.00", paidOn="2026-07-06T00:00:00Z")
        told = await held(house, token, QUOTE, ids=[gid(OPEN)])
        assert [error["extensions"]["code"] for error in told["errors"]] == ["NOT_FOUND"]
        told = await held(house, token, PAY, input=wish(OPEN))
        errors = told["data"]["payInvoices"]["userErrors"]
        assert [error["code"] for error in errors] == ["NOT_FOUND"]


async def test_q6_an_invoice_that_is_held_back_is_not_paid() -> None:
    async with ready_house(demo_policy(invoices=Invoices(hide_of_open_jobs=True))) as house:
        await house.put("invoices", 500103, total="10.00", balance="10.00")
        told = wish(OPEN, total="10.00") | {"invoiceIds": [global_id("Invoice", 500103)]}
        assert await codes(house, told) == ["NOT_FOUND"]
        assert await codes(house, wish(OPEN, idempotencyKey="key 2")) == []


async def test_rights_that_change_while_paying_are_obeyed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspect = SandboxProcessor.inspect

    async def inspected(self: SandboxProcessor, source: Source) -> Method:
        await house.choose(_pat(AccessLevel.NON_BILLING))
        return await inspect(self, source)

    monkeypatch.setattr(SandboxProcessor, "inspect", inspected)
    answer = await house.ask(PAT, PAY, input=wish(OPEN))
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert (await house.sandbox.get("/_sandbox/processor/orders")).json() == {"orders": []}


async def test_rights_that_change_right_before_the_charge_stop_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = SandboxProcessor.prepare

    async def prepared(self: SandboxProcessor, order: ChargeOrder) -> Charge:
        changed = _pat(AccessLevel.NON_BILLING, at_home=AccessLevel.BILLING)
        await house.choose(changed)
        charge = await prepare(self, order)
        monkeypatch.setattr(SandboxProcessor, "prepare", prepare)
        return charge

    monkeypatch.setattr(SandboxProcessor, "prepare", prepared)
    refused = await house.ask(PAT, PAY, input=wish(OPEN))
    errors = refused["data"]["payInvoices"]["userErrors"]
    assert [error["code"] for error in errors] == ["NOT_FOUND"]
    assert await movements(house) == []


def _pat(level: AccessLevel, *, at_home: AccessLevel | None = None) -> Policy:
    """Return choices by which pat has these levels: on the customer, and at home."""
    own = [Override(customer=HOME, level=level)]
    own += [] if at_home is None else [Override(customer=HOME, location=2001, level=at_home)]
    return demo_policy(access=Access(people=RILEY | {PAT: tuple(own)}), payments=PARTS)


async def test_what_was_paid_since_the_operation_began_is_seen(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = Attempts.find

    async def found(self: Attempts, principal: str, key: str) -> Attempt | None:
        monkeypatch.setattr(Attempts, "find", find)
        assert await codes(house, wish(OPEN, idempotencyKey="the other tab")) == []
        return await find(self, principal, key)

    monkeypatch.setattr(Attempts, "find", found)
    assert await codes(house, wish(OPEN)) == ["PAYMENT_IN_PROGRESS"]
    assert (await asked(house, MINE))["payments"]["totalCount"] == 1
    assert await movements(house) == [("CHARGE", "436.50")]


async def test_r64_a_link_is_told_nothing_of_a_payment_that_paid_more_than_its_invoice() -> None:
    async with staffed_house(demo_policy(payments=Payments(allow_partial=True))) as house:
        token = await linked(house, "500106")
        agreed = (await quoted(house, OPEN, PARTLY))["achAuthorization"]["version"]
        signed = {"achAuthorization": {"version": agreed, "authorizedBy": "Pat Sullivan"}}
        both = wish(OPEN, PARTLY, total="631.69", **by("sandbox_bank"))
        paid = (await pay(house, both | signed))["payment"]
        assert paid["state"] == "PROCESSING"
        seen = """query($id: ID!, $of: ID!) { node(id: $id) { id }
            invoice(id: $of) { balance amountProcessing pendingPayments { id } } }"""
        told = (await held(house, token, seen, id=paid["id"], of=gid(OPEN)))["data"]
        assert told["node"] is None
        assert told["invoice"] == {
            "balance": "0.00",
            "amountProcessing": "436.50",
            "pendingPayments": [],
        }
        assert await held(house, token, CONFIRM, id=paid["id"]) == await held(
            house, token, CONFIRM, id=global_id("Payment", 999_999)
        )


async def test_staff_by_themselves_are_quoted_nothing_and_it_costs_nothing() -> None:
    async with staffed_house() as house:
        told = await as_staff(house, QUOTE, ids=[gid(OPEN)])
        assert told == {"data": {"viewer": {"paymentQuote": None}}}
        assert await house.calls() == {}
        told = await as_staff(house, QUOTE, through=PAT, ids=[gid(OPEN)])
        assert told["data"]["viewer"]["paymentQuote"]["total"] == "436.50"
