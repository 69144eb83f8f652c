"""What ServiceTitan is told to do: record a payment, sell an estimate, dismiss one.

Nothing here is sent twice by itself: a payment has no key by which ServiceTitan would know it again
(facts.md, d), so that one whose answer was lost is looked for by its marker before it is recorded
anew. Every verb raises what `Calls.write` raises, `payments_marked` what a question does.
"""

import asyncio
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from adapters.servicetitan.blocks import compare
from adapters.servicetitan.calls import Calls
from adapters.servicetitan.decoding import UNDECODABLE, Envelope, at_once, unreadable
from adapters.servicetitan.errand import Errand
from adapters.servicetitan.errors import WriteRefused
from adapters.servicetitan.model import CustomerId, Model, PaymentId
from adapters.servicetitan.pages import whole_list
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Key, Resource
from adapters.servicetitan.statuses import unknown

WRITE_SECONDS: Final = 20.0
"""How long a write may take, its wait for a turn included."""

PAYMENTS_PATH: Final = "accounting/v2/tenant/{tenant}/payments"
ESTIMATES_PATH: Final = "sales/v2/tenant/{tenant}/estimates"

_PAYMENT = "a payment"
_SALE = "the sale of an estimate"
_DISMISSAL = "the dismissal of an estimate"
_FAILED = frozenset({"Fail", "Rejected"})
_ALIKE = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class RecordedSplit:
    """What is paid of one invoice, above 0 and at most its balance."""

    invoice: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaymentToRecord:
    """A payment that was taken elsewhere, as it is to stand in ServiceTitan's books.

    `payment_type` is the tenant's id for how it was paid, `paid_on` the business's own day. Without
    `splits` it is a payment of the customer's that no invoice has taken up yet: a deposit. `marker`
    is what it is found again by; it stands in the memo, which customers do not see (R81).
    """

    customer: int
    payment_type: int
    amount: Decimal
    paid_on: date
    marker: str
    splits: tuple[RecordedSplit, ...] = ()


class _Whose(Model, frozen=True, kw_only=True):
    id: CustomerId


class MarkedPayment(Model, frozen=True, kw_only=True):
    """A payment in ServiceTitan's books, with where the office may have written a marker.

    `active` is False for one that was voided there. Unlike other rows it is read as it should be or
    not at all: a memo that was left out would be a payment that is not found, and recorded twice.
    Source: GET /accounting/v2/tenant/{tenant}/payments, DetailedPaymentResponse.
    """

    id: PaymentId
    customer: _Whose | None = None
    active: bool = True
    memo: str | None = None
    reference_number: str | None = None
    auth_code: str | None = None
    check_number: str | None = None
    refunded_payment_id: PaymentId | None = None


MARKED_PAYMENTS: Final = Resource(
    name="recorded payments",
    path=PAYMENTS_PATH,
    model=MarkedPayment,
    keys={
        "customer_id": Key[MarkedPayment](
            "customerId", lambda row: (row.customer.id,) if row.customer else ()
        )
    },
    fixed={"activeState": "All"},
    page_size=500,
)
"""Asked by the customer alone: with a second filter rows were seen missing (facts.md, g11)."""


class _Split(msgspec.Struct, frozen=True, rename="camel"):
    invoice_id: int
    amount: Decimal


class _NewPayment(msgspec.Struct, frozen=True, rename="camel"):
    """Source: PaymentCreateRequest (accounting, 2026-03)."""

    type_id: int
    customer_id: int
    amount: Decimal
    paid_on: str
    memo: str
    splits: tuple[_Split, ...]


class _Recorded(msgspec.Struct, frozen=True, rename="camel"):
    """Source: PaymentResponse (accounting, 2026-03)."""

    id: int
    transaction_status: str | None = None


class _Sale(msgspec.Struct, frozen=True, rename="camel"):
    """Source: SellRequest (salestech)."""

    sold_by: int


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


class Books:
    """One tenant's books in ServiceTitan."""

    def __init__(self, calls: Calls, deadline: float) -> None:
        self._calls = calls
        self._deadline = deadline

    async def record_payment(self, new: PaymentToRecord) -> int:
        """Record it, and return its id in ServiceTitan.

        Source: POST /accounting/v2/tenant/{tenant}/payments, published until 2026-03.
        """
        body = _ENCODER.encode(
            _NewPayment(
                type_id=new.payment_type,
                customer_id=new.customer,
                amount=new.amount,
                paid_on=f"{new.paid_on:%Y-%m-%d}T00:00:00Z",
                memo=f"Paid in the customer portal, confirmation {new.marker}",
                splits=tuple(_Split(split.invoice, split.amount) for split in new.splits),
            )
        )
        told = await self._calls.write(_PAYMENT, "POST", PAYMENTS_PATH, body, _errand())
        try:
            recorded = msgspec.json.decode(told, type=_Recorded)
        except UNDECODABLE:
            raise unknown(_PAYMENT) from None
        if recorded.transaction_status in _FAILED:
            message = "ServiceTitan recorded the payment as one that failed."
            raise WriteRefused(message, 200)
        return recorded.id

    async def payments_marked(self, customer: int, marker: str) -> list[MarkedPayment]:
        """Return every payment of this customer's that bears the marker, voided ones as well.

        Whole, or raises `UpstreamError`: an empty list says that there was none. A refund of one
        is none.
        """
        key = MARKED_PAYMENTS.keys["customer_id"]
        loop = asyncio.get_running_loop()
        errand = Errand(Priority.MONEY, loop.time() + self._deadline)

        async def page(number: int) -> Envelope[MarkedPayment]:
            params = {key.parameter: str(customer), **MARKED_PAYMENTS.fixed}
            params |= {"page": str(number), "pageSize": str(MARKED_PAYMENTS.page_size)}
            params |= {"includeTotal": "true"} if number == 1 else {}
            name = MARKED_PAYMENTS.name
            body = await self._calls.read(name, MARKED_PAYMENTS.path, params, errand)
            try:
                told = at_once(MarkedPayment).decode(body)
            except UNDECODABLE:
                raise unreadable(name) from None
            compare(told.data, key, frozenset({customer}), name)
            return told

        rows = await whole_list(MARKED_PAYMENTS, page)
        return [row for row in rows if bears(row, marker)]

    async def sell_estimate(self, estimate: int, sold_by: int) -> None:
        """Sell it; `sold_by` is a technician or an employee that ServiceTitan manages (R43).

        Source: PUT /sales/v2/tenant/{tenant}/estimates/{id}/sell.
        """
        path = f"{ESTIMATES_PATH}/{estimate}/sell"
        await self._calls.write(_SALE, "PUT", path, _ENCODER.encode(_Sale(sold_by)), _errand())

    async def dismiss_estimate(self, estimate: int) -> None:
        """Dismiss it.

        Source: PUT /sales/v2/tenant/{tenant}/estimates/{id}/dismiss.
        """
        path = f"{ESTIMATES_PATH}/{estimate}/dismiss"
        await self._calls.write(_DISMISSAL, "PUT", path, None, _errand())


def bears(row: MarkedPayment, marker: str) -> bool:
    """Does this payment bear the marker, as we or as the office wrote it?

    The office may have typed it over, with other spaces and dashes, or an O for a zero.
    """
    if row.refunded_payment_id is not None:
        return False
    places = (row.memo, row.reference_number, row.auth_code, row.check_number)
    wanted = _spelled(marker)
    return any(place is not None and wanted in _spelled(place) for place in places)


def _spelled(told: str) -> str:
    """Return only the letters and digits, in capitals, those that are mistaken as one."""
    plain = unicodedata.normalize("NFKC", told).upper()
    return "".join(sign for sign in plain if sign.isalnum()).translate(_ALIKE)


def _errand() -> Errand:
    return Errand(Priority.MONEY, asyncio.get_running_loop().time() + WRITE_SECONDS)
