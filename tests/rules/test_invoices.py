"""R18, R19, R21, R22, R24 and what is due: the rules of invoices, case by case."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.model import InvoiceId
from adapters.servicetitan.named import Named
from resolvers.access import Party, Place, Reach
from resolvers.invoices import (
    InvoiceStatus,
    due,
    ever_owed,
    is_overdue,
    may_see_invoice,
    status_of,
)
from resolvers.levels import AccessLevel
from resolvers.verdict import Refusal

BILLING, NON_BILLING, NONE = AccessLevel
OURS, OTHERS = 1, 2
HOME, AWAY, THEIRS = 10, 11, 20
MONEY = st.none() | st.decimals(-1000, 1000, places=2, allow_nan=False)


def invoice(
    total: str | None = "100",
    balance: str | None = "100",
    *,
    bill_to: int | None = OURS,
    location: int | None = None,
    active: bool = True,
    due_date: datetime | None = None,
) -> Invoice:
    return Invoice(
        id=InvoiceId(7),
        total=None if total is None else Decimal(total),
        balance=None if balance is None else Decimal(balance),
        customer=None if bill_to is None else Named(id=bill_to),
        location=None if location is None else Named(id=location),
        active=active,
        due_date=due_date,
    )


def reach(customer: AccessLevel, home: AccessLevel, *, theirs: AccessLevel | None = None) -> Reach:
    places = {
        HOME: Place(HOME, "Home", OURS, home, active=True),
        AWAY: Place(AWAY, "Away", OURS, customer, active=True),
    }
    if theirs is not None:
        places[THEIRS] = Place(THEIRS, "Theirs", OTHERS, theirs, active=True)
    party = Party(OURS, "Ours", CustomerType.RESIDENTIAL, customer)
    return Reach({OURS: party}, places)


LEVELS = [
    # what is set on the customer, on its home; the invoice's location; is it seen, and why not
    (BILLING, BILLING, None, None),
    (BILLING, BILLING, HOME, None),
    (BILLING, NON_BILLING, HOME, "R18"),
    (BILLING, NONE, HOME, "R18"),
    (BILLING, NONE, AWAY, None),
    (BILLING, NONE, None, None),
    (NON_BILLING, BILLING, HOME, None),
    (NON_BILLING, BILLING, AWAY, "R18"),
    (NON_BILLING, BILLING, None, "R18"),
    (NONE, BILLING, HOME, None),
    (NONE, NONE, HOME, "R18"),
    (BILLING, NONE, THEIRS, None),
    (NON_BILLING, BILLING, THEIRS, "R18"),
]


@pytest.mark.parametrize(("customer", "home", "location", "refused"), LEVELS)
def test_r18_r4_r5_the_level_on_the_bill_to_decides_and_its_own_places_first(
    customer: AccessLevel, home: AccessLevel, location: int | None, refused: str | None
) -> None:
    verdict = may_see_invoice(reach(customer, home), invoice(location=location))
    assert (verdict.rule if isinstance(verdict, Refusal) else None) == refused


def test_r19_billing_access_where_the_work_was_done_opens_no_other_bill_to() -> None:
    verdict = may_see_invoice(reach(BILLING, BILLING), invoice(bill_to=OTHERS, location=HOME))
    assert isinstance(verdict, Refusal)
    assert verdict.rule == "R19"
    assert verdict.because == (
        "It is billed to customer 2, whoever the work at location 10 (Home) was done for."
    )


def test_r5_a_place_reached_alone_may_show_its_owners_invoice() -> None:
    alone = Reach({}, {THEIRS: Place(THEIRS, "Theirs", OTHERS, BILLING, active=True)})
    assert may_see_invoice(alone, invoice(bill_to=OTHERS, location=THEIRS)) is True
    assert not may_see_invoice(alone, invoice(bill_to=OTHERS))


def test_az10_an_invoice_without_a_bill_to_is_nobodys() -> None:
    assert not may_see_invoice(reach(BILLING, BILLING), invoice(bill_to=None, location=HOME))


def test_r24_what_is_inactive_is_never_shown() -> None:
    verdict = may_see_invoice(reach(BILLING, BILLING), invoice(active=False))
    assert isinstance(verdict, Refusal)
    assert verdict.rule == "R24"


@pytest.mark.parametrize(
    ("total", "balance", "shown"),
    [
        ("0", "0", False),  # R22: the empty invoice of a booked job
        ("100", "0", True),  # R20: paid in full
        ("100", "100", True),
        ("100", "40", True),
        ("-25", "-25", False),  # a credit
        ("0", "-50", True),  # brought to nothing after a payment of 50
        ("-25", "-75", True),
        ("0.00", "0.01", True),
        (None, "0", True),  # what cannot be read says nothing about what was owed
        ("0", None, True),
    ],
)
def test_r21_r22_what_never_had_a_balance_is_hidden(
    total: str | None, balance: str | None, shown: bool
) -> None:
    assert bool(ever_owed(invoice(total, balance))) is shown


@pytest.mark.parametrize(
    ("total", "balance", "status"),
    [
        ("100", "100", InvoiceStatus.OPEN),
        ("100", "99.99", InvoiceStatus.PARTIALLY_PAID),
        ("100", "0", InvoiceStatus.PAID),
        ("0", "-50", InvoiceStatus.PAID),
    ],
)
def test_r20_status_follows_from_what_is_left(
    total: str, balance: str, status: InvoiceStatus
) -> None:
    assert status_of(invoice(total, balance)) is status


@pytest.mark.parametrize(("total", "balance"), [(None, "1"), ("1", None)])
def test_r84_what_cannot_be_read_has_no_status(total: str | None, balance: str | None) -> None:
    with pytest.raises(UpstreamRejected):
        status_of(invoice(total, balance))


@pytest.mark.parametrize(
    ("today", "balance", "overdue"),
    [
        (date(2026, 7, 14), "1", False),
        (date(2026, 7, 15), "1", True),
        (date(2026, 7, 15), "0", False),
    ],
)
def test_overdue_is_what_is_left_after_the_day_it_was_due(
    today: date, balance: str, overdue: bool
) -> None:
    told = invoice("1", balance, due_date=datetime(2026, 7, 14, tzinfo=UTC))
    assert is_overdue(told, today) is overdue


@given(st.lists(st.tuples(MONEY, MONEY)))
def test_r84_a_sum_is_of_everything_open_or_it_is_none(
    rows: list[tuple[Decimal | None, Decimal | None]],
) -> None:
    invoices = [
        Invoice(id=InvoiceId(at), total=total, balance=balance)
        for at, (total, balance) in enumerate(rows)
    ]
    balances = [balance for _, balance in rows]
    if None in balances:
        with pytest.raises(UpstreamRejected):
            due(invoices)
    else:
        assert due(invoices) == sum(b for b in balances if b is not None and b > 0)
