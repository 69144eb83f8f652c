"""R32: methods kept for a customer, by and for whoever has Billing access on the customer."""

from pathlib import Path
from typing import Any

import pytest

from adapters.ledger.audit import Action, Audit
from adapters.ledger.ledger import Ledger
from adapters.payments.errors import ProcessorUnavailable
from adapters.payments.processor import Method
from adapters.payments.sandbox_processor import SandboxProcessor
from resolvers.ids import read_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override, Payments
from tests.house import HOME, RILEY, House, demo_policy, ready_house
from tests.paying.asking import OPEN, PARTS, PAT, asked, by, movements, pay, quoted, wish
from tests.staff import as_staff, staffed_house

CUSTOMER = "Q3VzdG9tZXI6MTAwMQ"
METHOD = "{ id kind label last4 expiryMonth expiryYear isPrimary }"
KEPT = f"query($of: ID!) {{ viewer {{ paymentMethods(customerId: $of) {METHOD} }} }}"
SAVE = f"""mutation($input: SavePaymentMethodInput!) {{ savePaymentMethod(input: $input) {{
    paymentMethod {METHOD} userErrors {{ code message field }} }} }}"""
REMOVE, FIRST = (
    f"""mutation($input: PaymentMethodInput!) {{ {field}(input: $input) {{
    paymentMethods {METHOD} userErrors {{ code message field }} }} }}"""
    for field in ("removePaymentMethod", "setPrimaryPaymentMethod")
)
ALL = Payments(methods=PARTS.methods, save_bank_accounts=True)


async def kept(house: House, email: str = PAT) -> Any:  # noqa: ANN401  # JSON
    return (await asked(house, KEPT, email, of=CUSTOMER))["paymentMethods"]


async def save(house: House, token: str, email: str = PAT, **more: Any) -> Any:  # noqa: ANN401  # JSON
    told = {"customerId": CUSTOMER, "processorToken": token} | more
    return await asked(house, SAVE, email, input=told)


def about(method: str) -> dict[str, str]:
    return {"customerId": CUSTOMER, "paymentMethodId": method}


async def test_a_card_is_kept_shown_put_first_and_dropped(house: House) -> None:
    assert await kept(house) == []
    told = await save(house, "sandbox_card_visa")
    visa = told["paymentMethod"]
    of = visa.pop("id")
    assert told["userErrors"] == []
    assert visa == {
        "kind": "CARD",
        "label": "Visa ending in 4242",
        "last4": "4242",
        "expiryMonth": 12,
        "expiryYear": 2099,
        "isPrimary": True,
    }
    other = (await save(house, "sandbox_card_mastercard"))["paymentMethod"]
    assert other["isPrimary"] is False
    assert [(row["id"], row["isPrimary"]) for row in await kept(house)] == [
        (of, True),
        (other["id"], False),
    ]
    told = await asked(house, FIRST, input=about(other["id"]))
    assert [(row["id"], row["isPrimary"]) for row in told["paymentMethods"]] == [
        (other["id"], True),
        (of, False),
    ]
    told = await asked(house, REMOVE, input=about(other["id"]))
    assert [(row["id"], row["isPrimary"]) for row in told["paymentMethods"]] == [(of, True)]
    assert await kept(house) == told["paymentMethods"]
    told = await asked(house, REMOVE, input=about(other["id"]))
    assert [error["code"] for error in told["userErrors"]] == ["NOT_FOUND"]
    assert await house.calls() == {}


async def test_one_may_be_put_first_when_it_is_kept(house: House) -> None:
    await save(house, "sandbox_card_visa")
    told = await save(house, "sandbox_card_mastercard", makePrimary=True)
    assert told["paymentMethod"]["isPrimary"] is True
    assert [row["isPrimary"] for row in await kept(house)] == [True, False]


async def test_r32_a_kept_method_pays_and_its_name_at_the_processor_is_told_to_nobody(
    house: House,
) -> None:
    method = (await save(house, "sandbox_card_visa"))["paymentMethod"]
    assert (read_id(method["id"]) or ("", ""))[1].startswith("1001-")
    told = await pay(house, wish(OPEN, source={"paymentMethodId": method["id"]}))
    assert (told["userErrors"], told["payment"]["method"]) == ([], "Visa ending in 4242")
    assert await movements(house) == [("CHARGE", "436.50")]


async def test_a_method_is_kept_by_paying_with_it(house: House) -> None:
    told = await pay(house, wish(OPEN, savePaymentMethod=True))
    assert told["userErrors"] == []
    assert [row["label"] for row in await kept(house)] == ["Visa ending in 4242"]
    [method] = await kept(house)
    again = wish(
        OPEN,
        total=(await quoted(house, "partly-paid-invoice"))["total"],
        idempotencyKey="key 2",
        source={"paymentMethodId": method["id"]},
        savePaymentMethod=True,
    )
    again["invoiceIds"] = ["SW52b2ljZTo1MDAxMDc"]
    assert (await pay(house, again))["userErrors"] == []
    assert len(await kept(house)) == 1


async def test_r30_a_bank_account_is_kept_by_authorizing_a_payment_by_it() -> None:
    async with ready_house(demo_policy(payments=ALL)) as house:
        version = (await quoted(house, OPEN))["achAuthorization"]["version"]
        agreed = {"version": version, "authorizedBy": "Pat Sullivan"}
        told = wish(OPEN, savePaymentMethod=True, achAuthorization=agreed, **by("sandbox_bank"))
        assert (await pay(house, told))["userErrors"] == []
        [method] = await kept(house)
        assert (method["kind"], method["last4"]) == ("BANK_ACCOUNT", "6789")
    async with ready_house(demo_policy(payments=PARTS)) as house:
        [error] = (await pay(house, told))["userErrors"]
        assert (error["code"], error["field"]) == ("NOT_AVAILABLE", ["input", "savePaymentMethod"])


async def test_one_without_keeping_is_not_kept(house: House) -> None:
    await pay(house, wish(OPEN))
    assert await kept(house) == []


@pytest.mark.parametrize(
    ("policy", "token", "code"),
    [
        (Payments(save_methods=False), "sandbox_card_visa", "NOT_AVAILABLE"),
        (Payments(), "sandbox_bank", "NOT_AVAILABLE"),
        (PARTS, "sandbox_apple_pay", "NOT_AVAILABLE"),
        (Payments(), "sandbox_pay_by_bank", "NOT_AVAILABLE"),
        (Payments(), "tok_unknown", "DECLINED"),
        (Payments(), "sandbox_expired", "DECLINED"),
        (ALL, "sandbox_bank", "NOT_AVAILABLE"),
        (ALL, "sandbox_card_visa", None),
    ],
)
async def test_what_is_not_to_be_kept_is_not(
    policy: Payments, token: str, code: str | None
) -> None:
    async with ready_house(demo_policy(payments=policy)) as house:
        told = await save(house, token)
        assert [error["code"] for error in told["userErrors"]] == ([code] if code else [])
        assert (told["paymentMethod"] is None) is (code is not None)
        assert len(await kept(house)) == (0 if code else 1)


LEVELS = {
    "riley@example.com": None,
    "sam@example.com": "NOT_FOUND",
    "casey@example.com": "NOT_FOUND",
    "morgan@example.com": "NOT_FOUND",
}


@pytest.mark.parametrize("email", LEVELS)
async def test_r32_nobody_else_sees_uses_or_changes_them(house: House, email: str) -> None:
    method = (await save(house, "sandbox_card_visa"))["paymentMethod"]
    told = await house.ask(email, KEPT, of=CUSTOMER)
    assert told["data"] == {"viewer": {"paymentMethods": None}}
    found = [error["extensions"]["code"] for error in told.get("errors", ())]
    assert found == ([LEVELS[email]] if LEVELS[email] else [])
    node = await house.ask(email, "query($id: ID!) { node(id: $id) { id } }", id=method["id"])
    assert [error["extensions"]["code"] for error in node["errors"]] == ["NOT_FOUND"]
    for answer in (
        await save(house, "sandbox_card_mastercard", email),
        await asked(house, REMOVE, email, input=about(method["id"])),
        await asked(house, FIRST, email, input=about(method["id"])),
    ):
        assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [
            ("NOT_FOUND", ["input", "customerId"])
        ]
    assert [row["id"] for row in await kept(house)] == [method["id"]]


async def test_r32_billing_at_one_place_pays_there_and_uses_no_kept_method() -> None:
    place = Override(customer=HOME, location=2001, level=AccessLevel.BILLING)
    none = Override(customer=HOME, level=AccessLevel.NON_BILLING)
    policy = demo_policy(access=Access(people=RILEY | {"riley@example.com": (none, place)}))
    async with ready_house(policy) as house:
        method = (await save(house, "sandbox_card_visa"))["paymentMethod"]
        assert await kept(house, "riley@example.com") is None
        told = wish(OPEN, source={"paymentMethodId": method["id"]})
        [error] = (await pay(house, told, "riley@example.com"))["userErrors"]
        assert (error["code"], error["field"]) == (
            "NOT_FOUND",
            ["input", "source", "paymentMethodId"],
        )
        told = wish(OPEN, savePaymentMethod=True)
        [error] = (await pay(house, told, "riley@example.com"))["userErrors"]
        assert (error["code"], error["field"]) == ("NOT_AVAILABLE", ["input", "savePaymentMethod"])
        paid = await pay(house, wish(OPEN), "riley@example.com")
        assert (paid["userErrors"], paid["payment"]["state"]) == ([], "SUCCEEDED")


async def test_whoever_looks_through_pats_eyes_sees_them_and_staff_by_themselves_do_not() -> None:
    async with staffed_house() as house:
        await save(house, "sandbox_card_visa")
        told = await as_staff(house, KEPT, through=PAT, of=CUSTOMER)
        assert [row["last4"] for row in told["data"]["viewer"]["paymentMethods"]] == ["4242"]
        told = await as_staff(house, KEPT, of=CUSTOMER)
        assert told["data"] == {"viewer": {"paymentMethods": None}}


async def test_a_silent_processor_is_an_error_and_no_empty_list(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(house, "sandbox_card_visa")

    async def silent(_self: SandboxProcessor, _account: str) -> list[Method]:
        raise ProcessorUnavailable("Down.")

    monkeypatch.setattr(SandboxProcessor, "methods", silent)
    told = await house.ask(PAT, KEPT, of=CUSTOMER)
    assert told["data"] == {"viewer": {"paymentMethods": None}}
    assert [error["extensions"]["code"] for error in told["errors"]] == ["UPSTREAM_UNAVAILABLE"]


async def test_what_is_done_about_methods_is_written_down(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    async with ready_house(demo_policy(payments=PARTS), database=url) as house:
        method = (await save(house, "sandbox_card_visa"))["paymentMethod"]
        await save(house, "tok_unknown")
        await asked(house, REMOVE, input=about(method["id"]))
    ledger = Ledger(url)
    await ledger.open()
    told = [(entry.action, entry.actor, entry.subject) for _, entry in await Audit(ledger).read()]
    await ledger.aclose()
    assert told == [
        (action, PAT, "customer 1001")
        for action in (Action.METHOD_SAVED, Action.METHOD_DECLINED, Action.METHOD_REMOVED)
    ]
