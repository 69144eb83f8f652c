"""Pat's invoices: open, partly paid, overdue, paid, and those the portal must not show."""

from dataclasses import replace

from adapters.sandbox.homes import pricebook as sold
from adapters.sandbox.homes import writeups
from adapters.sandbox.homes.bills import NET_30, Bill, Receipt, bill_for, unbilled
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.people.pat import jobs
from adapters.sandbox.homes.people.pat.home import FIRST_SHIELD, HOME, PAT
from adapters.sandbox.homes.pricebook import Line
from adapters.sandbox.homes.rows import accounting
from adapters.sandbox.homes.trades import HEATING

OPEN = bill_for(jobs.NO_HEAT, terms=NET_30)
PARTLY_PAID = bill_for(jobs.LEFTOVER_VISIT, terms=NET_30)
OVERDUE = bill_for(jobs.LONG_AGO, terms=NET_30)
PAID = bill_for(jobs.PAID)
MAIN_OF_TWO = bill_for(jobs.TWO_INVOICES)
ADDED_LATER = Bill(
    500160,
    PAT,
    HOME,
    jobs.TWO_INVOICES.trade,
    -110,
    (Line(sold.EXTRA),),
    jobs.TWO_INVOICES,
    adjusts=MAIN_OF_TWO.id,
    summary="<p>Permit filed with the village after the repair.</p>",
)
CREDIT = Bill(
    500159,
    PAT,
    HOME,
    jobs.PAID.trade,
    -150,
    (Line(sold.REFUND),),
    jobs.PAID,
    adjusts=PAID.id,
)
WITHDRAWN = replace(unbilled(jobs.CANCELED), lines=(Line(sold.DISPATCH),), active=False)
WARRANTY = bill_for(jobs.UNDER_WARRANTY, FIRST_SHIELD, terms=NET_30)
MEMBERSHIP_MONTH = Bill(
    500121, PAT, None, HEATING, -19, (Line(sold.MEMBERSHIP_FEE),), membership=jobs.MEMBERSHIP
)
ADVICE = replace(unbilled(jobs.ADVICE), summary=writeups.ESTIMATE_VISIT)

_EMPTY = (
    jobs.TUNE_UP_TOMORROW,
    jobs.UPCOMING_WITH_HOLD,
    jobs.WORKING_NOW,
    jobs.ON_THE_WAY,
    jobs.ON_HOLD,
    jobs.TWO_DAYS,
    jobs.PASSED_BY,
)
_BILLS = (
    *(unbilled(work) for work in _EMPTY),
    OPEN,
    replace(PARTLY_PAID, summary=writeups.WITH_SCRIPT),
    OVERDUE,
    PAID,
    MAIN_OF_TWO,
    ADDED_LATER,
    CREDIT,
    WITHDRAWN,
    WARRANTY,
    MEMBERSHIP_MONTH,
    ADVICE,
)
_PART = 20000


def _in_full(key: int, bill: Bill, day: int, method: str) -> Receipt:
    return Receipt(key, bill.party, day, method, ((bill.id, accounting.total(bill)),))


def write(book: Book) -> None:
    """Write down Pat's invoices and payments, and the one invoice that is First Shield's."""
    for bill in _BILLS:
        accounting.invoice(book, bill)
    for receipt in (
        _in_full(700109, PAID, -155, "Visa"),
        Receipt(700107, PAT, -15, "Check", ((PARTLY_PAID.id, _PART),)),
        _in_full(700110, MAIN_OF_TWO, -118, "ACH"),
        _in_full(700120, ADDED_LATER, -100, "Visa"),
        _in_full(700121, MEMBERSHIP_MONTH, -19, "Visa"),
    ):
        accounting.payment(book, receipt)
