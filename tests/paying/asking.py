"""What payers ask of a house, by what they pay, and what moved at the sandbox's processor."""

import re
from typing import Any

from adapters.payments.kinds import MethodKind
from adapters.sandbox.homes import LANDMARKS
from resolvers.policy import Payments
from tests.house import House, gid

SITE = "https://portal.example.com"
PAT = "pat@example.com"
OPEN, PARTLY, OVERDUE, PAID = (
    *("open-invoice", "partly-paid-invoice", "overdue-invoice", "paid-invoice"),
)
OWED = {OPEN: "436.50", PARTLY: "195.19"}

PAYMENT = """payment { id state recording amount method processor confirmationNumber failure
    receiptUrl splits { amount invoice { number balance } }
    nextAction { kind clientSecret redirectUrl } }"""
OUTCOME = f"""{{ {PAYMENT}
    invoices {{ number balance status amountProcessing payableOnline }}
    userErrors {{ code message field invoiceId currentBalance }} }}"""
PAY = f"mutation($input: PayInvoicesInput!) {{ payInvoices(input: $input) {OUTCOME} }}"
CONFIRM = f"mutation($id: ID!) {{ confirmPayment(input: {{ paymentId: $id }}) {OUTCOME} }}"
CANCEL = f"mutation($id: ID!) {{ cancelPayment(input: {{ paymentId: $id }}) {OUTCOME} }}"
QUOTE = """query($ids: [ID!]!) { viewer { paymentQuote(invoiceIds: $ids) {
    invoices { number balance } total partialAllowed minimum maximum methods
    achAuthorization { version text } client { processor publicKey } } } }"""
MINE = "{ viewer { payments { totalCount nodes { id state amount method } } } }"

PARTS = Payments(allow_partial=True, methods=tuple(MethodKind))
_CONFIRMATION = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}")


def row_of(landmark: str) -> int:
    """Return ServiceTitan's id of a row of Pat's."""
    return LANDMARKS[landmark][1]


def wish(*landmarks: str, total: str | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    """Return an input that pays these of Pat's invoices with a card: what is owed, if not told."""
    told: dict[str, Any] = {
        "idempotencyKey": "key 1",
        "invoiceIds": [gid(landmark) for landmark in landmarks],
        "expectedTotal": total or OWED[landmarks[0]],
        "source": {"processorToken": "sandbox_card_visa"},
    }
    return told | more


def by(token: str) -> dict[str, Any]:
    """Return the part of an input that pays by this token."""
    return {"source": {"processorToken": token}}


async def asked(house: House, query: str, email: str = PAT, **variables: object) -> Any:  # noqa: ANN401  # JSON
    """Ask for the one field of this operation; return it."""
    (told,) = (await house.data(email, query, **variables)).values()
    return told


async def pay(house: House, told: dict[str, Any], email: str = PAT) -> Any:  # noqa: ANN401  # JSON
    """Ask to pay; return what came of it."""
    return await asked(house, PAY, email, input=told)


async def codes(house: House, told: dict[str, Any], email: str = PAT) -> list[str]:
    """Ask to pay; return the codes of why it was refused."""
    return [error["code"] for error in (await pay(house, told, email))["userErrors"]]


async def quoted(house: House, *landmarks: str, email: str = PAT) -> Any:  # noqa: ANN401  # JSON
    """Ask what paying these would ask for."""
    ids = [gid(landmark) for landmark in landmarks]
    return (await asked(house, QUOTE, email, ids=ids))["paymentQuote"]


async def movements(house: House) -> list[tuple[str, str]]:
    """Return the money that moved at the processor: what it was, and how much."""
    told = (await house.sandbox.get("/_sandbox/processor/movements")).json()["movements"]
    return [(each["kind"], each["amount"]) for each in told]


async def bank_authorized(house: House) -> dict[str, Any]:
    """Agree to a bank payment, and return the part of an input that says so."""
    version = (await quoted(house, OPEN))["achAuthorization"]["version"]
    await house.calls()
    return {"achAuthorization": {"version": version, "authorizedBy": "Pat Sullivan"}}


async def orders(house: House) -> list[str]:
    """Return how each order stands at the processor."""
    told = (await house.sandbox.get("/_sandbox/processor/orders")).json()["orders"]
    return [order["state"] for order in told]


async def step_done(house: House, action: dict[str, Any], outcome: str = "complete") -> None:
    """Do what a payer is asked to do, as their browser would."""
    secret = (action["clientSecret"] or action["redirectUrl"]).rsplit("/", 1)[-1]
    answer = await house.sandbox.post(f"/processor/v1/actions/{secret}", json={"outcome": outcome})
    assert answer.is_success, answer.text


def masked(told: Any) -> Any:  # noqa: ANN401  # JSON
    """Return what came of paying without what is never the same: numbers, secrets, addresses."""
    payment = told["payment"]
    assert _CONFIRMATION.fullmatch(payment["confirmationNumber"])
    hidden = {name: payment[name] and "…" for name in ("id", "confirmationNumber", "receiptUrl")}
    return told | {"payment": payment | hidden}
