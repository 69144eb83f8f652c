"""Promised visits: how far each has come, who sees it, and where it is offered for booking."""

import pytest

from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.memberships import Membership, MembershipStatus
from adapters.servicetitan.model import CustomerId, LocationId, MembershipId, ServiceAgreementId
from adapters.servicetitan.service_agreements import AgreementStatus, ServiceAgreement
from resolvers import booking, visits
from resolvers.access import Party, Place, Reach
from resolvers.levels import AccessLevel
from resolvers.policy import BookingKind, Policy, Tenant, Upcoming
from resolvers.tabs import JobTab
from resolvers.verdict import Refusal
from resolvers.visits import Visit, VisitState

BILLING, PLAIN, NONE = AccessLevel.BILLING, AccessLevel.NON_BILLING, AccessLevel.NONE
OWNER, HERE = 1, 11
WAITING, BOOKED = VisitState.UNSCHEDULED, VisitState.SCHEDULED
DONE, OFF = VisitState.COMPLETED, VisitState.CANCELED
AGREEMENT = ServiceAgreement(
    id=ServiceAgreementId(9),
    customer_id=CustomerId(OWNER),
    location_ids=(LocationId(HERE),),
    status=AgreementStatus.ACTIVATED,
)
MEMBERSHIP = Membership(
    id=MembershipId(8),
    customer_id=CustomerId(OWNER),
    location_id=LocationId(HERE),
    status=MembershipStatus.EXPIRED,
)


def visit(
    told: VisitState = WAITING,
    job: int | None = None,
    *,
    owed: bool = True,
    of: ServiceAgreement | Membership = AGREEMENT,
) -> Visit:
    promised = {"agreement": of} if isinstance(of, ServiceAgreement) else {"membership": of}
    return Visit("a7", 7, "Tune-up", None, OWNER, HERE, job, told, is_owed=owed, **promised)


def reach(level: AccessLevel) -> Reach:
    return Reach(
        {OWNER: Party(OWNER, "Owner", CustomerType.COMMERCIAL, level)},
        {HERE: Place(HERE, "Here", OWNER, level, active=True)},
    )


def verdict(told: object) -> str | None:
    return told.rule if isinstance(told, Refusal) else None


@pytest.mark.parametrize(
    ("tab", "state"),
    [
        (JobTab.UPCOMING, BOOKED),
        (JobTab.IN_PROGRESS, VisitState.IN_PROGRESS),
        (JobTab.ON_HOLD, VisitState.IN_PROGRESS),
        (JobTab.COMPLETED, DONE),
        (JobTab.CANCELED, OFF),
        (None, BOOKED),
    ],
)
@pytest.mark.parametrize("told", list(VisitState))
def test_r72_a_job_in_sight_tells_how_far_its_visit_has_come(
    told: VisitState, tab: JobTab | None, state: VisitState
) -> None:
    assert visits.state_of(visit(told, 301), tab, is_job_seen=True) is state


@pytest.mark.parametrize("told", list(VisitState))
def test_r72_without_one_the_office_does_and_a_job_is_a_booking(told: VisitState) -> None:
    assert visits.state_of(visit(told), None, is_job_seen=False) is told
    unseen = visits.state_of(visit(told, 301), None, is_job_seen=False)
    assert unseen is (BOOKED if told is WAITING else told)


@pytest.mark.parametrize("told", list(VisitState))
@pytest.mark.parametrize("job", [None, 301])
def test_r55_r57_a_visit_waits_without_a_job_neither_done_nor_called_off(
    told: VisitState, job: int | None
) -> None:
    assert visits.waits(visit(told, job)) == (told is WAITING and job is None)


SHOWN, HIDDEN = Policy(), Policy(upcoming=Upcoming(show_unscheduled=False))
BOTH = Policy(upcoming=Upcoming(include_membership_visits=True))
UNSCHEDULED = [
    (visit(), SHOWN, None),
    (visit(), HIDDEN, "R56"),
    (visit(job=301), SHOWN, "R55"),
    (visit(BOOKED), SHOWN, "R55"),
    (visit(DONE), SHOWN, "R55"),
    (visit(OFF), SHOWN, "R55"),
    (visit(owed=False), SHOWN, "R54"),
    (visit(of=MEMBERSHIP), SHOWN, "Q15"),
    (visit(of=MEMBERSHIP), BOTH, None),
    (visit(of=MEMBERSHIP, owed=False), BOTH, "R54"),
]


@pytest.mark.parametrize(("row", "policy", "rule"), UNSCHEDULED)
def test_r54_r55_r56_q15_what_stands_in_the_unscheduled_section(
    row: Visit, policy: Policy, rule: str | None
) -> None:
    assert verdict(visits.is_unscheduled(row, policy)) == rule


SEEN = [
    (visit(), NONE, SHOWN, "R6"),
    (visit(), PLAIN, SHOWN, None),
    (visit(), BILLING, HIDDEN, None),
    (visit(), PLAIN, HIDDEN, "R72"),
    (visit(DONE), PLAIN, SHOWN, "R72"),
    (visit(DONE), BILLING, SHOWN, None),
    (visit(owed=False), PLAIN, SHOWN, "R72"),
    (visit(of=MEMBERSHIP), BILLING, SHOWN, None),
    (visit(of=MEMBERSHIP), PLAIN, SHOWN, "R72"),
    (visit(of=MEMBERSHIP), PLAIN, BOTH, None),
    (visit(of=MEMBERSHIP), NONE, BOTH, "R6"),
]


@pytest.mark.parametrize(("row", "level", "policy", "rule"), SEEN)
def test_r6_r55_r72_a_visit_is_seen_where_some_screen_shows_it(
    row: Visit, level: AccessLevel, policy: Policy, rule: str | None
) -> None:
    assert verdict(visits.may_see_visit(reach(level), row, policy)) == rule


PHONE, PAGE = "+1 630 555 0100", "https://book.example.com"
ACTIONS = [
    (BookingKind.CALL, PHONE, None, booking.BookingAction(BookingKind.CALL, phone=PHONE)),
    (BookingKind.CALL, PHONE, PAGE, booking.BookingAction(BookingKind.CALL, phone=PHONE)),
    (BookingKind.CALL, None, PAGE, None),
    (BookingKind.SCHEDULER_LINK, PHONE, None, None),
    (
        BookingKind.SCHEDULER_LINK,
        None,
        PAGE,
        booking.BookingAction(BookingKind.SCHEDULER_LINK, url=PAGE),
    ),
    (
        BookingKind.SCHEDULER_LINK,
        PHONE,
        PAGE,
        booking.BookingAction(BookingKind.SCHEDULER_LINK, phone=PHONE, url=PAGE),
    ),
]


@pytest.mark.parametrize(("kind", "phone", "page", "action"), ACTIONS)
def test_q20_the_tenant_chooses_how_visits_are_booked(
    kind: BookingKind,
    phone: str | None,
    page: str | None,
    action: booking.BookingAction | None,
) -> None:
    upcoming = Upcoming(booking=kind, scheduler_url=page)
    assert booking.action_of(Policy(tenant=Tenant(phone=phone), upcoming=upcoming)) == action


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (visit(), None),
        (visit(of=MEMBERSHIP), None),
        (visit(job=301), "R55"),
        (visit(DONE), "R55"),
        (visit(owed=False), "R54"),
    ],
)
def test_r54_r55_there_is_something_to_book(row: Visit, rule: str | None) -> None:
    assert verdict(booking.may_be_booked(row)) == rule


def test_visits_stand_in_the_order_they_are_due() -> None:
    rows = [Visit(f"a{n}", n, "", None, OWNER, HERE, None, WAITING, is_owed=True) for n in (3, 1)]
    assert [row.number for row in visits.due_first(rows)] == [1, 3]
