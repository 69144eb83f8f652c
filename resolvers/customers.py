"""Customers: the records of whoever is billed, that a viewer may look into."""

from collections.abc import Sequence

from adapters.servicetitan.customers import CUSTOMERS, Customer
from adapters.servicetitan.errors import UpstreamError
from resolvers.access import Party, Reach
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.ids import number_of
from resolvers.levels import AccessLevel
from resolvers.rules import Rule, always, judged
from resolvers.verdict import Refusal, Verdict


def may_see_customer(reach: Reach, customer: int) -> Verdict:
    """May this viewer look into this customer's record (R1, R4)?"""
    return judged(CUSTOMER_RULES, reach, customer)


def is_contact(reach: Reach, customer: int) -> Verdict:
    """Is this viewer a contact of the customer itself (R1)?"""
    if customer in reach.parties:
        return True
    return Refusal("R1", "The email is no contact of this customer.")


def has_level(reach: Reach, customer: int) -> Verdict:
    """Has this viewer any level on the customer (R4)?"""
    if reach.parties[customer].level is not AccessLevel.NONE:
        return True
    return Refusal("R4", "The office set No access on this customer.")


CUSTOMER_RULES = (
    Rule(
        "R1",
        "Is the email a contact of the customer itself?",
        is_contact,
        always("The email is a contact of the customer itself."),
    ),
    Rule(
        "R4",
        "Has the email any level on the customer?",
        has_level,
        always("The level on the customer is not No access."),
    ),
)
"""What every customer is asked, by its id."""


def may_see_billing(reach: Reach, customer: int) -> Verdict:
    """May this viewer see anything of what this customer is billed (R5, R8)?"""
    if reach.among([customer], AccessLevel.BILLING):
        return True
    return Refusal("R8", "It takes Billing access on this customer, or on one of its locations.")


def may_see_account(reach: Reach, customer: int) -> Verdict:
    """May this viewer see what the customer owes over all its places (R6, R8)?"""
    levels = [place.level for place in reach.places.values() if place.customer_id == customer]
    if reach.billed(customer, None) is not AccessLevel.BILLING:
        return Refusal("R8", "It takes Billing access on this customer.")
    if any(level is not AccessLevel.BILLING for level in levels):
        return Refusal("R6", "The balance covers places without Billing access.")
    return True


def own_customers(reach: Reach) -> list[Party]:
    """Return the customers in reach with a level other than NONE, alphabetically, then by id.

    Staff have none of their own.
    """
    if reach.is_staff:
        return []
    seen = (party for party in reach.parties.values() if may_see_customer(reach, party.id))
    return sorted(seen, key=alphabetical)


def alphabetical(party: Party) -> tuple[str, int]:
    """Order by name as people read it, then by id (R25)."""
    return party.name.casefold(), party.id


async def customer(context: Context, key: int) -> Party:
    """Return the customer of this id; raises NotFound (R14)."""
    await context.meet([key])
    found = customer_in(context.reach, key)
    if found is None:
        raise NotFound
    return found


def customer_in(reach: Reach, key: int | None) -> Party | None:
    """Return the customer of this id where the viewer may look into it, else None."""
    return reach.parties[key] if key is not None and may_see_customer(reach, key) else None


def asked_customer(context: Context, told: str | None) -> int | None:
    """Read a `customerId` argument; raises NotFound for one that is out of reach (R14)."""
    if told is None:
        return None
    found = customer_in(context.reach, number_of(told, "Customer"))
    if found is None:
        raise NotFound
    return found.id


async def records_of(
    parties: Sequence[Party], context: Context
) -> Sequence[Customer | UpstreamError | None]:
    """Return ServiceTitan's full record of each customer: address and account balance."""
    return await context.many(
        CUSTOMERS,
        [party.id for party in parties],
        lambda row: may_see_customer(context.reach, row.id),
    )
