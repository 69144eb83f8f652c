"""Grants tell exactly what the reach is made of, and why the rest of them opens nothing."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.directory.people import LevelSet, Standing
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from adapters.servicetitan.model import CustomerId, LocationId
from resolvers.access import reach_of
from resolvers.grants import grants_of, strays
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override
from resolvers.whose import Person, Ties, nearness

ME = "me@example.com"
CUSTOMERS, LOCATIONS = (1, 2, 3), (10, 11, 20, 30)
OWNER = {10: 1, 11: 1, 20: 2, 30: 3}
LEVELS = st.sampled_from([level.value for level in AccessLevel])
AT = st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from([None, *LOCATIONS]))


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Draw customers and places, live or not, where the email stands on, and levels set for it."""
    known = {
        of: CustomerEntry(
            id=CustomerId(of),
            name=f"C{of}",
            active=draw(st.booleans()) or draw(st.booleans()),
            merged_to_id=draw(st.sampled_from([None, None, CustomerId(9)])),
        )
        for of in CUSTOMERS
    }
    places = {
        of: LocationEntry(
            id=LocationId(of),
            customer_id=CustomerId(OWNER[of]),
            name=f"L{of}",
            active=draw(st.booleans()) or draw(st.booleans()),
        )
        for of in LOCATIONS
    }
    mine = draw(st.sets(st.sampled_from(CUSTOMERS)))
    alone = [places[of] for of in sorted(draw(st.sets(st.sampled_from(LOCATIONS))))]
    levels = draw(st.dictionaries(AT, LEVELS, max_size=4))
    return Standing(
        revision=1,
        read_at=None,
        customers=tuple(known[of] for of in sorted(mine)),
        places={of: tuple(p for p in places.values() if p.customer_id == of) for of in mine},
        locations=tuple(alone),
        owners={CustomerId(p.customer_id): known[p.customer_id] for p in alone},
        levels=tuple(LevelSet(customer, level, at) for (customer, at), level in levels.items()),
    )


ACCESSES = st.builds(
    Access,
    customer_email=st.sampled_from(AccessLevel),
    location_email=st.sampled_from(AccessLevel),
    placeholder_emails=st.sampled_from([(), (), (), (ME,)]),
    people=st.dictionaries(
        st.just(ME),
        st.lists(
            st.builds(
                Override,
                customer=st.sampled_from(CUSTOMERS),
                location=st.sampled_from([None, *LOCATIONS]),
                level=st.sampled_from(AccessLevel),
            ),
            max_size=2,
        ).map(tuple),
    ),
)


@given(standings(), ACCESSES)
def test_what_is_not_blocked_is_exactly_what_is_reached(standing: Standing, access: Access) -> None:
    reach = reach_of(ME, standing, access)
    told = {grant.key: grant for grant in grants_of(ME, standing, access, LOCATIONS)}
    open_to = {key: grant.level for key, grant in told.items() if grant.blocked_because is None}
    reached: dict[tuple[int, int | None], AccessLevel] = {
        (of, None): party.level for of, party in reach.parties.items()
    }
    reached |= {(place.customer_id, of): place.level for of, place in reach.places.items()}
    assert open_to == {
        key: level for key, level in reached.items() if level is not AccessLevel.NONE
    }
    assert len(told) == len(grants_of(ME, standing, access, LOCATIONS))


@given(standings(), ACCESSES)
def test_a_level_is_told_once_as_a_grant_or_as_one_that_opens_nothing(
    standing: Standing, access: Access
) -> None:
    keys = {(own.customer, own.location) for own in standing.levels}
    keys |= {(own.customer, own.location) for own in access.people.get(ME, ())}
    told = {grant.key for grant in grants_of(ME, standing, access)}
    lost = strays(ME, standing, access).keys()
    assert keys <= told | lost
    assert not told & lost


@given(
    standings(), ACCESSES, st.sampled_from([None, *CUSTOMERS]), st.sets(st.sampled_from(LOCATIONS))
)
def test_r1_r13_nearness_says_yes_exactly_where_a_level_is_in_reach(
    standing: Standing, access: Access, customer: int | None, locations: set[int]
) -> None:
    person = Person(ME, standing, access, reach_of(ME, standing, access))
    ties = Ties(customer, tuple(sorted(locations)))
    told = [*nearness(ties, person, None, person.reach)]
    near = [person.reach.places[of] for of in ties.locations if of in person.reach.places]
    owner = person.reach.parties.get(customer) if customer is not None else None
    holder = near[0] if near else owner
    assert all(outcome.passed for outcome in told[:-1])
    assert told[-1].passed is (holder is not None and holder.level is not AccessLevel.NONE)
