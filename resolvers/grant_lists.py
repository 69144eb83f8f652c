"""Who can reach a customer, and what an email can reach, as staff are told."""

import asyncio
from collections.abc import Collection

from resolvers.access import GrantSource
from resolvers.context import Context
from resolvers.errors import BadInput, LimitExceeded, NotFound
from resolvers.grants import NO_CONTACT, AccessGrant, grants_of, strays
from resolvers.ids import whole_number
from resolvers.levels import AccessLevel
from resolvers.staff_input import as_email

MOST_GRANTS = 1000
"""How many grants are told at once."""
MOST_PEOPLE = 200
"""How many people at one customer are told of: each is looked up in the directory by itself."""

_AT_ONCE = 20


async def access_to(
    context: Context, customer_number: str | None, email: str | None
) -> list[AccessGrant]:
    """Return the grants at this customer, or of this email; with both, of this email there.

    Raises BadInput where neither is named, NotFound for a customer that nobody knows, LimitExceeded
    where there are too many to tell, NotReady, LedgerUnavailable.
    """
    if customer_number is None and email is None:
        raise BadInput("Name a customer by its number, an email, or both.")
    customer = None if customer_number is None else await _customer(context, customer_number)
    emails = [_folded(email)] if email is not None else await _emails_at(context, customer)
    found: list[AccessGrant] = []
    for start in range(0, len(emails), _AT_ONCE):
        some = emails[start : start + _AT_ONCE]
        for grants in await asyncio.gather(*(all_grants(context, one) for one in some)):
            found += [grant for grant in grants if customer in {None, grant.customer}]
        _check(len(found), MOST_GRANTS, "grants")
    return found


async def all_grants(
    context: Context, email: str, places: Collection[int] = ()
) -> list[AccessGrant]:
    """Return every grant of this folded email, and every level that was set where it opens nothing.

    `places` are told though they have their level from their customer. Raises NotReady,
    LedgerUnavailable.
    """
    access = context.policy.access
    standing = await context.doors.rights.standing(email)
    stray = strays(email, standing, access)
    lost = await _named(context, email, stray) if stray else []
    told = [*grants_of(email, standing, access, places), *lost]
    return sorted(told, key=lambda grant: (grant.customer, grant.location or 0))


async def _named(
    context: Context, email: str, stray: dict[tuple[int, int | None], AccessLevel]
) -> list[AccessGrant]:
    """Tell of levels for an email that is no contact there, by the names of where that is."""
    people = context.doors.office.people
    customers = await people.customers([customer for customer, _ in stray])
    locations = await people.locations([place for _, place in stray if place is not None])
    return [
        AccessGrant(
            email,
            customer,
            customers[customer].name.strip() if customer in customers else "",
            place,
            locations[place].name.strip() if place in locations else None,
            level,
            GrantSource.OVERRIDE,
            NO_CONTACT,
        )
        for (customer, place), level in stray.items()
    ]


async def _emails_at(context: Context, customer: int | None) -> list[str]:
    """Who is a contact of this customer or of its places, or had a level set there?"""
    if customer is None:
        return []
    office = context.doors.office
    lines = await office.people.contacts_of(customer)
    rows = await office.levels.at(customer)
    file = context.policy.access.people.items()
    emails = {line.email for line in lines} | {row.email for row in rows}
    emails |= {email for email, told in file if any(one.customer == customer for one in told)}
    _check(len(emails), MOST_PEOPLE, "people")
    return sorted(emails)


async def _customer(context: Context, number: str) -> int:
    of = whole_number(number.strip())
    if of is None or of not in await context.doors.office.people.customers([of]):
        raise NotFound
    return of


def _folded(email: str) -> str:
    told = as_email(email)
    if told is None:
        raise BadInput("`email` must be an email.")
    return told


def _check(many: int, most: int, what: str) -> None:
    if many > most:
        raise LimitExceeded(f"There are more than {most} {what}. Name an email as well.", what)
