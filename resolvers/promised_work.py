"""What was billed under agreements and memberships, and the machines that they look after."""

from collections.abc import Iterable, Sequence
from datetime import date

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.installed_equipment import INSTALLED_EQUIPMENT, Equipment
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.jobs import Job
from adapters.servicetitan.memberships import Membership
from adapters.servicetitan.service_agreements import ServiceAgreement
from resolvers.agreement_visits import visits_of_agreements
from resolvers.agreements import covered
from resolvers.at_once import all_of
from resolvers.context import Context
from resolvers.cursors import Spot
from resolvers.equipment import may_see_equipment, name_of
from resolvers.invoices import invoices_of_jobs, own_invoices
from resolvers.locations import own_locations
from resolvers.moments import business_day
from resolvers.paging import Listing
from resolvers.visits import Visit, jobs_of_visits

Found = Listing[Invoice] | BaseException


async def invoices_of_memberships(
    memberships: Sequence[Membership], context: Context
) -> Sequence[Found]:
    """Return the visible invoices of each membership, newest first, billed to its customer."""
    owners = list(dict.fromkeys(row.customer_id for row in memberships))
    answers = await all_of(context.once(own_invoices, owner) for owner in owners)
    billed = dict(zip(owners, answers, strict=True))
    return [_of_membership(row, billed[row.customer_id]) for row in memberships]


def _of_membership(membership: Membership, billed: list[Invoice] | BaseException) -> Found:
    if isinstance(billed, BaseException):
        return billed
    rows = (row for row in billed if row.membership_id == membership.id)
    return _bills(rows, f"invoices of membership {membership.id}")


def _bills(rows: Iterable[Invoice], name: str) -> Listing[Invoice]:
    def day(row: Invoice) -> date | None:
        return business_day(row.invoice_date)

    newest = sorted(rows, key=lambda row: (day(row) or date.min, row.id), reverse=True)
    return Listing(newest, lambda row: Spot(day(row), row.id), name, newest_first=True)


async def invoices_of_agreements(
    agreements: Sequence[ServiceAgreement], context: Context
) -> Sequence[Found]:
    """Return the visible invoices of the jobs that each agreement's visits became (R72)."""
    listings = await visits_of_agreements(agreements, context)
    visits = [v for of in listings if not isinstance(of, UpstreamError) for v in of.rows]
    jobs = dict(zip((v.id for v in visits), await jobs_of_visits(visits, context), strict=True))
    seen = list({job.id: job for job in jobs.values() if isinstance(job, Job)}.values())
    found = await invoices_of_jobs(seen, context)
    bills: dict[int, list[Invoice] | UpstreamError] = {
        job.id: of for job, of in zip(seen, found, strict=True)
    }
    return [_of_visits(row, of, jobs, bills) for row, of in zip(agreements, listings, strict=True)]


def _of_visits(
    agreement: ServiceAgreement,
    visits: Listing[Visit] | UpstreamError,
    jobs: dict[str, Job | UpstreamError | None],
    bills: dict[int, list[Invoice] | UpstreamError],
) -> Found:
    """Whole, or the error of the first part that is missing (R84)."""
    if isinstance(visits, UpstreamError):
        return visits
    rows: dict[int, Invoice] = {}
    for visit in visits.rows:
        job = jobs[visit.id]
        billed = bills[job.id] if isinstance(job, Job) else job or []
        if isinstance(billed, UpstreamError):
            return billed
        rows |= {bill.id: bill for bill in billed}
    return _bills(rows.values(), f"invoices of agreement {agreement.id}")


Machines = Listing[Equipment] | UpstreamError


async def equipment_of_agreements(
    agreements: Sequence[ServiceAgreement], context: Context
) -> Sequence[Machines]:
    """Return the machines at the places that each agreement covers, by name (R67, R72)."""
    places = [[place.id for place in covered(row, context)] for row in agreements]
    return await _machines(places, [f"agreement {row.id}" for row in agreements], context)


async def equipment_of_memberships(
    memberships: Sequence[Membership], context: Context
) -> Sequence[Machines]:
    """Return the machines at each membership's place, or at all of its customer's, by name."""
    places = [_places(row, context) for row in memberships]
    return await _machines(places, [f"membership {row.id}" for row in memberships], context)


def _places(membership: Membership, context: Context) -> list[int]:
    return [
        place.id
        for place in own_locations(context.reach, membership.customer_id).rows
        if membership.location_id in {None, place.id}
    ]


async def _machines(
    places: Sequence[Sequence[int]], names: Sequence[str], context: Context
) -> list[Machines]:
    asked = list(dict.fromkeys(place for of in places for place in of))
    answers = await context.under(INSTALLED_EQUIPMENT, "location_id", asked)
    found = dict(zip(asked, answers, strict=True))
    return [
        _listed([found[place] for place in of], f"equipment of {name}", context)
        for of, name in zip(places, names, strict=True)
    ]


def _listed(
    answers: Iterable[tuple[Equipment, ...] | UpstreamError], name: str, context: Context
) -> Machines:
    rows: list[Equipment] = []
    for answer in answers:
        if isinstance(answer, UpstreamError):
            return answer
        rows += [row for row in answer if may_see_equipment(context.reach, row)]
    rows.sort(key=lambda row: (name_of(row).casefold(), row.id))
    return Listing(rows, lambda row: Spot(None, row.id), name)
