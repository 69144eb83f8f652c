"""All that is known of one email, asked in one statement: one way to the database and back."""

from collections import defaultdict
from operator import attrgetter
from typing import Any

from sqlalchemy import Boolean, DateTime, Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.directory.entries import by_customer, customer_entry, location_entry
from adapters.directory.standing import LevelSet, Standing
from adapters.ledger.rights import in_utc
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry

MOST = 5000
"""How many customers and locations one email may be the contact of and still be somebody's."""

_Told = Row[Any]
_ID = attrgetter("id")
_RIGHTS, _CUSTOMER, _PLACE, _LOCATION, _OWNER, _LEVEL = range(6)

# A CROSS JOIN is what keeps SQLite from beginning at the other end, with all there are.
_ASKED = text(
    """
    WITH its AS (
        SELECT DISTINCT kind, owner_id FROM directory_contacts WHERE email = :email LIMIT :most
    )
    SELECT 0 AS what, revision AS id, payments_revision AS owner, NULL AS name, NULL AS word,
           NULL AS active, NULL AS merged_to, directory_read_at AS moment
    FROM rights
    UNION ALL
    SELECT 1, c.id, 0, c.name, c.type, c.active, c.merged_to_id, NULL
    FROM its CROSS JOIN directory_customers c
    WHERE its.kind = 'customer' AND c.id = its.owner_id
    UNION ALL
    SELECT 2, l.id, l.customer_id, l.name, NULL, l.active, l.merged_to_id, NULL
    FROM its CROSS JOIN directory_locations l
    WHERE its.kind = 'customer' AND l.customer_id = its.owner_id
    UNION ALL
    SELECT 3, l.id, l.customer_id, l.name, NULL, l.active, l.merged_to_id, NULL
    FROM its CROSS JOIN directory_locations l
    WHERE its.kind = 'location' AND l.id = its.owner_id
    UNION ALL
    SELECT 4, c.id, 0, c.name, c.type, c.active, c.merged_to_id, NULL
    FROM its CROSS JOIN directory_locations l CROSS JOIN directory_customers c
    WHERE its.kind = 'location' AND l.id = its.owner_id AND c.id = l.customer_id
    UNION ALL
    SELECT 5, customer_id, location_id, NULL, level, NULL, NULL, NULL
    FROM access_levels WHERE email = :email
    """
).columns(active=Boolean, moment=DateTime(timezone=True))


async def read_standing(email: str, connection: AsyncConnection) -> Standing:
    """Return what stands in the ledger of this folded email, seen at one moment.

    Of an email that more than MOST customers and locations share only so many of them are told:
    it is a placeholder, and nobody's (R12).
    """
    told: defaultdict[int, list[_Told]] = defaultdict(list)
    for row in await connection.execute(_ASKED, {"email": email, "most": MOST}):
        told[row.what].append(row)
    (rights,) = told[_RIGHTS]
    customers = {row.id: _customer(row) for row in told[_CUSTOMER]}
    owners = {row.id: _customer(row) for row in told[_OWNER]}
    places = [_location(row) for row in told[_PLACE] if row.owner in customers]
    locations = [_location(row) for row in told[_LOCATION] if row.owner in owners]
    levels = (LevelSet(row.id, row.word, row.owner or None) for row in told[_LEVEL])
    return Standing(
        rights.id,
        None if rights.moment is None else in_utc(rights.moment),
        customers=tuple(sorted(customers.values(), key=_ID)),
        places=by_customer(places),
        locations=tuple(sorted(locations, key=_ID)),
        owners=owners,
        levels=tuple(levels),
        payments_revision=rights.owner,
    )


def _customer(row: _Told) -> CustomerEntry:
    return customer_entry(row.id, row.name, row.word, row.active, row.merged_to)


def _location(row: _Told) -> LocationEntry:
    return location_entry(row.id, row.owner, row.name, row.active, row.merged_to)
