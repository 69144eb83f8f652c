"""R34: what is charged and not yet in the books is taken off what is owed, and off nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.pending_amounts import Pending
from adapters.servicetitan.invoices import INVOICES, Invoice
from adapters.servicetitan.jobs import JOBS, Job
from adapters.servicetitan.model import CustomerId, InvoiceId, JobId, LocationId
from resolvers.pending import OnTheWay

AMOUNTS = st.integers(1, 10**9).map(lambda cents: Decimal(cents) / 100)
BALANCES = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)


def on_the_way(**told: str) -> OnTheWay:
    by_invoice = {int(of[1:]): Decimal(amount) for of, amount in told.items()}
    return OnTheWay(Pending(1, by_invoice, {9: Decimal(30)}, frozenset({4})))


def bill(balance: str | None, of: int = 1) -> Invoice:
    amount = None if balance is None else Decimal(balance)
    return Invoice(id=InvoiceId(of), total=Decimal(100), balance=amount)


@pytest.mark.parametrize(
    ("balance", "pending", "left"),
    [
        ("100", "40", "60"),
        ("100", "100", "0"),
        ("100", "140", "0"),
        ("0", "40", "0"),
        ("-25", "40", "-25"),
        (None, "40", None),
    ],
)
def test_it_is_taken_off_and_never_below_nothing(
    balance: str | None, pending: str, left: str | None
) -> None:
    shown = on_the_way(i1=pending).owed(bill(balance))
    assert (None if shown.balance is None else str(shown.balance)) == left
    assert shown.total == Decimal(100)


def test_other_invoices_and_other_records_are_left_alone() -> None:
    way = on_the_way(i1="40")
    other = bill("100", of=2)
    assert way.taken_off(INVOICES, (bill("100"), other))[1] is other
    job = Job(id=JobId(1), customer_id=CustomerId(9), location_id=LocationId(2))
    assert way.less(JOBS, job) is job


def test_it_tells_how_much_and_who_is_paying_now() -> None:
    way = on_the_way(i1="40")
    assert (way.on(1), way.on(2)) == (Decimal(40), Decimal(0))
    assert [way.is_held(of) for of in (1, 4)] == [False, True]


def test_an_account_is_told_with_what_is_on_its_way_there() -> None:
    way = on_the_way()
    assert way.account(9, Decimal(100)) == Decimal(70)
    assert way.account(9, Decimal(10)) == Decimal(-20)
    assert way.account(8, Decimal(100)) == Decimal(100)
    assert way.account(9, None) is None


@given(BALANCES, AMOUNTS)
def test_what_is_shown_is_never_more_than_is_owed(balance: Decimal, pending: Decimal) -> None:
    way = OnTheWay(Pending(1, {1: pending}))
    shown = way.owed(Invoice(id=InvoiceId(1), balance=balance)).balance
    assert shown is not None
    assert shown <= balance
    if balance > 0:
        assert shown == max(balance - pending, Decimal(0))
