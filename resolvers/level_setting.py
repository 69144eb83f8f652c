"""Setting an email's level at a customer or at a place of it: what staff do when somebody calls."""

from dataclasses import dataclass

from adapters.ledger.access_levels import AccessChoice, LevelChange
from resolvers.closed_records import may_be_reached
from resolvers.context import Context
from resolvers.grant_lists import all_grants
from resolvers.grants import AccessGrant
from resolvers.ids import whole_number
from resolvers.staff import deed_of, require_billing
from resolvers.staff_input import as_email
from resolvers.user_errors import UserError, UserErrorCode

_MAY_SHOW_MONEY = {AccessChoice.BILLING, AccessChoice.INHERIT}


@dataclass(frozen=True, slots=True)
class LevelWish:
    """What staff ask for: numbers as they read them in ServiceTitan."""

    email: str
    customer_number: str
    location_number: str | None
    level: AccessChoice


@dataclass(frozen=True, slots=True)
class LevelSetting:
    """What came of it: the grant as it now is, or why nothing was set."""

    grant: AccessGrant | None = None
    user_errors: tuple[UserError, ...] = ()


async def set_access_level(context: Context, wish: LevelWish) -> LevelSetting:
    """Set the level, which counts from the next request on, everywhere; or say why not.

    Raises Forbidden for staff without billing right who would open money, by BILLING or by INHERIT,
    which may give it back. Raises NotReady, LedgerUnavailable.
    """
    deed = deed_of(context)
    if wish.level in _MAY_SHOW_MONEY:
        require_billing(context, "To give Billing access, or to take a level back,")
    change = await _change(context, wish)
    if isinstance(change, UserError):
        return LevelSetting(user_errors=(change,))
    await context.confirm()
    await context.doors.office.levels.set([change], deed)
    return LevelSetting(grant=await _now_held(context, change))


async def _change(context: Context, wish: LevelWish) -> LevelChange | UserError:
    """Which change is it, and may it be made? Everything named has to be there, and to fit."""
    email = as_email(wish.email)
    if email is None:
        return _wrong(UserErrorCode.BAD_INPUT, "This is no email.", "email")
    customer = await _customer(context, wish.customer_number)
    if isinstance(customer, UserError):
        return customer
    location = await _location(context, customer, wish.location_number)
    if isinstance(location, UserError):
        return location
    return LevelChange(email, customer, wish.level, location)


async def _customer(context: Context, number: str) -> int | UserError:
    of = whole_number(number.strip())
    known = {} if of is None else await context.doors.office.people.customers([of])
    if of is None or of not in known:
        told = "There is no customer with this number."
        return _wrong(UserErrorCode.NOT_FOUND, told, "customerNumber")
    verdict = may_be_reached(known[of])
    if verdict is not True:
        return _wrong(UserErrorCode.NOT_AVAILABLE, verdict.because, "customerNumber")
    return of


async def _location(context: Context, customer: int, number: str | None) -> int | UserError | None:
    if number is None:
        return None
    of = whole_number(number.strip())
    known = {} if of is None else await context.doors.office.people.locations([of])
    if of is None or of not in known or known[of].customer_id != customer:
        told = "This customer has no location with this number."
        return _wrong(UserErrorCode.NOT_FOUND, told, "locationNumber")
    return of


async def _now_held(context: Context, change: LevelChange) -> AccessGrant | None:
    """Return the grant as it is now, None for an email that has none there any more."""
    customer, location = change.customer, change.location
    places = () if location is None else (location,)
    held = {grant.key: grant for grant in await all_grants(context, change.email, places)}
    return held.get((customer, location))


def _wrong(code: UserErrorCode, message: str, field: str) -> UserError:
    return UserError(code, message, ("input", field))
