"""R1-R7, R12, R13: what an email reaches, and how much of it."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.directory.people import LevelSet, Standing
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from adapters.servicetitan.model import CustomerId, LocationId
from resolvers.access import GrantSource, Reach, may_open_portal, reach_of
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override

BILLING, NON_BILLING, NONE = AccessLevel
ME = "me@example.com"


def customer(of: int, *, active: bool = True, merged_to: int | None = None) -> CustomerEntry:
    to = None if merged_to is None else CustomerId(merged_to)
    return CustomerEntry(id=CustomerId(of), name=f"C{of}", active=active, merged_to_id=to)


def location(of: int, owner: int, *, active: bool = True) -> LocationEntry:
    return LocationEntry(
        id=LocationId(of), customer_id=CustomerId(owner), name=f"L{of}", active=active
    )


def standing(
    customers: Iterable[int | CustomerEntry],
    locations: dict[int, int] | None = None,
    at_customers: tuple[int, ...] = (),
    at_locations: tuple[int, ...] = (),
    levels: tuple[LevelSet, ...] = (),
) -> Standing:
    """Customers; locations by id and whose they are; on which of both the email stands."""
    known = {of.id: of for of in (customer(c) if isinstance(c, int) else c for c in customers)}
    places = [location(of, owner) for of, owner in (locations or {}).items()]
    alone = [place for place in places if place.id in at_locations]
    return Standing(
        revision=7,
        read_at=None,
        customers=tuple(entry for of, entry in known.items() if of in at_customers),
        places={of: tuple(p for p in places if p.customer_id == of) for of in at_customers},
        locations=tuple(alone),
        owners={CustomerId(p.customer_id): known[p.customer_id] for p in alone},
        levels=levels,
    )


def levels(reach: Reach) -> dict[str, AccessLevel]:
    told = {party.name: party.level for party in reach.parties.values()}
    return told | {place.name: place.level for place in reach.places.values()}


def test_r1_r7_a_contact_of_two_customers_reaches_both_and_all_their_places() -> None:
    told = standing((1, 2, 3), {10: 1, 20: 2, 30: 3}, at_customers=(1, 2))
    assert levels(reach_of(ME, told, Access())) == {
        "C1": BILLING,
        "C2": BILLING,
        "L10": BILLING,
        "L20": BILLING,
    }


def test_r3_an_email_on_a_location_alone_reaches_that_place_without_billing() -> None:
    told = standing((1,), {10: 1, 11: 1}, at_locations=(10,))
    assert levels(reach_of(ME, told, Access())) == {"L10": NON_BILLING}


def test_r3_an_email_on_both_inherits_from_the_customer() -> None:
    told = standing((1,), {10: 1}, at_customers=(1,), at_locations=(10,))
    assert levels(reach_of(ME, told, Access())) == {"C1": BILLING, "L10": BILLING}


@pytest.mark.parametrize("level", list(AccessLevel))
def test_r4_the_most_specific_level_wins(level: AccessLevel) -> None:
    told = standing((1,), {10: 1, 11: 1}, at_customers=(1,))
    set_at = (
        Override(customer=1, level=NON_BILLING),
        Override(customer=1, location=10, level=level),
    )
    reach = reach_of(ME, told, Access(people={ME: set_at}))
    assert levels(reach) == {"C1": NON_BILLING, "L10": level, "L11": NON_BILLING}


def test_r5_a_customer_is_asked_about_for_one_place_of_it() -> None:
    told = standing(
        (
            1,
            2,
        ),
        {10: 1, 20: 2},
        at_customers=(1, 2),
    )
    set_at = (
        Override(customer=1, level=NONE),
        Override(customer=1, location=10, level=BILLING),
        Override(customer=2, level=NON_BILLING),
    )
    reach = reach_of(ME, told, Access(people={ME: set_at}))
    assert list(reach.customers_showing(BILLING)) == [1]
    assert sorted(reach.customers_showing(NON_BILLING)) == [1, 2]


def test_a_level_set_for_somebody_else_or_for_no_contact_opens_nothing() -> None:
    told = standing(
        (
            1,
            2,
        ),
        {},
        at_customers=(1,),
    )
    set_at = {"other@example.com": (Override(customer=1, level=NONE),)}
    assert levels(reach_of(ME, told, Access(people=set_at))) == {"C1": BILLING}
    mine = {ME: (Override(customer=2, level=BILLING),)}
    assert levels(reach_of(ME, told, Access(people=mine))) == {"C1": BILLING}


def test_r13_what_is_inactive_or_merged_opens_nothing() -> None:
    told = standing(
        (customer(1, active=False), customer(2, merged_to=3)),
        {10: 1, 20: 2},
        at_customers=(1, 2),
        at_locations=(10,),
    )
    assert levels(reach_of(ME, told, Access())) == {}


def test_a_level_set_in_the_gateway_wins_over_the_file() -> None:
    mine = (LevelSet(1, "NON_BILLING"), LevelSet(1, "BILLING", 10))
    told = standing((1,), {10: 1, 11: 1}, at_customers=(1,), levels=mine)
    file = (Override(customer=1, level=NONE), Override(customer=1, location=11, level=NONE))
    reach = reach_of(ME, told, Access(people={ME: file}))
    assert levels(reach) == {"C1": NON_BILLING, "L10": BILLING, "L11": NONE}


def test_every_level_tells_where_it_comes_from() -> None:
    told = standing(
        (1, 2, 3),
        {10: 1, 20: 2, 30: 3},
        at_customers=(1, 2),
        at_locations=(10, 30),
        levels=(LevelSet(2, "NONE"),),
    )
    reach = reach_of(ME, told, Access())
    assert {of: party.source for of, party in reach.parties.items()} == {
        1: GrantSource.CUSTOMER_CONTACT,
        2: GrantSource.OVERRIDE,
    }
    assert {of: place.source for of, place in reach.places.items()} == {
        10: GrantSource.CUSTOMER_CONTACT,
        20: GrantSource.OVERRIDE,
        30: GrantSource.LOCATION_CONTACT,
    }


def test_no_level_is_above_that_of_whoever_looks_through_these_eyes() -> None:
    mine = (LevelSet(2, "NONE"),)
    told = standing((1, 2), {10: 1}, at_customers=(1, 2), levels=mine)
    assert levels(reach_of(ME, told, Access(), NON_BILLING)) == {
        "C1": NON_BILLING,
        "C2": NONE,
        "L10": NON_BILLING,
    }


@pytest.mark.parametrize(
    ("customers", "opens"), [(25, True), (26, False)], ids=["as many as may", "one more"]
)
def test_r12_an_email_on_many_customers_is_nobodys(customers: int, opens: bool) -> None:
    ids = tuple(range(1, customers + 1))
    told = standing(
        ids, {100 + of: of for of in ids}, at_customers=ids[:-1], at_locations=(100 + ids[-1],)
    )
    assert bool(may_open_portal(ME, told, Access())) is opens
    assert bool(levels(reach_of(ME, told, Access()))) is opens
    assert levels(reach_of(ME, told, Access(trusted_emails=(ME,))))


def test_r12_who_is_gone_does_not_count() -> None:
    gone = [customer(of, active=False) for of in range(1, 40)]
    told = standing((*gone, 40), at_customers=tuple(range(1, 41)))
    assert levels(reach_of(ME, told, Access())) == {"C40": BILLING}


def test_r12_a_placeholder_opens_nothing_on_a_single_customer() -> None:
    told = standing((1,), at_customers=(1,))
    assert levels(reach_of(ME, told, Access(placeholder_emails=(ME,)))) == {}
    refused = may_open_portal("noemail@gmail.com", told, Access())
    assert not refused
    assert refused.rule == "R12"


def test_r2_an_email_on_nothing_opens_nothing() -> None:
    refused = may_open_portal(ME, standing((1,)), Access())
    assert not refused
    assert refused.rule == "R2"


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
    told = standing(range(1, 5), owners, at_customers=(1, 2), at_locations=(10, 14))
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
