"""R27, R29, R33, R34: what may be paid of which invoices, case by case."""

import re
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
from resolvers.payment_errors import PaymentError, PaymentErrorCode, no_such_invoice, not_offered
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
    assert re.fullmatch("[A-Z][a-z ].*[.]", error.message), "a sentence for the payer"
    return error.code.value, None if error.balance is None else str(error.balance)


def about(error: PaymentError | None) -> tuple[tuple[str, ...] | None, int | None] | None:
    """Tell which field of the input, and which invoice, it is about."""
    return None if error is None else (error.field, error.invoice)


BEGUN: dict[str, tuple[Owed, tuple[str, str | None] | None]] = {
    "open": (owed(), None),
    "open, and a part in process": (owed("40.00", processing="60.00"), None),
    "a cent is left": (owed("0.01"), None),
    "paid": (owed("0.00"), ("ALREADY_PAID", "0")),
    "credited": (owed("-5.00"), ("ALREADY_PAID", "0")),
    "all in process": (owed("0.00", processing="100.00"), ("PAYMENT_IN_PROGRESS", "0")),
    "all in process, of a cent": (owed("0.00", processing="0.01"), ("PAYMENT_IN_PROGRESS", "0")),
    "held by somebody": (owed(held=True), ("PAYMENT_IN_PROGRESS", "100.00")),
    "held, and overpaid": (owed("-5.00", held=True), ("PAYMENT_IN_PROGRESS", "0")),
    "unreadable": (owed(None), ("NOT_AVAILABLE", None)),
    "of half a cent": (owed("1.005"), ("NOT_AVAILABLE", None)),
    "of as many places as ServiceTitan writes": (owed("1.0000000000"), None),
}


@pytest.mark.parametrize("case", BEGUN)
def test_r34_what_may_be_paid_on_an_invoice_now(case: str) -> None:
    invoice, expected = BEGUN[case]
    error = may_be_paid(invoice, "USD")
    assert told(error) == expected
    assert about(error) == (expected and (None, 1))


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
    error = fits(of, Decimal(amount), payments)
    assert told(error) == expected, case
    only = 1 if len(of) == 1 else None
    assert about(error) == (expected and (("input", "amount"), only)), case


BOUNDS: list[tuple[str, Payments, list[Owed], tuple[str, str]]] = [
    ("all of it", WHOLE, [owed()], ("100.00", "100.00")),
    ("from the least on", PARTS, [owed()], ("1.00", "100.00")),
    ("less is left than the least", PARTS, [owed("0.40")], ("0.40", "0.40")),
    ("all of two", PARTS, [owed(), owed(of=2)], ("200.00", "200.00")),
    ("as much as at once", CAPPED, [owed()], ("1.00", "60")),
    ("less is left than at once", CAPPED, [owed("59.99")], ("1.00", "59.99")),
    ("two, each to the end", CAPPED, [owed("20"), owed("30", of=2)], ("50", "50")),
    ("nothing is left", PARTS, [owed("0.00")], ("0", "0")),
]


@pytest.mark.parametrize(("case", "payments", "of", "expected"), BOUNDS)
def test_r29_the_least_and_the_most_at_once(
    case: str, payments: Payments, of: list[Owed], expected: tuple[str, str]
) -> None:
    assert (str(least(of, payments)), str(most(of, payments))) == expected, case


def test_nothing_is_owed_where_that_cannot_be_read_or_more_was_paid() -> None:
    assert [str(owed_on(owed(each))) for each in (None, "-5.00", "0.00", "0.01")] == [
        *("0", "0", "0", "0.01")
    ]
    assert str(total_of([owed(None), owed("-5.00", of=2), owed("7.25", of=3)])) == "7.25"
    assert isinstance(total_of([]), Decimal)


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
    assert told(error) == (expected and (expected, None))
    assert about(error) == (expected and (("input", "invoiceIds"), None))


def test_r33_what_was_seen_must_be_what_is_owed() -> None:
    assert as_expected([owed()], Decimal(100)) is None
    for seen in ("99.99", "100.01", "0"):
        error = as_expected([owed()], Decimal(seen))
        assert told(error) == ("BALANCE_CHANGED", "100.00")
        assert about(error) == (("input", "expectedTotal"), 1)
    error = as_expected([owed(), owed("5", of=2)], Decimal(100))
    assert told(error) == ("BALANCE_CHANGED", "105.00")
    assert about(error) == (("input", "expectedTotal"), None)


def test_r14_an_invoice_that_is_not_theirs_is_told_by_its_place_in_the_input_alone() -> None:
    assert [no_such_invoice(at) for at in (0, 3)] == [
        PaymentError(PaymentErrorCode.NOT_FOUND, "Not found.", ("input", "invoiceIds", at))
        for at in ("0", "3")
    ]


def test_what_is_not_offered_is_about_nothing_of_the_input() -> None:
    assert told(not_offered()) == ("NOT_AVAILABLE", None)
    assert not_offered("Not here.") == PaymentError(PaymentErrorCode.NOT_AVAILABLE, "Not here.")
    assert about(not_offered()) == (None, None)
