"""Memberships: who may open one, and what it is called."""

import pytest

from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.membership_types import MembershipType
from adapters.servicetitan.memberships import BillingFrequency, Membership, MembershipStatus
from adapters.servicetitan.model import CustomerId, LocationId, MembershipId, MembershipTypeId
from resolvers import memberships
from resolvers.access import Party, Place, Reach
from resolvers.levels import AccessLevel
from resolvers.policy import Agreements
from resolvers.verdict import Refusal

BILLING, PLAIN, NONE = AccessLevel.BILLING, AccessLevel.NON_BILLING, AccessLevel.NONE
OWNER, HERE, THERE = 1, 11, 12
GATED, UNGATED = Agreements(), Agreements(gate_by_billing=False)


def reach(customer: AccessLevel | None, here: AccessLevel | None) -> Reach:
    party = Party(OWNER, "Owner", CustomerType.RESIDENTIAL, customer or NONE)
    place = Place(HERE, "Here", OWNER, here or NONE, active=True)
    return Reach({} if customer is None else {OWNER: party}, {} if here is None else {HERE: place})


def membership(
    location: int | None, status: MembershipStatus = MembershipStatus.ACTIVE, **more: object
) -> Membership:
    return Membership(
        id=MembershipId(9),
        customer_id=CustomerId(OWNER),
        location_id=None if location is None else LocationId(location),
        status=status,
        **more,  # type: ignore[arg-type]  # fields of the row
    )


def verdict(told: object) -> str | None:
    return told.rule if isinstance(told, Refusal) else None


LEVELS = [
    # the customer's level, the place's, the membership's place, with the gate, without it
    (BILLING, BILLING, HERE, None, None),
    (BILLING, PLAIN, HERE, "R4", None),
    (BILLING, NONE, HERE, "R4", "R4"),
    (PLAIN, BILLING, HERE, None, None),
    (PLAIN, PLAIN, HERE, "R4", None),
    (None, BILLING, HERE, None, None),
    (None, PLAIN, HERE, "R4", None),
    (None, None, HERE, "R4", "R4"),
    (BILLING, BILLING, None, None, None),
    (BILLING, PLAIN, None, None, None),
    (PLAIN, BILLING, None, "R78", None),
    (NONE, BILLING, None, "R78", "R78"),
    (None, BILLING, None, "R78", "R78"),
    (BILLING, PLAIN, THERE, None, None),  # a place the directory does not know: the customer's
    (None, BILLING, THERE, "R4", "R4"),
]


@pytest.mark.parametrize(("customer", "here", "location", "gated", "ungated"), LEVELS)
def test_r4_r78_q2_the_level_of_its_place_else_of_the_customer(
    customer: AccessLevel | None,
    here: AccessLevel | None,
    location: int | None,
    gated: str | None,
    ungated: str | None,
) -> None:
    near, row = reach(customer, here), membership(location)
    assert verdict(memberships.may_see_membership(near, row, GATED)) == gated
    assert verdict(memberships.may_see_membership(near, row, UNGATED)) == ungated
    assert verdict(memberships.may_see_price(near, row)) == ("R8" if gated else None)


@pytest.mark.parametrize("status", list(MembershipStatus))
def test_r76_r79_all_but_deleted_ones_are_shown(status: MembershipStatus) -> None:
    row, near = membership(HERE, status, active=False), reach(BILLING, BILLING)
    gone = status is MembershipStatus.DELETED
    assert verdict(memberships.may_see_membership(near, row, GATED)) == ("R76" if gone else None)
    assert verdict(memberships.may_know_of(near, row)) == ("R76" if gone else None)
    if not gone:
        assert memberships.status_of(row).name == status.name
    assert memberships.is_called_off(row) == (status is MembershipStatus.CANCELED)


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (MembershipType(id=MembershipTypeId(5), name="GOLD (res)", display_name="Gold"), "Gold"),
        (MembershipType(id=MembershipTypeId(5), name="GOLD (res)"), "GOLD (res)"),
        (MembershipType(id=MembershipTypeId(5)), "Membership"),
        (None, "Membership"),
    ],
)
def test_r75_the_title_is_the_one_for_customers(told: MembershipType | None, title: str) -> None:
    assert memberships.title_of(told) == title


def test_every_frequency_has_its_words() -> None:
    told = [
        memberships.frequency_of(membership(HERE, billing_frequency=f)) for f in BillingFrequency
    ]
    assert told == [
        "Once",
        "Monthly",
        "Every other month",
        "Quarterly",
        "Twice a year",
        "Annually",
        None,
    ]
