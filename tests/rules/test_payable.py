"""R27, R29, R33, R34: what may be paid of which invoices, case by case."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.model import InvoiceId
from adapters.servicetitan.named import Named
from resolvers.payable import (
    Owed,
    as_expected,
    fits,
    least,
    may_be_paid,
    most,
    of_one_bill_to,
    owed_on,
    parts_of,
    total_of,
)
from resolvers.payment_errors import PaymentError
from resolvers.policy import Payments

PARTS = Payments(allow_partial=True)
WHOLE = Payments()
CAPPED = Payments(allow_partial=True, max_amount=Decimal(60))
CENTS = st.integers(0, 10**7).map(lambda cents: Decimal(cents) / 100)


def owed(
    balance: str | Decimal | None = "100.00",
    *,
    of: int = 1,
    bill_to: int | None = 1001,
    processing: str = "0",
    held: bool = False,
) -> Owed:
    invoice = Invoice(
        id=InvoiceId(of),
        balance=None if balance is None else Decimal(balance),
        customer=None if bill_to is None else Named(id=bill_to),
    )
    return Owed(invoice, Decimal(processing), held)


def told(error: PaymentError | None) -> tuple[str, str | None] | None:
    if error is None:
        return None
    return error.code.value, None if error.balance is None else str(error.balance)


BEGUN: dict[str, tuple[Owed, tuple[str, str | None] | None]] = {
    "open": (owed(), None),
    "open, and a part in process": (owed("40.00", processing="60.00"), None),
    "paid": (owed("0.00"), ("ALREADY_PAID", "0")),
    "credited": (owed("-5.00"), ("ALREADY_PAID", "0")),
    "all in process": (owed("0.00", processing="100.00"), ("PAYMENT_IN_PROGRESS", "0")),
    "held by somebody": (owed(held=True), ("PAYMENT_IN_PROGRESS", "100.00")),
    "unreadable": (owed(None), ("NOT_AVAILABLE", None)),
    "of half a cent": (owed("1.005"), ("NOT_AVAILABLE", None)),
    "of as many places as ServiceTitan writes": (owed("1.0000000000"), None),
}


@pytest.mark.parametrize("case", BEGUN)
def test_r34_what_may_be_paid_on_an_invoice_now(case: str) -> None:
    invoice, expected = BEGUN[case]
    assert told(may_be_paid(invoice, "USD")) == expected


def test_a_currency_without_cents_has_none() -> None:
    assert told(may_be_paid(owed("100.00"), "JPY")) is None
    assert told(may_be_paid(owed("100.50"), "JPY")) == ("NOT_AVAILABLE", None)


AMOUNTS: list[tuple[str, Payments, list[Owed], str, tuple[str, str | None] | None]] = [
    ("all", WHOLE, [owed()], "100.00", None),
    ("all, written shorter", WHOLE, [owed()], "100", None),
    ("a part", WHOLE, [owed()], "99.99", ("PARTIAL_NOT_ALLOWED", "100.00")),
    ("a part", PARTS, [owed()], "99.99", None),
    ("the least", PARTS, [owed()], "1.00", None),
    ("less", PARTS, [owed()], "0.99", ("AMOUNT_TOO_SMALL", "100.00")),
    ("nothing", PARTS, [owed()], "0.00", ("AMOUNT_TOO_SMALL", "100.00")),
    ("nothing", WHOLE, [owed()], "0", ("AMOUNT_TOO_SMALL", "100.00")),
    ("more", PARTS, [owed()], "100.01", ("AMOUNT_TOO_LARGE", "100.00")),
    ("more", WHOLE, [owed()], "100.01", ("AMOUNT_TOO_LARGE", "100.00")),
    ("all of less than the least", PARTS, [owed("0.40")], "0.40", None),
    ("a part of less than the least", PARTS, [owed("0.40")], "0.39", ("AMOUNT_TOO_SMALL", "0.40")),
    ("a part of two", PARTS, [owed(), owed(of=2)], "100", ("PARTIAL_NOT_ALLOWED", "200.00")),
    ("all of two", PARTS, [owed(), owed(of=2)], "200", None),
    ("as much as at once", CAPPED, [owed()], "60", None),
    ("more than at once", CAPPED, [owed()], "60.01", ("AMOUNT_TOO_LARGE", "100.00")),
    ("all, more than at once", CAPPED, [owed()], "100", ("AMOUNT_TOO_LARGE", "100.00")),
]


@pytest.mark.parametrize(("case", "payments", "of", "amount", "expected"), AMOUNTS)
def test_r29_which_amounts_may_be_paid(
    case: str,
    payments: Payments,
    of: list[Owed],
    amount: str,
    expected: tuple[str, str | None] | None,
) -> None:
    assert told(fits(of, Decimal(amount), payments)) == expected, case


@given(st.lists(CENTS, min_size=1, max_size=5), CENTS, st.booleans(), CENTS.map(lambda m: m + 1))
def test_r29_what_fits_is_between_the_least_and_the_most(
    balances: list[Decimal], amount: Decimal, partial: bool, cap: Decimal
) -> None:
    payments = Payments(allow_partial=partial, max_amount=cap)
    of = [owed(balance, of=at) for at, balance in enumerate(balances)]
    low, high = least(of, payments), most(of, payments)
    if fits(of, amount, payments) is None:
        assert 0 < low <= amount <= high <= total_of(of)
    elif amount > 0 and low <= amount <= high:
        assert amount < total_of(of)
        assert not (partial and len(of) == 1)


@given(st.lists(CENTS, min_size=1, max_size=20))
def test_the_parts_of_all_are_what_is_owed_on_each(balances: list[Decimal]) -> None:
    of = [owed(balance, of=at) for at, balance in enumerate(balances)]
    parts = parts_of(of, total_of(of))
    assert [amount for _, amount in parts] == [owed_on(each) for each in of]
    assert sum(amount for _, amount in parts) == sum(balances) == total_of(of)


def test_a_part_of_one_goes_to_that_one() -> None:
    [(row, amount)] = parts_of([owed()], Decimal(30))
    assert (int(row.id), str(amount)) == (1, "30")


@pytest.mark.parametrize(
    ("payers", "expected"),
    [
        ([1001], None),
        ([1001, 1001], None),
        ([1001, 1002], "MIXED_BILL_TO"),
        ([1001, None], "MIXED_BILL_TO"),
        ([None], "NOT_AVAILABLE"),
        ([None, None], "NOT_AVAILABLE"),
    ],
)
def test_r27_only_one_bill_to_pays_at_once(payers: list[int | None], expected: str | None) -> None:
    error = of_one_bill_to([owed(of=at, bill_to=payer) for at, payer in enumerate(payers)])
    assert (error and error.code.value) == expected


def test_r33_what_was_seen_must_be_what_is_owed() -> None:
    assert as_expected([owed()], Decimal(100)) is None
    for seen in ("99.99", "100.01", "0"):
        error = as_expected([owed()], Decimal(seen))
        assert error is not None
        assert (told(error), error.invoice) == (("BALANCE_CHANGED", "100.00"), 1)
    error = as_expected([owed(), owed("5", of=2)], Decimal(100))
    assert error is not None
    assert (told(error), error.invoice) == (("BALANCE_CHANGED", "105.00"), None)
