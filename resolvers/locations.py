"""Locations: the places where work is done."""

from collections.abc import Sequence

from adapters.servicetitan.addresses import Address
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.locations import LOCATIONS, Location
from resolvers.access import Place, Reach
from resolvers.context import Context
from resolvers.cursors import Spot
from resolvers.errors import NotFound
from resolvers.ids import number_of
from resolvers.levels import AccessLevel
from resolvers.paging import Listing
from resolvers.verdict import Refusal, Verdict


def may_see_location(reach: Reach, location: int) -> Verdict:
    """May this viewer see this place (R3, R6)?"""
    place = reach.places.get(location)
    if place is None:
        return Refusal("R1", "The email is a contact neither of this location nor of its customer.")
    if not place.active:
        return Refusal("R13", "The location is no longer active.")
    if place.level is AccessLevel.NONE:
        return Refusal("R6", "The office set No access on this location.")
    return True


def own_locations(reach: Reach, customer: int | None = None) -> Listing[Place]:
    """Return the places in reach, by name, then by id; with `customer`, only that one's."""
    rows = sorted(
        (
            place
            for place in reach.places_showing(AccessLevel.NON_BILLING, customer)
            if may_see_location(reach, place.id)
        ),
        key=lambda place: (place.name.casefold(), place.id),
    )
    return Listing(rows, lambda place: Spot(None, place.id), f"locations {customer}")


async def location(context: Context, key: int) -> Place:
    """Return the location of this id; raises NotFound (R14)."""
    await context.meet((), [key])
    found = location_in(context.reach, key)
    if found is None:
        raise NotFound
    return found


def location_in(reach: Reach, key: int | None) -> Place | None:
    """Return the location of this id where the viewer may see it, else None."""
    return reach.places[key] if key is not None and may_see_location(reach, key) else None


def asked_location(context: Context, told: str | None) -> int | None:
    """Read a `locationId` argument; raises NotFound for one that is out of reach (R14)."""
    if told is None:
        return None
    found = location_in(context.reach, number_of(told, "Location"))
    if found is None:
        raise NotFound
    return found.id


async def addresses_of(
    places: Sequence[Place], context: Context
) -> Sequence[Address | UpstreamError | None]:
    """Return the address of each place: asked by customer in reach, else by the place itself."""
    by_customer = dict.fromkeys(
        p.customer_id for p in places if p.customer_id in context.reach.parties
    )
    alone = [place.id for place in places if place.customer_id not in by_customer]
    owned = await context.under(LOCATIONS, "customer_id", list(by_customer))
    single = await context.under(LOCATIONS, "id", alone)
    answers = dict(zip(by_customer, owned, strict=True)), dict(zip(alone, single, strict=True))
    return [
        _address(place, answers[0].get(place.customer_id, answers[1].get(place.id, ())))
        for place in places
    ]


def _address(
    place: Place, answer: tuple[Location, ...] | UpstreamError
) -> Address | UpstreamError | None:
    if isinstance(answer, UpstreamError):
        return answer
    return next((row.address for row in answer if row.id == place.id), None)
