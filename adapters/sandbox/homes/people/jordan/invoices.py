"""Fifteen hundred invoices: the newest open or partly paid, the rest paid five to a check."""

from dataclasses import replace
from itertools import islice

from adapters.sandbox.homes import pricebook as sold
from adapters.sandbox.homes.bills import NET_30, Bill, Receipt, bill_for
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.people.jordan.jobs import FIRST_INVOICE, WORKS
from adapters.sandbox.homes.people.jordan.sites import GROCERS
from adapters.sandbox.homes.pricebook import Line
from adapters.sandbox.homes.rows import accounting

OPEN_FOR_DAYS, PARTLY_FOR_DAYS = 40, 45
CREDITED = FIRST_INVOICE + 1499
_FIRST_PAYMENT = 710001
_A_CHECK = 5
_DEPOSIT = 5000
_NOTHING = replace(sold.REFUND, cents=-sold.DISPATCH.cents, name="Charge withdrawn")


def _bill(invoiced: Bill) -> Bill:
    """Return the usual bill; the oldest was brought to nothing after a deposit was paid (R21)."""
    if invoiced.id == CREDITED:
        return replace(invoiced, lines=(Line(sold.DISPATCH), Line(_NOTHING)))
    return invoiced


BILLS = tuple(_bill(bill_for(work, terms=NET_30)) for work in WORKS if work.invoice)
OPEN = tuple(bill for bill in BILLS if bill.day > -OPEN_FOR_DAYS)
PARTLY_PAID = tuple(bill for bill in BILLS if -PARTLY_FOR_DAYS < bill.day <= -OPEN_FOR_DAYS)
PAID = tuple(bill for bill in BILLS if bill.day <= -PARTLY_FOR_DAYS)


def write(book: Book) -> None:
    """Write down every invoice and what was paid."""
    for bill in BILLS:
        accounting.invoice(book, bill)
    for receipt in _receipts():
        accounting.payment(book, receipt)


def _receipts() -> list[Receipt]:
    checks = [
        Receipt(_FIRST_PAYMENT + turn, GROCERS, -30, "Check", ((bill.id, _DEPOSIT),))
        for turn, bill in enumerate(PARTLY_PAID)
    ]
    bills = iter(PAID)
    while batch := tuple(islice(bills, _A_CHECK)):
        day = min(max(bill.day for bill in batch) + 25, -1)
        applied = tuple((bill.id, _received(bill)) for bill in batch)
        checks.append(Receipt(_FIRST_PAYMENT + len(checks), GROCERS, day, "Check", applied))
    return checks


def _received(bill: Bill) -> int:
    return _DEPOSIT if bill.id == CREDITED else accounting.total(bill)
