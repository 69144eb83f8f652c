"""What an email reaches, grant by grant, and what keeps a grant from opening anything."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from adapters.directory.people import Standing
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from resolvers.access import GrantSource, Levels, Party, Place, is_live, may_open_portal
from resolvers.closed_records import may_be_reached, may_be_reached_alone
from resolvers.levels import AccessLevel
from resolvers.policy import Access
from resolvers.verdict import Verdict

NO_ACCESS = "The office set No access."
NO_CONTACT = "The email is no contact there, so that the level opens nothing."


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """One email's level at a customer or, with `location`, at one place of it.

    `blocked_because` says why it opens nothing all the same.
    """

    email: str
    customer: int
    customer_name: str
    location: int | None
    location_name: str | None
    level: AccessLevel
    source: GrantSource
    blocked_because: str | None = None

    @property
    def key(self) -> tuple[int, int | None]:
        """At which customer, and which place of it."""
        return self.customer, self.location


def grants_of(
    email: str, standing: Standing, access: Access, places: Collection[int] = ()
) -> list[AccessGrant]:
    """Which grants has this folded email, open or not, by customer, then by location?

    Of places that have their level from their customer only those in `places` are told. Grants are
    of the same making as the reach itself: who is blocked here reaches nothing there.
    """
    found: dict[tuple[int, int | None], AccessGrant] = {}
    for grant in _Grants(email, standing, access, places).all():
        found.setdefault(grant.key, grant)  # of a closed customer a place can be met twice
    return sorted(found.values(), key=lambda grant: (grant.customer, grant.location or 0))


class _Grants:
    def __init__(
        self, email: str, standing: Standing, access: Access, places: Collection[int]
    ) -> None:
        self._places = places
        self._email = email
        self._standing = standing
        self._levels = Levels(email, standing, access)
        self._opening = may_open_portal(email, standing, access)

    def all(self) -> Iterator[AccessGrant]:
        live: dict[int, Party] = {}
        for customer in self._standing.customers:
            party = self._levels.party(customer)
            if is_live(customer):
                live[customer.id] = party
            yield self._grant(party, customer, may_be_reached(customer))
            for location in self._standing.places.get(customer.id, ()):
                if location.id in self._places or self._levels.where_set(customer.id, location.id):
                    place = self._levels.place(location, party)
                    yield self._grant(place, customer, may_be_reached(customer))
        for location in self._standing.locations:
            if location.customer_id not in live:
                yield self._alone(location)

    def _alone(self, location: LocationEntry) -> AccessGrant:
        """Tell of a place that the email stands on though not on its customer, or a closed one."""
        owner = self._standing.owners[location.customer_id]
        place = self._levels.place(location, None)
        return self._grant(place, owner, may_be_reached_alone(location, owner))

    def _grant(self, at: Party | Place, customer: CustomerEntry, reached: Verdict) -> AccessGrant:
        place = at if isinstance(at, Place) else None
        return AccessGrant(
            self._email,
            customer.id,
            customer.name.strip(),
            None if place is None else place.id,
            None if place is None else place.name,
            at.level,
            at.source,
            self._blocked(at.level, reached),
        )

    def _blocked(self, level: AccessLevel, reached: Verdict) -> str | None:
        for verdict in (self._opening, reached):
            if verdict is not True:
                return verdict.because
        return NO_ACCESS if level is AccessLevel.NONE else None


def strays(
    email: str, standing: Standing, access: Access
) -> dict[tuple[int, int | None], AccessLevel]:
    """Which levels were set for this folded email where it is no contact?"""
    near: set[tuple[int, int | None]] = {(customer.id, None) for customer in standing.customers}
    near |= {(location.customer_id, location.id) for location in standing.locations}
    for customer, places in standing.places.items():
        near |= {(customer, place.id) for place in places}
    told = Levels(email, standing, access).all_set()
    return {key: level for key, level in told.items() if key not in near}
