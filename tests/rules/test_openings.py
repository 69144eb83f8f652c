"""What an email stands on, told by the rules that decide: nothing more is open, nothing less."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from adapters.directory.people import LevelSet, Standing
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from adapters.servicetitan.model import CustomerId, LocationId
from resolvers.access import reach_of
from resolvers.levels import AccessLevel
from resolvers.openings import Opening, Origin, openings_of
from resolvers.policy import Access, Override

ME = "me@example.com"
READ_AT = datetime(2026, 7, 14, tzinfo=UTC)


def customer(of: int, *, active: bool = True, merged_to: int | None = None) -> CustomerEntry:
    to = None if merged_to is None else CustomerId(merged_to)
    return CustomerEntry(id=CustomerId(of), name=f"C{of}", active=active, merged_to_id=to)


def location(of: int, owner: int, *, active: bool = True) -> LocationEntry:
    return LocationEntry(
        id=LocationId(of), customer_id=CustomerId(owner), name=f"L{of}", active=active
    )


def told(openings: list[Opening]) -> list[tuple[str, AccessLevel, Origin, str | None]]:
    return [
        (
            (opening.location or opening.customer).name,
            opening.level,
            opening.origin,
            opening.closed.rule if opening.closed is not None else None,
        )
        for opening in openings
    ]


def test_each_level_is_told_with_where_it_comes_from() -> None:
    standing = Standing(
        1,
        READ_AT,
        customers=(customer(1), customer(2), customer(3, merged_to=1), customer(4, active=False)),
        places={1: (location(10, 1), location(11, 1), location(12, 1)), 4: (location(40, 4),)},
        locations=(location(10, 1), location(50, 5), location(51, 5, active=False)),
        owners={5: customer(5)},
        levels=(LevelSet(1, "NONE", 11), LevelSet(2, "NON_BILLING")),
    )
    access = Access(people={ME: (Override(customer=1, level=AccessLevel.BILLING, location=12),)})
    assert told(openings_of(ME, standing, access)) == [
        ("C1", AccessLevel.BILLING, Origin.DEFAULT, None),
        ("L10", AccessLevel.BILLING, Origin.CUSTOMER, None),
        ("L11", AccessLevel.NONE, Origin.GATEWAY, "R4"),
        ("L12", AccessLevel.BILLING, Origin.POLICY_FILE, None),
        ("C2", AccessLevel.NON_BILLING, Origin.GATEWAY, None),
        ("C3", AccessLevel.NONE, Origin.DEFAULT, "R13"),
        ("C4", AccessLevel.NONE, Origin.DEFAULT, "R13"),
        ("L40", AccessLevel.NONE, Origin.CUSTOMER, "R13"),
        ("L50", AccessLevel.NON_BILLING, Origin.DEFAULT, None),
        ("L51", AccessLevel.NONE, Origin.DEFAULT, "R13"),
    ]


def test_a_placeholder_opens_nothing_and_the_table_says_why() -> None:
    standing = Standing(1, READ_AT, customers=(customer(1),), places={1: (location(10, 1),)})
    assert told(openings_of(ME, standing, Access(placeholder_emails=(ME,)))) == [
        ("C1", AccessLevel.NONE, Origin.DEFAULT, "R12"),
        ("L10", AccessLevel.NONE, Origin.CUSTOMER, "R12"),
    ]


def test_a_place_is_told_once_though_the_email_is_on_it_and_on_its_inactive_customer() -> None:
    gone = customer(1, active=False)
    standing = Standing(
        1,
        READ_AT,
        customers=(gone,),
        places={1: (location(10, 1),)},
        locations=(location(10, 1),),
        owners={1: gone},
    )
    assert told(openings_of(ME, standing, Access())) == [
        ("C1", AccessLevel.NONE, Origin.DEFAULT, "R13"),
        ("L10", AccessLevel.NONE, Origin.CUSTOMER, "R13"),
    ]


def test_an_email_on_nothing_has_no_rows() -> None:
    assert openings_of(ME, Standing(1, READ_AT), Access()) == []


CUSTOMERS = st.lists(
    st.builds(
        customer,
        st.integers(1, 4),
        active=st.booleans(),
        merged_to=st.sampled_from([None, None, 9]),
    ),
    max_size=4,
    unique_by=lambda entry: entry.id,
)
LEVELS = st.sampled_from(["BILLING", "NON_BILLING", "NONE"])


@st.composite
def standings(draw: st.DrawFn) -> tuple[Standing, Access]:
    known = draw(CUSTOMERS)
    mine = [entry for entry in known if draw(st.booleans())]
    places = [
        location(entry.id * 10 + turn, entry.id, active=draw(st.booleans()))
        for entry in known
        for turn in range(draw(st.integers(0, 2)))
    ]
    alone = [place for place in places if draw(st.booleans())]
    keys = [(entry.id, None) for entry in known] + [(p.customer_id, p.id) for p in places]
    levels = [LevelSet(of, draw(LEVELS), at) for of, at in keys if draw(st.booleans())]
    filed = [
        Override(customer=of, location=at, level=AccessLevel(draw(LEVELS)))
        for of, at in keys
        if draw(st.booleans())
    ]
    owners = {entry.id: entry for entry in known}
    standing = Standing(
        1,
        READ_AT,
        customers=tuple(mine),
        places={e.id: tuple(p for p in places if p.customer_id == e.id) for e in mine},
        locations=tuple(alone),
        owners={p.customer_id: owners[p.customer_id] for p in alone},
        levels=tuple(levels),
    )
    access = Access(people={ME: tuple(filed)}, most_customers_of_an_email=draw(st.integers(1, 4)))
    return standing, access


@given(standings())
def test_what_is_open_in_the_table_is_open_in_the_portal(given_: tuple[Standing, Access]) -> None:
    standing, access = given_
    reach = reach_of(ME, standing, access)
    shown = {
        (opening.customer.id, opening.location and opening.location.id): opening.level
        for opening in openings_of(ME, standing, access)
        if opening.level is not AccessLevel.NONE
    }
    reached: dict[tuple[int, int | None], AccessLevel] = {
        (of, None): party.level for of, party in reach.parties.items()
    }
    reached |= {(place.customer_id, of): place.level for of, place in reach.places.items()}
    assert shown == {key: level for key, level in reached.items() if level is not AccessLevel.NONE}
