"""R1, R2, R11, R64: what a viewer may come near, by what the directory and the ledger say now."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from adapters.directory.people import Standing
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.rights import Revisions
from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from adapters.servicetitan.model import CustomerId, LocationId
from resolvers.access import NOWHERE, GrantSource, Party, Place, Reach
from resolvers.errors import NotReady, PortalError, Unauthenticated
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override
from resolvers.rights import Rights
from resolvers.viewer import ANONYMOUS, Link, Staff, Viewer, ViewerKind

BILLING, NON_BILLING, NONE = AccessLevel
PAT = "pat@example.com"
READ_AT = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
NOW = 1_784_000_000
CLERK, LOOKER = (
    Staff(key, f"{key}@example.com", may_bill=key == "clerk") for key in ("clerk", "x")
)


def customer(of: int) -> CustomerEntry:
    return CustomerEntry(id=CustomerId(of), name=f" C{of} ", type=CustomerType.COMMERCIAL)


def place(of: int, owner: int, *, active: bool = True) -> LocationEntry:
    return LocationEntry(
        id=LocationId(of), customer_id=CustomerId(owner), name=f" L{of} ", active=active
    )


@dataclass
class Register:
    """Who stands where, and all that was asked; `reason` is why nobody is let in, by when."""

    known: dict[int, CustomerEntry] = field(default_factory=dict)
    places: tuple[LocationEntry, ...] = ()
    links: frozenset[tuple[int, int]] = frozenset()
    read_at: datetime | None = READ_AT
    reason: str | None = None
    error: Exception | None = None
    asked: list[object] = field(default_factory=list)

    def unready(self, read_at: datetime | None) -> str | None:
        """Say why nobody is let in."""
        self.asked.append(("ready", read_at))
        return self.reason

    async def standing(self, email: str) -> Standing:
        """Tell of any email that it is on every customer."""
        self._note("standing", email)
        held = tuple(self.known.values())
        owned = {int(of.id): tuple(p for p in self.places if p.customer_id == of.id) for of in held}
        return Standing(7, self.read_at, held, owned, payments_revision=8)

    async def revisions(self) -> Revisions:
        """Tell what stands now."""
        return self.revisions_at_once()

    def revisions_at_once(self) -> Revisions:
        """Tell the same."""
        self._note("revisions")
        return Revisions(7, self.read_at, 8)

    async def customers(self, ids: Sequence[int]) -> dict[int, CustomerEntry]:
        """Tell of those that are known."""
        self._note("customers", *sorted(ids))
        return {of: self.known[of] for of in ids if of in self.known}

    async def locations(self, ids: Sequence[int]) -> dict[int, LocationEntry]:
        """Tell of those that are known."""
        self._note("locations", *sorted(ids))
        return {of.id: of for of in self.places if of.id in ids}

    async def locations_of(self, customers: Sequence[int]) -> dict[int, tuple[LocationEntry, ...]]:
        """Tell of all places of these."""
        self._note("locations of", *sorted(customers))
        return {of: tuple(p for p in self.places if p.customer_id == of) for of in customers}

    async def stands(self, link: int, revision: int) -> bool:
        """Tell whether this link opens something at this revision."""
        self._note("stands", link, revision)
        return (link, revision) in self.links

    def _note(self, *asked: object) -> None:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error


@pytest.fixture
def register() -> Register:
    return Register({1: customer(1)}, (place(10, 1), place(11, 1, active=False)))


def rights(register: Register) -> Rights:
    return Rights(register, register, register.unready, lambda: NOW)


async def reach(register: Register, viewer: Viewer) -> Reach:
    told = await rights(register).of(viewer, Access())
    assert isinstance(told, Reach), told
    return told


async def refusal(register: Register, viewer: Viewer) -> PortalError | UpstreamError:
    told = await rights(register).of(viewer, Access())
    assert not isinstance(told, Reach)
    return told


def revisions(of: Reach) -> tuple[int, int]:
    return of.revision, of.payments_revision


def person(email: str | None = PAT, **more: object) -> Viewer:
    return Viewer(ViewerKind.CUSTOMER, "pat", email, **more)  # type: ignore[arg-type]  # of each field's own kind


def staff(member: Staff) -> Viewer:
    return Viewer(ViewerKind.STAFF, member.key, member.email, staff=member)


async def test_without_a_sign_in_nothing_is_near_and_nobody_is_asked(register: Register) -> None:
    told = await refusal(register, ANONYMOUS)
    assert isinstance(told, Unauthenticated)
    assert str(told) == "Sign in first: without it only portal and __typename can be asked."
    assert register.asked == []


@pytest.mark.parametrize(
    "viewer",
    [
        person(until=NOW),
        person(until=NOW - 1),
        Viewer(ViewerKind.STAFF, "clerk", staff=CLERK, until=NOW),
        Viewer(
            ViewerKind.PAYMENT_LINK, "l", link=Link(3, ViewerKind.PAYMENT_LINK, (9,)), until=NOW
        ),
    ],
)
async def test_a_sign_in_that_ended_opens_nothing(register: Register, viewer: Viewer) -> None:
    told = await refusal(register, viewer)
    assert isinstance(told, Unauthenticated)
    assert str(told) == "Your sign-in has ended. Sign in again."
    assert register.asked == []


async def test_a_person_reaches_what_their_email_stands_on(register: Register) -> None:
    told = await reach(register, person(until=NOW + 1))
    source = GrantSource.CUSTOMER_CONTACT
    assert told == Reach(
        {1: Party(1, "C1", CustomerType.COMMERCIAL, BILLING, source)},
        {
            10: Place(10, "L10", 1, BILLING, active=True, source=source),
            11: Place(11, "L11", 1, BILLING, active=False, source=source),
        },
    )
    assert revisions(told) == (7, 8)
    assert register.asked == [("standing", PAT), ("ready", READ_AT)]


async def test_r4_a_person_has_the_level_that_the_policy_names_for_their_email(
    register: Register,
) -> None:
    file = {PAT: (Override(customer=1, level=NON_BILLING),)}
    told = await rights(register).of(person(), Access(people=file))
    assert isinstance(told, Reach)
    assert told.parties[1].level is NON_BILLING


async def test_r2_a_person_who_is_nobody_here_reaches_nothing_as_of_now() -> None:
    told = await reach(Register(), person())
    assert told == NOWHERE
    assert revisions(told) == (7, 8)


async def test_r11_a_person_without_an_email_reaches_nothing(register: Register) -> None:
    assert await reach(register, person(None)) is NOWHERE
    assert register.asked == []


@pytest.mark.parametrize(("member", "most"), [(CLERK, BILLING), (LOOKER, NON_BILLING)])
async def test_staff_see_through_no_eyes_more_than_their_own_right(
    register: Register, member: Staff, most: AccessLevel
) -> None:
    told = await reach(register, person(staff=member))
    assert {of.level for of in told.parties.values()} == {most}
    assert {of.level for of in told.places.values()} == {most}
    assert told.everywhere is NONE


@pytest.mark.parametrize(("member", "most"), [(CLERK, BILLING), (LOOKER, NON_BILLING)])
async def test_staff_by_themselves_are_everywhere(
    register: Register, member: Staff, most: AccessLevel
) -> None:
    told = await reach(register, staff(member))
    assert told == Reach({}, {}, everywhere=most)
    assert revisions(told) == (7, 8)
    assert register.asked == [("revisions",), ("ready", READ_AT)]


LINKS = [(ViewerKind.PAYMENT_LINK, "invoices"), (ViewerKind.ESTIMATE_LINK, "estimates")]


@pytest.mark.parametrize(("kind", "opens"), LINKS)
async def test_r64_a_link_opens_what_it_names_while_it_stands(
    register: Register, kind: ViewerKind, opens: str
) -> None:
    register.links = frozenset({(3, 7)})
    viewer = Viewer(kind, "l", link=Link(3, kind, (8, 9)))
    told = await reach(register, viewer)
    assert told == replace(NOWHERE, **{opens: frozenset({8, 9})})  # type: ignore[arg-type]  # the one of the two
    assert revisions(told) == (7, 8)
    assert register.asked == [("revisions",), ("stands", 3, 7)]


@pytest.mark.parametrize(("kind", "opens"), LINKS)
async def test_r64_a_link_that_was_taken_back_opens_nothing(
    register: Register, kind: ViewerKind, opens: str
) -> None:
    del opens
    register.links = frozenset({(3, 6), (4, 7)})
    told = await refusal(register, Viewer(kind, "l", link=Link(3, kind, (8, 9))))
    assert isinstance(told, Unauthenticated)
    assert str(told) == "This link opens nothing any more. Ask the office for a new one."


@pytest.mark.parametrize("viewer", [person(), staff(CLERK), person(staff=CLERK)])
async def test_rights_fail_closed_while_the_directory_is_not_read(
    register: Register, viewer: Viewer
) -> None:
    register.read_at, register.reason = None, "It is being read."
    told = await refusal(register, viewer)
    assert isinstance(told, NotReady)
    assert str(told) == "It is being read."
    assert register.asked[-1] == ("ready", None)


@pytest.mark.parametrize(
    "viewer",
    [
        person(),
        staff(CLERK),
        Viewer(ViewerKind.ESTIMATE_LINK, "l", link=Link(3, ViewerKind.ESTIMATE_LINK, (9,))),
    ],
)
async def test_rights_fail_closed_without_the_ledger(register: Register, viewer: Viewer) -> None:
    register.error = LedgerUnavailable("It is away.")
    assert await refusal(register, viewer) is register.error


async def met(
    register: Register, of: Reach, customers: Sequence[int], locations: Sequence[int]
) -> Reach:
    await rights(register).meet(of, customers, locations)
    return of


@pytest.fixture
def office() -> Register:
    entries = {of: customer(of) for of in (1, 2, 3)}
    places = (place(10, 1), place(11, 1, active=False), place(20, 2), place(30, 3))
    return Register(entries, places)


def party(of: int, level: AccessLevel = NON_BILLING) -> Party:
    return Party(of, f"C{of}", CustomerType.COMMERCIAL, level)


def at(of: int, owner: int, *, active: bool = True) -> Place:
    return Place(of, f"L{of}", owner, NON_BILLING, active)


async def test_staff_meet_a_customer_with_all_its_places(office: Register) -> None:
    told = await met(office, Reach({}, {}, everywhere=NON_BILLING), [1], [])
    assert told.parties == {1: party(1)}
    assert told.places == {10: at(10, 1), 11: at(11, 1, active=False)}
    assert office.asked == [("customers", 1), ("locations of", 1)]


async def test_staff_meet_a_place_with_its_owner_and_the_places_beside_it(
    office: Register,
) -> None:
    told = await met(office, Reach({}, {}, everywhere=NON_BILLING), [2], [11])
    assert told.parties == {1: party(1), 2: party(2)}
    assert told.places == {10: at(10, 1), 11: at(11, 1, active=False), 20: at(20, 2)}
    assert office.asked == [("locations", 11), ("customers", 1, 2), ("locations of", 1, 2)]


async def test_nobody_is_met_twice(office: Register) -> None:
    told = await met(office, Reach({}, {}, everywhere=NON_BILLING), [1], [])
    office.asked.clear()
    await met(office, told, [1], [10])
    assert office.asked == []
    await met(office, told, [1, 2], [10])
    assert office.asked == [("customers", 2), ("locations of", 2)]


async def test_a_place_of_an_owner_met_before_is_added_alone(office: Register) -> None:
    told = await met(office, Reach({1: party(1)}, {}, everywhere=NON_BILLING), [], [10])
    assert (told.parties, told.places) == ({1: party(1)}, {10: at(10, 1)})
    assert office.asked == [("locations", 10)]


async def test_who_is_in_no_directory_is_met_nowhere(office: Register) -> None:
    told = await met(office, Reach({}, {}, everywhere=NON_BILLING), [9], [90])
    assert (told.parties, told.places) == ({}, {})
    assert office.asked == [("locations", 90), ("customers", 9), ("locations of",)]
