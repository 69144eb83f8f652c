"""The two providers of a sandbox: one for customers, one for the contractor's staff."""

from collections.abc import Callable

from adapters.sandbox.homes import PEOPLE
from adapters.sandbox.identity.provider import Provider
from adapters.sandbox.options import AUDIENCE, STAFF_CLIENT_ID, STAFF_CLIENT_SECRET


def customers_realm(public_url: str, clock: Callable[[], float]) -> Provider:
    """Return the customers' provider: any public client may ask, and nobody has roles."""
    return Provider("customers", f"{public_url}/idp", AUDIENCE, clock=clock)


def staff_realm(public_url: str, clock: Callable[[], float]) -> Provider:
    """Return the staff's provider: for the console alone, with its secret."""
    return Provider(
        "staff",
        f"{public_url}/staff-idp",
        AUDIENCE,
        STAFF_CLIENT_ID,
        STAFF_CLIENT_SECRET,
        roles_of,
        clock,
    )


def roles_of(email: str) -> list[str]:
    """Return the roles of a member of staff; billing only for those known to have it."""
    billing = any(
        person.staff and person.billing and person.email == email.casefold() for person in PEOPLE
    )
    return ["staff", "billing"] if billing else ["staff"]
