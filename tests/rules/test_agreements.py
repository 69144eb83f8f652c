"""Service agreements: who may open one, what of it is pruned, and when its visits are owed."""

from datetime import date

import pytest

from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.model import CustomerId, LocationId, ServiceAgreementId
from adapters.servicetitan.service_agreements import (
    AgreementStatus,
    BillingSchedule,
    ServiceAgreement,
)
from resolvers import agreements
from resolvers.access import Party, Place, Reach
from resolvers.levels import AccessLevel
from resolvers.policy import Agreements
from resolvers.verdict import Refusal

BILLING, PLAIN, NONE = AccessLevel.BILLING, AccessLevel.NON_BILLING, AccessLevel.NONE
OWNER, STRANGER = 1, 2
FIRST, SECOND, THEIRS = 11, 12, 21
TODAY = date(2026, 7, 14)


def reach(customer: AccessLevel | None, **places: AccessLevel) -> Reach:
    """Levels of the owner (None: out of reach) and of its places, by name."""
    parties = {} if customer is None else {OWNER: party(OWNER, customer)}
    named = {"first": (FIRST, OWNER), "second": (SECOND, OWNER), "theirs": (THEIRS, STRANGER)}
    return Reach(
        parties,
        {
            named[name][0]: Place(named[name][0], name, named[name][1], level, active=True)
            for name, level in places.items()
        },
    )


def party(of: int, level: AccessLevel) -> Party:
    return Party(of, "Owner", CustomerType.COMMERCIAL, level)


def agreement(
    *locations: int,
    status: AgreementStatus = AgreementStatus.ACTIVATED,
    end: date | None = None,
) -> ServiceAgreement:
    return ServiceAgreement(
        id=ServiceAgreementId(9),
        customer_id=CustomerId(OWNER),
        location_ids=tuple(map(LocationId, locations)),
        status=status,
        end_date=end,
    )


def verdict(told: object) -> str | None:
    return told.rule if isinstance(told, Refusal) else None


@pytest.mark.parametrize("status", list(AgreementStatus))
def test_r70_only_the_accounts_statuses_are_shown(status: AgreementStatus) -> None:
    row, near = agreement(FIRST, status=status), reach(BILLING, first=BILLING)
    by_default = agreements.may_see_agreement(near, row, Agreements())
    assert verdict(by_default) == (None if status is AgreementStatus.ACTIVATED else "R70")
    chosen = Agreements(statuses=("Expired", "AutoRenew"))
    shown = {AgreementStatus.EXPIRED, AgreementStatus.AUTO_RENEW}
    seen = agreements.may_see_agreement(near, row, chosen)
    assert verdict(seen) == (None if status in shown else "R70")


R71 = [
    # the owner's level, levels of its places, what it covers, the rule that refuses
    (BILLING, {"first": BILLING}, (FIRST,), None),
    (BILLING, {"first": PLAIN}, (FIRST,), "R71"),
    (BILLING, {"first": NONE}, (FIRST,), "R71"),
    (BILLING, {"first": PLAIN, "second": BILLING}, (FIRST,), "R71"),
    (PLAIN, {"first": BILLING, "second": PLAIN}, (FIRST, SECOND), None),
    (PLAIN, {"first": PLAIN, "second": PLAIN}, (FIRST, SECOND), "R71"),
    (NONE, {"first": NONE, "second": BILLING}, (FIRST, SECOND), None),
    (None, {"first": BILLING}, (FIRST, SECOND), None),
    (None, {"first": PLAIN}, (FIRST, SECOND), "R71"),
    (None, {}, (FIRST,), "R71"),
    (BILLING, {"first": BILLING}, (), None),  # it names no places: the customer decides
    (PLAIN, {"first": BILLING}, (), "R71"),
    (None, {"first": BILLING}, (), "R71"),
    (None, {"theirs": BILLING}, (THEIRS,), "R71"),  # another customer's place opens nothing
    (PLAIN, {"first": PLAIN, "theirs": BILLING}, (FIRST, THEIRS), "R71"),
]


@pytest.mark.parametrize(("owner", "places", "covers", "rule"), R71)
def test_r71_one_covered_place_with_billing_access_is_enough(
    owner: AccessLevel | None,
    places: dict[str, AccessLevel],
    covers: tuple[int, ...],
    rule: str | None,
) -> None:
    told = agreements.may_see_agreement(reach(owner, **places), agreement(*covers), Agreements())
    assert verdict(told) == rule


Q2 = [
    (PLAIN, {"first": PLAIN}, None),
    (NONE, {"first": NONE}, "R6"),
    (NONE, {"first": PLAIN}, None),
    (None, {}, "R6"),
]


@pytest.mark.parametrize(("owner", "places", "rule"), Q2)
def test_q2_an_account_may_open_them_without_billing_access(
    owner: AccessLevel | None, places: dict[str, AccessLevel], rule: str | None
) -> None:
    ungated = Agreements(gate_by_billing=False)
    near, row = reach(owner, **places), agreement(FIRST)
    assert verdict(agreements.may_see_agreement(near, row, ungated)) == rule
    assert verdict(agreements.may_know_of(near, row)) == rule


@pytest.mark.parametrize("status", list(AgreementStatus))
def test_r54_active_is_what_servicetitan_calls_activated(status: AgreementStatus) -> None:
    activated = status is AgreementStatus.ACTIVATED
    assert agreements.is_activated(agreement(FIRST, status=status)) == activated
    assert (agreements.status_of(agreement(status=status)).value == "ACTIVE") == activated


@pytest.mark.parametrize(
    ("end", "runs"),
    [
        (None, True),
        (date(2026, 7, 15), True),
        (TODAY, True),
        (date(2026, 7, 13), False),
    ],
)
def test_q14_past_its_last_day_it_owes_no_visits_and_is_active_still(
    end: date | None, runs: bool
) -> None:
    row = agreement(FIRST, end=end)
    assert agreements.is_running(row, TODAY) == runs
    assert agreements.is_activated(row)
    canceled = agreement(FIRST, end=end, status=AgreementStatus.CANCELED)
    assert not agreements.is_running(canceled, TODAY)


def test_every_status_and_schedule_has_its_word() -> None:
    words = [agreements.status_of(agreement(status=status)).value for status in AgreementStatus]
    assert words == [
        "DRAFT",
        "SENT",
        "REJECTED",
        "ACCEPTED",
        "ACTIVE",
        "CANCELED",
        "EXPIRED",
        "AUTO_RENEW",
        "UNKNOWN",
    ]
    row = agreement()
    assert agreements.schedule_of(row) is None
    schedules = [
        ServiceAgreement(id=row.id, customer_id=row.customer_id, billing_schedule=schedule)
        for schedule in BillingSchedule
    ]
    assert [agreements.schedule_of(told) for told in schedules] == [
        "Upfront",
        "Monthly",
        "Every other month",
        "Quarterly",
        "Twice a year",
        "Annually",
        "At the time of service",
        "As agreed",
    ]
