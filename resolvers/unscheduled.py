"""The Unscheduled section: promised visits that wait for a date (R54-R57)."""

from resolvers import agreement_visits, membership_visits
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.ids import whole_number
from resolvers.visits import Visit, due_first, is_unscheduled


async def unscheduled_visits(
    context: Context, customer: int | None = None, location: int | None = None
) -> list[Visit] | None:
    """Return the visits that wait for a date, the first due first; raises UpstreamError.

    None, not an empty list, where there are none or the account hides them (R56). However many
    customers are asked about, their visits are looked for once in an operation.
    """
    policy = context.policy
    if not policy.upcoming.show_unscheduled:
        return None
    visits: list[Visit] = await context.once(agreement_visits.visible_visits)
    if policy.upcoming.include_membership_visits:
        visits = visits + await context.once(membership_visits.visible_visits)
    chosen = [
        visit
        for visit in visits
        if is_unscheduled(visit, policy)
        and customer in {None, visit.customer_id}
        and location in {None, visit.location_id}
    ]
    return due_first(chosen) or None


async def visit(context: Context, key: str) -> Visit:
    """Return the visit of this key: `a` and our own number, or `m` and that of an event.

    Raises NotFound (R14) or UpstreamError.
    """
    find, number = _FINDERS.get(key[:1]), whole_number(key[1:])
    if find is None or number is None:
        raise NotFound
    return await find(context, number)


_FINDERS = {
    "a": agreement_visits.agreement_visit,
    "m": membership_visits.membership_visit,
}
