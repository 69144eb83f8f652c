"""Visits of memberships: events of the services that recur at a place (R74, R79).

An event does not say where it is: it hangs by its recurring service, and that by its membership.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.memberships import Membership
from adapters.servicetitan.recurring_service_events import (
    RECURRING_SERVICE_EVENTS,
    FollowUpStatus,
    RecurringServiceEvent,
)
from adapters.servicetitan.recurring_services import RECURRING_SERVICES, RecurringService
from resolvers.access import Reach
from resolvers.context import Context, whole
from resolvers.errors import NotFound
from resolvers.levels import AccessLevel
from resolvers.memberships import is_called_off, known_memberships, membership
from resolvers.moments import business_day
from resolvers.paging import Listing
from resolvers.verdict import Refusal, Verdict
from resolvers.visits import Visit, VisitState, listing_of, may_see_visit

_UNNAMED = "Visit"


@dataclass(frozen=True, slots=True)
class Service:
    """A recurring service in reach, and the membership it belongs to."""

    row: RecurringService
    membership: Membership


def may_see_service(reach: Reach, service: Service) -> Verdict:
    """May this viewer see what recurs at this place for this membership (R6)?"""
    if reach.done_at(service.membership.customer_id, service.row.location_id) is AccessLevel.NONE:
        return Refusal("R6", "The location of the recurring service is out of reach.")
    return True


async def visits_of_memberships(
    memberships: Sequence[Membership], context: Context
) -> Sequence[Listing[Visit] | UpstreamError]:
    """Return the visits of each membership that the viewer may see, the first due first."""
    services = await _services(memberships, context)
    events = await _events(_rows(services.values()), context)
    return [_listing(row, services[row.id], events, context) for row in memberships]


Services = list[Service] | UpstreamError
Events = tuple[RecurringServiceEvent, ...] | UpstreamError


def _rows(services: Iterable[Services]) -> list[Service]:
    return [one for of in services if not isinstance(of, UpstreamError) for one in of]


async def _services(memberships: Sequence[Membership], context: Context) -> dict[int, Services]:
    """Return, for each membership, the services in reach that recur for it."""
    ids = [row.id for row in memberships]
    answers = await context.under(RECURRING_SERVICES, "membership_id", ids)
    return {
        membership.id: answer
        if isinstance(answer, UpstreamError)
        else [
            service
            for row in answer
            for service in [Service(row, membership)]
            if may_see_service(context.reach, service)
        ]
        for membership, answer in zip(memberships, answers, strict=True)
    }


async def _events(services: Sequence[Service], context: Context) -> dict[int, Events]:
    """Return what falls due at each place that these services are at."""
    places = list(dict.fromkeys(service.row.location_id for service in services))
    answers = await context.under(RECURRING_SERVICE_EVENTS, "location_id", places)
    return dict(zip(places, answers, strict=True))


def _listing(
    membership: Membership, services: Services, events: Mapping[int, Events], context: Context
) -> Listing[Visit] | UpstreamError:
    if isinstance(services, UpstreamError):
        return services
    for service in services:
        answer = events[service.row.location_id]
        if isinstance(answer, UpstreamError):
            return answer
    visits = _visible(_dealt(services, events), context)
    return listing_of(visits, f"visits of membership {membership.id}")


def _dealt(services: Sequence[Service], events: Mapping[int, Events]) -> list[Visit]:
    """Deal the events of each place to the services at that place, and to no others."""
    return [
        _visit(event, service)
        for service in services
        for event in whole(events[service.row.location_id])
        if event.location_recurring_service_id == service.row.id
    ]


def _visible(visits: Iterable[Visit], context: Context) -> list[Visit]:
    return [visit for visit in visits if may_see_visit(context.reach, visit, context.policy)]


def _visit(event: RecurringServiceEvent, service: Service) -> Visit:
    is_over = event.status is FollowUpStatus.DISMISSED  # counts as complete (R57)
    return Visit(
        id=f"m{event.id}",
        number=event.id,
        name=event.location_recurring_service_name or service.row.name or _UNNAMED,
        due_on=business_day(event.date),
        customer_id=service.membership.customer_id,
        location_id=service.row.location_id,
        job_id=event.job_id,
        told=VisitState.COMPLETED if is_over else VisitState.UNSCHEDULED,
        is_owed=service.row.active and not is_called_off(service.membership),
        membership=service.membership,
    )


async def visible_visits(context: Context) -> list[Visit]:
    """Return every membership visit that any screen shows the viewer; raises UpstreamError."""
    services = await _known_services(context)
    return _visible(_dealt(services, await _events(services, context)), context)


async def _known_services(context: Context) -> list[Service]:
    known: list[Membership] = await context.once(known_memberships)
    services: list[Service] = []
    for of in (await _services(known, context)).values():
        if isinstance(of, UpstreamError):
            raise of
        services += of
    return services


async def membership_visit(context: Context, number: int) -> Visit:
    """Return the membership visit of this number; raises NotFound (R14) or UpstreamError.

    An event is asked for by its id alone, and is nobody's until a service in reach proves it.
    """
    if context.reach.is_staff:
        return await _found_by_staff(context, number)
    known: dict[int, Service] = {
        service.row.id: service for service in await context.once(_known_services)
    }
    (found,) = await context.many(
        RECURRING_SERVICE_EVENTS, [number], lambda event: _is_seen(event, known, context)
    )
    if isinstance(found, UpstreamError):
        raise found
    if found is None:
        raise NotFound
    return _visit(found, known[found.location_recurring_service_id])


def _is_seen(
    event: RecurringServiceEvent, known: Mapping[int, Service], context: Context
) -> Verdict:
    """Does a service in reach prove this event to be the viewer's, and may they see it?

    Both are asked of the row itself: one that is hidden costs what one costs that is not there.
    """
    service = known.get(event.location_recurring_service_id)
    if service is None:
        return Refusal("R1", "No recurring service in reach promises this visit.")
    return may_see_visit(context.reach, _visit(event, service), context.policy)


async def _found_by_staff(context: Context, number: int) -> Visit:
    """Go from the event to its service, and from there to the membership that promises it."""
    for event in whole((await context.under(RECURRING_SERVICE_EVENTS, "id", [number]))[0]):
        of = event.location_recurring_service_id
        for row in whole((await context.under(RECURRING_SERVICES, "id", [of]))[0]):
            if row.membership_id is not None:
                promised = Service(row, await membership(context, row.membership_id))
                if may_see_service(context.reach, promised):
                    return _visit(event, promised)
    raise NotFound
