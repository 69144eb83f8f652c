"""R34: what is charged and not yet in the books is taken off what is owed, and off nothing else."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.just_recorded import JustRecorded
from adapters.ledger.pending_amounts import Pending
from adapters.servicetitan.estimates import (
    ESTIMATES,
    Estimate,
    EstimateState,
    EstimateStatusField,
)
from adapters.servicetitan.invoices import INVOICES, Invoice
from adapters.servicetitan.jobs import JOBS, Job
from adapters.servicetitan.model import CustomerId, EstimateId, InvoiceId, JobId, LocationId
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
        ("0.01", "40", "0"),
        ("0.50", "0.20", "0.30"),
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


def test_what_is_taken_off_an_invoice_is_told_until_the_next_is_taken_in() -> None:
    way = on_the_way(i1="40")
    (shown,) = way.taken_off(INVOICES, (bill("100"),))
    assert str(shown.balance) == "60"
    assert way.on(1) == Decimal(40)
    way.take_in(Pending(2, {1: Decimal(55)}))
    assert (way.on(1), way.on(4), way.is_held(4)) == (Decimal(55), Decimal(0), False)
    assert str(way.owed(bill("100")).balance) == "45"
    assert way.account(9, Decimal(100)) == Decimal(100)


NEW = JustRecorded((Decimal(30),), Decimal(70))
"""30 of 100 was just recorded: a balance of 100 lacks it, one of 70 has it."""


@pytest.mark.parametrize(
    ("balance", "left", "off"), [("100", "70", "30"), ("70", "70", "0"), ("0", "0", "0")]
)
def test_r34_what_was_just_recorded_is_taken_off_where_the_balance_lacks_it(
    balance: str, left: str, off: str
) -> None:
    way = OnTheWay(Pending(1, recorded={1: NEW}))
    other = bill("100", of=2)
    shown, same = way.taken_off(INVOICES, (bill(balance), other))
    assert (str(shown.balance), same is other) == (left, True)
    assert str(way.on(1)) == off


def test_r34_before_its_invoice_is_read_nothing_recorded_is_told_as_in_process() -> None:
    way = OnTheWay(Pending(1, {1: Decimal(5)}, recorded={1: NEW}))
    assert way.on(1) == Decimal(5)
    assert str(way.owed(bill("100")).balance) == "65"
    assert way.on(1) == Decimal(35)
    way.take_in(Pending(2, {1: Decimal(5)}, recorded={1: NEW}))
    assert way.on(1) == Decimal(5)


AT = datetime(2026, 7, 14, 12, 0, tzinfo=UTC)


def offer(status: EstimateStatusField | None, of: int = 1) -> Estimate:
    return Estimate(id=EstimateId(of), name="Better", status=status)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Open", EstimateState.SOLD),
        ("Sold", EstimateState.SOLD),
        ("Dismissed", EstimateState.DISMISSED),
        ("Of a later version", EstimateState.UNKNOWN),
    ],
)
def test_an_open_estimate_that_was_accepted_here_is_shown_as_sold(
    status: str, state: EstimateState
) -> None:
    way = OnTheWay(Pending(1, accepted={1: AT}))
    given = offer(EstimateStatusField(name=status))
    shown = way.less(ESTIMATES, given)
    assert (shown.state, shown.name) == (state, "Better")
    assert shown.sold_on == (AT if status == "Open" else None)
    assert (shown is given) is (status != "Open")


def test_an_invoice_of_the_same_number_as_an_accepted_estimate_is_an_invoice() -> None:
    way = OnTheWay(Pending(1, {1: Decimal(40)}, accepted={1: AT}))
    assert str(way.less(INVOICES, bill("100")).balance) == "60"
    job = Job(id=JobId(1), customer_id=CustomerId(9), location_id=LocationId(2))
    assert way.less(JOBS, job) is job


def test_other_estimates_stay_as_they_are() -> None:
    given = offer(EstimateStatusField(name="Open"), of=2)
    for accepted in ({1: AT}, {}):
        way = OnTheWay(Pending(1, {2: Decimal(40)}, accepted=accepted))
        assert way.less(ESTIMATES, given) is given


def test_a_part_goes_by_what_was_taken_off_before_it_and_leaves_its_own_alone() -> None:
    way = OnTheWay(Pending(1, recorded={1: NEW, 2: NEW}))
    way.owed(bill("100"))
    part = way.apart()
    assert (part.on(1), part.on(2)) == (Decimal(30), Decimal(0))
    part.owed(bill("100", of=2))
    assert (part.on(2), way.on(2)) == (Decimal(30), Decimal(0))
    other = OnTheWay(way.told)
    other.take_over(part)
    assert (other.on(1), other.on(2)) == (Decimal(0), Decimal(30))
    part.take_in(Pending(2))
    assert (part.on(1), part.on(2)) == (Decimal(0), Decimal(0))
