"""How an invoice comes to its total and its balance: nothing is told that does not add up (R84)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.model import InvoiceId
from resolvers.invoice_sums import leading_to_balance, leading_to_total
from resolvers.payments import AppliedPart

Rows = list[tuple[str, str]]


def invoice(**amounts: Decimal | str | None) -> Invoice:
    told = {name: None if of is None else Decimal(of) for name, of in amounts.items()}
    return Invoice(id=InvoiceId(1), **told)  # type: ignore[arg-type]  # amounts alone


TO_TOTAL: dict[str, tuple[tuple[str | None, ...], Rows]] = {
    "no discount": (("100", "8", None, "108"), [("Subtotal", "100"), ("Tax", "8")]),
    "no tax told": (("100", None, None, "100"), [("Subtotal", "100"), ("Tax", "0")]),
    "a discount within the subtotal": (
        ("90", "8", "10", "98"),
        [("Subtotal before discounts", "100"), ("Discounts", "-10"), ("Tax", "8")],
    ),
    "a discount beside the subtotal": (
        ("100", "8", "10", "98"),
        [("Subtotal", "100"), ("Discounts", "-10"), ("Tax", "8")],
    ),
    "a discount told as a negative": (
        ("90", "8", "-10", "98"),
        [("Subtotal before discounts", "100"), ("Discounts", "-10"), ("Tax", "8")],
    ),
    "a discount by which nothing adds up": (("100", "8", "3", "50"), []),
    "nothing adds up": (("100", "8", None, "50"), []),
    "no subtotal": ((None, "8", None, "50"), []),
}


@pytest.mark.parametrize("case", list(TO_TOTAL))
def test_r84_the_lines_over_the_total_add_up_to_it(case: str) -> None:
    (subtotal, tax, off, total), rows = TO_TOTAL[case]
    told = invoice(sub_total=subtotal, sales_tax=tax, discount_total=off, total=total)
    assert leading_to_total(told) == [(name, Decimal(of)) for name, of in rows]


TO_BALANCE: dict[str, tuple[tuple[str, str], tuple[str, ...], Rows]] = {
    "nothing paid": (("100", "100"), (), []),
    "paid in part": (("100", "40"), ("60",), [("Payments", "-60")]),
    "paid twice": (("100", "0"), ("60", "40"), [("Payments", "-100")]),
    "a credit of the books": (("100", "0"), (), [("Other credits", "-100")]),
    "paid, and a credit": (
        ("100", "0"),
        ("60",),
        [("Payments", "-60"), ("Other credits", "-40")],
    ),
    "a credit of less than one": (("100", "99.50"), (), [("Other credits", "-0.50")]),
    "paid, and charged again": (
        ("100", "90"),
        ("60",),
        [("Payments", "-60"), ("Adjustments", "50")],
    ),
}


def parts(amounts: tuple[str, ...]) -> list[AppliedPart]:
    return [AppliedPart(1, 1, Decimal(of), date(2026, 7, 1), "Check") for of in amounts]


@pytest.mark.parametrize("case", list(TO_BALANCE))
def test_r84_the_lines_under_the_total_lead_to_the_balance(case: str) -> None:
    (total, balance), paid, rows = TO_BALANCE[case]
    told = leading_to_balance(invoice(total=total, balance=balance), parts(paid))
    assert told == [(name, Decimal(of)) for name, of in rows]


IN_PROCESS: dict[str, tuple[tuple[str, str], tuple[str, ...], str, Rows]] = {
    "all in process": (("100", "0"), (), "100", [("Payments in process", "-100")]),
    "a part in process": (("100", "60"), (), "40", [("Payments in process", "-40")]),
    "paid, the rest in process": (
        ("100", "0"),
        ("60",),
        "40",
        [("Payments", "-60"), ("Payments in process", "-40")],
    ),
    "a credit beside it": (
        ("100", "20"),
        (),
        "50",
        [("Payments in process", "-50"), ("Other credits", "-30")],
    ),
    "more in process than was left": (
        ("100", "0"),
        ("60",),
        "100",
        [("Payments", "-60"), ("Payments in process", "-40")],
    ),
    "charged again meanwhile": (
        ("100", "110"),
        (),
        "40",
        [("Adjustments", "10")],
    ),
}


@pytest.mark.parametrize("case", list(IN_PROCESS))
def test_r34_what_is_in_process_is_told_apart(case: str) -> None:
    (total, balance), paid, processing, rows = IN_PROCESS[case]
    told = invoice(total=total, balance=balance)
    lines = leading_to_balance(told, parts(paid), Decimal(processing))
    assert lines == [(name, Decimal(of)) for name, of in rows]


cents = st.decimals(-10_000, 10_000, places=2)


@given(cents, cents, cents, st.lists(cents, max_size=3), cents.map(abs))
def test_r84_whatever_the_books_say_what_is_printed_adds_up(
    subtotal: Decimal, tax: Decimal, off: Decimal, paid: list[Decimal], processing: Decimal
) -> None:
    total, balance = subtotal + tax, subtotal - off
    told = invoice(
        sub_total=subtotal, sales_tax=tax, discount_total=off, total=total, balance=balance
    )
    rows = leading_to_total(told)
    assert sum(amount for _, amount in rows) == total
    after = leading_to_balance(told, parts(tuple(map(str, paid))), processing)
    assert total + sum(amount for _, amount in after) == balance


def test_r84_money_that_cannot_be_read_is_no_sum() -> None:
    unread = r"^An amount of invoice without a number cannot be read\. Call the office\.$"
    with pytest.raises(UpstreamRejected, match=unread):
        leading_to_total(invoice(sub_total="1"))
    for told in (invoice(total="1"), invoice(balance="1")):
        with pytest.raises(UpstreamRejected, match=unread):
            leading_to_balance(told, [])
