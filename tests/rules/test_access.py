"""R1-R7, R11, R13: what an email reaches, and how much of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.directory.directory import Directory
from adapters.servicetitan.feeds import (
    ContactType,
    CustomerContactEntry,
    CustomerEntry,
    LocationContactEntry,
    LocationEntry,
)
from adapters.servicetitan.model import ContactId, CustomerId, LocationId
from resolvers.access import Reach, reach_of
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override

BILLING, NON_BILLING, NONE = AccessLevel
ME = "me@example.com"


def directory(
    *,
    customers: dict[int, bool],
    locations: dict[int, int],
    at_customers: tuple[int, ...] = (),
    at_locations: tuple[int, ...] = (),
    email: str = ME,
) -> Directory:
    """Customers by id and whether they are active; locations by id and whose they are."""
    told = Directory()
    for of, active in customers.items():
        told.put_customer(CustomerEntry(id=CustomerId(of), name=f"C{of}", active=active))
    for of, owner in locations.items():
        told.put_location(
            LocationEntry(id=LocationId(of), customer_id=CustomerId(owner), name=f"L{of}")
        )
    for at, of in enumerate(at_customers):
        told.put_customer_contact(
            CustomerContactEntry(
                id=ContactId(100 + at),
                customer_id=CustomerId(of),
                type=ContactType.EMAIL,
                value=email,
                active=True,
            )
        )
    for at, of in enumerate(at_locations):
        told.put_location_contact(
            LocationContactEntry(
                id=ContactId(200 + at),
                location_id=LocationId(of),
                type=ContactType.EMAIL,
                value=email,
                active=True,
            )
        )
    return told


def levels(reach: Reach) -> dict[str, AccessLevel]:
    told = {party.name: party.level for party in reach.parties.values()}
    return told | {place.name: place.level for place in reach.places.values()}


def test_r1_r7_a_contact_of_two_customers_reaches_both_and_all_their_places() -> None:
    told = directory(
        customers={1: True, 2: True, 3: True}, locations={10: 1, 20: 2, 30: 3}, at_customers=(1, 2)
    )
    assert levels(reach_of(ME, told, Access())) == {
        "C1": BILLING,
        "C2": BILLING,
        "L10": BILLING,
        "L20": BILLING,
    }


def test_r3_an_email_on_a_location_alone_reaches_that_place_without_billing() -> None:
    told = directory(customers={1: True}, locations={10: 1, 11: 1}, at_locations=(10,))
    assert levels(reach_of(ME, told, Access())) == {"L10": NON_BILLING}


def test_r3_an_email_on_both_inherits_from_the_customer() -> None:
    told = directory(customers={1: True}, locations={10: 1}, at_customers=(1,), at_locations=(10,))
    assert levels(reach_of(ME, told, Access())) == {"C1": BILLING, "L10": BILLING}


@pytest.mark.parametrize("level", list(AccessLevel))
def test_r4_the_most_specific_level_wins(level: AccessLevel) -> None:
    told = directory(customers={1: True}, locations={10: 1, 11: 1}, at_customers=(1,))
    set_at = (
        Override(customer=1, level=NON_BILLING),
        Override(customer=1, location=10, level=level),
    )
    reach = reach_of(ME, told, Access(people={ME: set_at}))
    assert levels(reach) == {"C1": NON_BILLING, "L10": level, "L11": NON_BILLING}


def test_r5_a_customer_is_asked_about_for_one_place_of_it() -> None:
    told = directory(customers={1: True, 2: True}, locations={10: 1, 20: 2}, at_customers=(1, 2))
    set_at = (
        Override(customer=1, level=NONE),
        Override(customer=1, location=10, level=BILLING),
        Override(customer=2, level=NON_BILLING),
    )
    reach = reach_of(ME, told, Access(people={ME: set_at}))
    assert list(reach.customers_showing(BILLING)) == [1]
    assert sorted(reach.customers_showing(NON_BILLING)) == [1, 2]


def test_a_level_set_for_somebody_else_or_for_no_contact_opens_nothing() -> None:
    told = directory(customers={1: True, 2: True}, locations={}, at_customers=(1,))
    set_at = {"other@example.com": (Override(customer=1, level=NONE),)}
    assert levels(reach_of(ME, told, Access(people=set_at))) == {"C1": BILLING}
    mine = {ME: (Override(customer=2, level=BILLING),)}
    assert levels(reach_of(ME, told, Access(people=mine))) == {"C1": BILLING}


def test_r13_what_is_inactive_or_merged_opens_nothing() -> None:
    told = directory(
        customers={1: False, 2: True},
        locations={10: 1, 20: 2},
        at_customers=(1, 2),
        at_locations=(10,),
    )
    told.put_customer(CustomerEntry(id=CustomerId(2), name="C2", merged_to_id=CustomerId(3)))
    assert levels(reach_of(ME, told, Access())) == {}


@pytest.mark.parametrize("stored", ["  Me@Example.COM ", "ME@EXAMPLE.COM", "me@example.com\n"])
def test_r11_an_email_is_trimmed_and_case_folded(stored: str) -> None:
    told = directory(customers={1: True}, locations={}, at_customers=(1,), email=stored)
    assert set(reach_of(ME, told, Access()).parties) == {1}


@pytest.mark.parametrize("stored", ["me+tag@example.com", "m.e@example.com", "me@example.co", ""])
def test_r11_otherwise_it_is_compared_exactly(stored: str) -> None:
    told = directory(customers={1: True}, locations={}, at_customers=(1,), email=stored)
    assert reach_of(ME, told, Access()).parties == {}


def test_r9_a_contact_that_changes_or_leaves_takes_its_old_email_with_it() -> None:
    told = directory(customers={1: True}, locations={}, at_customers=(1,))
    changed = CustomerContactEntry(
        id=ContactId(100),
        customer_id=CustomerId(1),
        type=ContactType.EMAIL,
        value="new@example.com",
        active=True,
    )
    told.put_customer_contact(changed)
    assert reach_of(ME, told, Access()).parties == {}
    assert set(reach_of("new@example.com", told, Access()).parties) == {1}
    told.put_customer_contact(
        CustomerContactEntry(
            id=ContactId(100),
            customer_id=CustomerId(1),
            type=ContactType.EMAIL,
            value="new@example.com",
            active=False,
        )
    )
    assert reach_of("new@example.com", told, Access()).parties == {}


def test_r10_only_emails_open_anything() -> None:
    told = Directory()
    told.put_customer(CustomerEntry(id=CustomerId(1), name="C1"))
    told.put_customer_contact(
        CustomerContactEntry(
            id=ContactId(1),
            customer_id=CustomerId(1),
            type=ContactType.PHONE,
            value=ME,
            active=True,
        )
    )
    assert reach_of(ME, told, Access()).parties == {}


def test_a_location_that_moves_leaves_its_old_customer() -> None:
    told = directory(customers={1: True, 2: True}, locations={10: 1}, at_customers=(1,))
    told.put_location(LocationEntry(id=LocationId(10), customer_id=CustomerId(2), name="L10"))
    assert levels(reach_of(ME, told, Access())) == {"C1": BILLING}


LEVEL = st.sampled_from(AccessLevel)


@given(
    st.dictionaries(st.integers(1, 4), LEVEL),
    st.dictionaries(st.integers(10, 17), LEVEL),
    LEVEL,
    LEVEL,
)
def test_nothing_is_reached_beyond_what_the_email_stands_on(
    at_customer: dict[int, AccessLevel],
    at_location: dict[int, AccessLevel],
    customer_email: AccessLevel,
    location_email: AccessLevel,
) -> None:
    owners = {of: of % 4 + 1 for of in range(10, 18)}
    told = directory(
        customers=dict.fromkeys(range(1, 5), True),
        locations=owners,
        at_customers=(1, 2),
        at_locations=(10, 14),
    )
    set_at = [Override(customer=c, level=level) for c, level in at_customer.items()]
    set_at += [Override(customer=owners[o], location=o, level=lv) for o, lv in at_location.items()]
    access = Access(
        customer_email=customer_email, location_email=location_email, people={ME: tuple(set_at)}
    )
    reach = reach_of(ME, told, access)
    assert set(reach.parties) == {1, 2}
    assert set(reach.places) == {o for o, c in owners.items() if c in {1, 2}} | {10, 14}
    for place in reach.places.values():
        inherited = at_customer.get(place.customer_id, customer_email)
        alone = place.customer_id not in {1, 2}
        assert place.level is at_location.get(place.id, location_email if alone else inherited)
