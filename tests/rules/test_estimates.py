"""R36, R38, R40, R42 and R84: who sees an estimate, and what it comes to, case by case."""

from decimal import Decimal

import msgspec
import pytest

from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.estimates import Estimate
from resolvers.access import Party, Place, Reach
from resolvers.estimate_prices import as_low_as, deposit_due, financing_of, items_of, total
from resolvers.estimates import EstimateStatus, is_shown, may_see_estimate, name_of, status_of
from resolvers.levels import AccessLevel
from resolvers.policy import Financing, Proposals
from resolvers.verdict import Refusal, Verdict
from tests.estimate_rows import CUSTOMER as OURS
from tests.estimate_rows import DISMISSED, OPEN, SOLD, estimate

BILLING, NON_BILLING, NONE = AccessLevel
OTHERS = 2
HOME, AWAY, THEIRS = 10, 11, 20


def rule(verdict: Verdict) -> str | None:
    return verdict.rule if isinstance(verdict, Refusal) else None


def reach(customer: AccessLevel, home: AccessLevel) -> Reach:
    places = {
        HOME: Place(HOME, "Home", OURS, home, active=True),
        AWAY: Place(AWAY, "Away", OURS, customer, active=True),
        THEIRS: Place(THEIRS, "Theirs", OTHERS, BILLING, active=True),
    }
    return Reach({OURS: Party(OURS, "Ours", CustomerType.RESIDENTIAL, customer)}, places)


LEVELS = [
    # what is set on the customer, on its home; whose the estimate is, and where; why it is hidden
    (BILLING, BILLING, OURS, None, None),
    (BILLING, BILLING, OURS, HOME, None),
    (BILLING, NON_BILLING, OURS, HOME, "R36"),
    (BILLING, NONE, OURS, HOME, "R36"),
    (BILLING, NONE, OURS, AWAY, None),
    (NON_BILLING, BILLING, OURS, HOME, None),
    (NON_BILLING, BILLING, OURS, AWAY, "R36"),
    (NON_BILLING, BILLING, OURS, None, "R36"),
    (NONE, NONE, OURS, HOME, "R36"),
    (BILLING, BILLING, OURS, THEIRS, None),
    (NON_BILLING, BILLING, OURS, THEIRS, "R36"),
    (BILLING, BILLING, OTHERS, HOME, "R36"),
    (BILLING, BILLING, OTHERS, THEIRS, None),
    (BILLING, BILLING, OTHERS, None, "R36"),
    (BILLING, BILLING, None, HOME, "R36"),
]


@pytest.mark.parametrize(("customer", "home", "whose", "location", "refused"), LEVELS)
def test_r36_r4_r5_the_level_on_its_customer_decides_and_its_own_places_first(
    customer: AccessLevel,
    home: AccessLevel,
    whose: int | None,
    location: int | None,
    refused: str | None,
) -> None:
    told = estimate(customerId=whose, locationId=location)
    assert rule(may_see_estimate(reach(customer, home), told)) == refused


SHOWN: list[tuple[dict[str, object], str | None]] = [
    ({}, None),
    ({"status": SOLD}, None),
    ({"status": {"value": 1, "name": None}}, None),
    ({"status": DISMISSED}, "The estimate was dismissed."),
    ({"status": {"value": 2, "name": None}}, "The estimate was dismissed."),
    ({"status": {"value": 9, "name": "Lost"}}, "What became of the estimate cannot be read."),
    ({"status": None}, "What became of the estimate cannot be read."),
    ({"reviewStatus": "Approved"}, None),
    ({"reviewStatus": "NeedsApproval"}, "The office has not approved the estimate."),
    ({"reviewStatus": "NotApproved"}, "The office has not approved the estimate."),
    ({"status": SOLD, "reviewStatus": "NotApproved"}, "The office has not approved the estimate."),
    ({"active": False}, "The estimate is no longer active."),
    ({"active": False, "status": SOLD}, "The estimate is no longer active."),
]


@pytest.mark.parametrize(("told", "because"), SHOWN)
def test_r38_open_and_sold_ones_that_the_office_let_through_are_shown(
    told: dict[str, object], because: str | None
) -> None:
    verdict = is_shown(estimate(**told))
    assert (verdict.because if isinstance(verdict, Refusal) else None) == because
    assert rule(may_see_estimate(reach(BILLING, BILLING), estimate(**told))) == (because and "R38")


def test_r38_a_review_that_cannot_be_read_lets_nothing_through() -> None:
    unread = msgspec.convert({"id": 7, "customerId": OURS, "status": OPEN}, Estimate)
    assert rule(is_shown(unread)) == "R38"


@pytest.mark.parametrize(("status", "refused"), [(OPEN, None), (SOLD, "R38")])
def test_r38_q8_a_tenant_may_hide_accepted_ones(
    status: dict[str, object], refused: str | None
) -> None:
    told = estimate(status=status)
    hiding = Proposals(show_accepted=False)
    assert rule(may_see_estimate(reach(BILLING, BILLING), told, hiding)) == refused


@pytest.mark.parametrize(
    ("status", "worded"), [(OPEN, EstimateStatus.OPEN), (SOLD, EstimateStatus.ACCEPTED)]
)
def test_sold_is_accepted(status: dict[str, object], worded: EstimateStatus) -> None:
    assert status_of(estimate(status=status)) is worded


def test_an_estimate_without_a_name_is_called_by_its_number() -> None:
    assert name_of(estimate(name="  ")) == "Estimate 7"
    assert name_of(estimate(name=" Furnace ")) == "Furnace"


@pytest.mark.parametrize(
    ("subtotal", "tax", "comes_to"),
    [
        ("100", "8.25", "108.25"),
        ("-50.00", "0", "-50.00"),
        (None, "8", None),
        ("100", None, None),
        (None, None, None),
    ],
)
def test_r84_a_total_is_of_both_parts_or_it_is_none(
    subtotal: str | None, tax: str | None, comes_to: str | None
) -> None:
    row = estimate(subtotal=subtotal, tax=tax)
    if comes_to is None:
        with pytest.raises(UpstreamRejected):
            total(row)
    else:
        assert total(row) == Decimal(comes_to)


def test_r84_items_that_were_not_told_are_not_none_at_all() -> None:
    assert items_of(estimate(items=[])) == ()
    with pytest.raises(UpstreamRejected):
        items_of(estimate())


DEPOSITS: list[tuple[dict[str, object], str | None]] = [
    ({"requireDepositOnSignature": False, "depositAmount": 50}, None),
    ({"requireDepositOnSignature": None, "depositPercent": 50}, None),
    ({"depositAmount": 50}, "50.00"),
    ({"depositAmount": 50, "depositPercent": 20}, "50.00"),
    ({"depositAmount": 0, "depositPercent": 20}, "21.67"),
    ({"depositPercent": 20}, "21.67"),
    ({"depositPercent": 100}, "108.33"),
    ({"depositPercent": 50}, "54.17"),  # 54.165, halves up
    ({"depositAmount": 0}, None),
    ({"depositPercent": 0}, None),
    ({"depositPercent": 20, "status": SOLD}, None),
]


@pytest.mark.parametrize(("told", "due"), DEPOSITS)
def test_r42_a_deposit_is_due_where_signing_requires_it(
    told: dict[str, object], due: str | None
) -> None:
    row = estimate(**{"requireDepositOnSignature": True, "subtotal": 100, "tax": 8.33} | told)
    assert deposit_due(row) == (None if due is None else Decimal(due))


@pytest.mark.parametrize("told", [{}, {"depositPercent": 20, "tax": None}])
def test_r42_r84_a_deposit_that_is_asked_and_cannot_be_read_is_not_none_at_all(
    told: dict[str, object],
) -> None:
    row = estimate(**{"requireDepositOnSignature": True, "subtotal": 100, "tax": 8} | told)
    with pytest.raises(UpstreamRejected):
        deposit_due(row)


@pytest.mark.parametrize(
    ("subtotal", "factor", "monthly"),
    [
        ("100", "0.015", "1.50"),
        ("100.30", "0.015", "1.50"),  # 1.5045
        ("100.33", "0.015", "1.50"),  # 1.50495
        ("101", "0.015", "1.52"),  # 1.515, halves up
        ("100", None, None),
    ],
)
def test_r40_as_low_as_is_a_share_of_the_total_to_the_cent_halves_up(
    subtotal: str, factor: str | None, monthly: str | None
) -> None:
    policy = Financing(enabled=True, monthly_factor=None if factor is None else Decimal(factor))
    offer = financing_of(estimate(subtotal=subtotal, tax=0), policy)
    assert offer is not None
    assert as_low_as(offer) == (None if monthly is None else Decimal(monthly))


@pytest.mark.parametrize(
    ("enabled", "status", "offered"),
    [(True, OPEN, True), (True, SOLD, False), (False, OPEN, False)],
)
def test_r40_financing_stands_beside_open_estimates_where_the_tenant_offers_it(
    status: dict[str, object], *, enabled: bool, offered: bool
) -> None:
    offer = financing_of(estimate(status=status), Financing(enabled=enabled))
    assert (offer is not None) is offered
