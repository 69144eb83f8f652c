"""What a viewer may come near, read when an operation begins, and refused when it cannot be."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, cast

from adapters.directory.people import Standing
from adapters.ledger.rights import Revisions
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from resolvers.access import NOWHERE, Party, Place, Reach
from resolvers.errors import NotReady, PortalError, Unauthenticated
from resolvers.levels import AccessLevel
from resolvers.policy import Access
from resolvers.reaches import Reaches
from resolvers.viewer import Link, Viewer, ViewerKind

Refused = PortalError | UpstreamError


class Register(Protocol):
    """Who stands where: the directory. Every verb raises LedgerUnavailable."""

    async def standing(self, email: str) -> Standing: ...  # noqa: D102  # as People has it
    async def revisions(self) -> Revisions: ...  # noqa: D102  # as People has it
    def revisions_at_once(self) -> Revisions | None: ...  # noqa: D102  # as People has it
    async def customers(self, ids: Sequence[int]) -> dict[int, CustomerEntry]: ...  # noqa: D102  # as People has it
    async def locations(self, ids: Sequence[int]) -> dict[int, LocationEntry]: ...  # noqa: D102  # as People has it
    async def locations_of(  # noqa: D102  # as People has it
        self, customers: Sequence[int]
    ) -> dict[int, tuple[LocationEntry, ...]]: ...


class StandingLinks(Protocol):
    """Which direct links still stand: the ledger. Raises LedgerUnavailable."""

    async def stands(self, link: int, revision: int) -> bool: ...  # noqa: D102  # as DirectLinks has it


class Rights:
    """Reads rights at the beginning of each operation: never from memory that may be out of date.

    `unready` tells, by when the directory was last read, why nobody can be let in by it; `clock`
    is the time of day in seconds since 1970.
    """

    def __init__(
        self,
        people: Register,
        links: StandingLinks,
        unready: Callable[[datetime | None], str | None],
        clock: Callable[[], float],
    ) -> None:
        self._people = people
        self._links = links
        self._unready = unready
        self._clock = clock
        self._reaches = Reaches()
        self._of_this_round: Revisions | None = None

    async def of(self, viewer: Viewer, access: Access) -> Reach | Refused:
        """Return what this viewer may come near, or why they may not be let in."""
        try:
            return await self._read(viewer, access)
        except (PortalError, UpstreamError) as refusal:
            return refusal

    def at_once(self, viewer: Viewer, access: Access) -> tuple[Reach, Revisions] | None:
        """Return what this person may come near now, with the numbers of now.

        None is no refusal: it takes waiting to know, and `of` tells. So it is for all but people.
        """
        if viewer.kind is not ViewerKind.CUSTOMER or viewer.email is None:
            return None
        reach = self._reaches.last(viewer.email, access, _most(viewer))
        now = None if reach is None else self.still(viewer, reach)
        return None if reach is None or now is None else (reach, now)

    def still(self, viewer: Viewer, reach: Reach) -> Revisions | None:
        """Return the numbers of now, where this person's reach is now what it was then.

        `reach` is what `of` told of the same person by the same choices. None is no refusal: it
        may be another, or it takes waiting to know, and `of` tells.
        """
        if viewer.until is not None and viewer.until <= self._clock():
            return None
        now = self._of_this_round or self._read_in_this_round()
        return None if now is None or now.rights != reach.revision else now

    def _read_in_this_round(self) -> Revisions | None:
        """Return the numbers for all who are heard before the event loop goes round once more.

        They had come to this process by the time they are read. None where nobody is let in.
        """
        now = self._people.revisions_at_once()
        if now is None or self._unready(now.read_at) is not None:
            return None
        self._of_this_round = now
        asyncio.get_running_loop().call_soon(self._end_round)
        return now

    def _end_round(self) -> None:
        self._of_this_round = None

    async def _read(self, viewer: Viewer, access: Access) -> Reach:
        """Raise NotReady, Unauthenticated or LedgerUnavailable where there is nothing to return."""
        if viewer.kind is ViewerKind.ANONYMOUS:
            raise Unauthenticated(
                "Sign in first: without it only portal and __typename can be asked."
            )
        if viewer.until is not None and viewer.until <= self._clock():
            raise Unauthenticated("Your sign-in has ended. Sign in again.")
        if viewer.link is not None:
            return await self._linked(viewer.link)
        if viewer.kind is ViewerKind.STAFF:
            return await self._everywhere(viewer)
        return await self._person(viewer, access)

    async def _person(self, viewer: Viewer, access: Access) -> Reach:
        if viewer.email is None:
            return NOWHERE
        standing = await self.standing(viewer.email)
        return self._reaches.of(viewer.email, standing, access, _most(viewer))

    async def standing(self, email: str) -> Standing:
        """Return where this email stands; raises NotReady, or LedgerUnavailable."""
        standing = await self._people.standing(email)
        self._check(standing.read_at)
        return standing

    async def _everywhere(self, viewer: Viewer) -> Reach:
        now = await self._people.revisions()
        self._check(now.read_at)
        return _as_of(now, Reach({}, {}, everywhere=_most(viewer)))

    async def _linked(self, link: Link) -> Reach:
        now = await self._people.revisions()
        if not await self._links.stands(link.id, now.rights):
            raise Unauthenticated("This link opens nothing any more. Ask the office for a new one.")
        if link.kind is ViewerKind.PAYMENT_LINK:
            return _as_of(now, Reach(invoices=frozenset(link.ids)))
        return _as_of(now, Reach(estimates=frozenset(link.ids)))

    def _check(self, read_at: datetime | None) -> None:
        reason = self._unready(read_at)
        if reason is not None:
            raise NotReady(reason)

    async def meet(self, reach: Reach, customers: Iterable[int], locations: Iterable[int]) -> None:
        """Add to the reach of staff these records, and the places and owners that go with them.

        It is of one operation; no person's reach is ever added to.
        """
        places = [of for of in locations if of not in reach.places]
        found = await self._people.locations(places) if places else {}
        owners = {entry.customer_id for entry in found.values()}
        new = [of for of in owners.union(customers) if of not in reach.parties]
        if new:
            entries = await self._people.customers(new)
            for of in (await self._people.locations_of(list(entries))).values():
                found |= {entry.id: entry for entry in of}
            parties = cast("dict[int, Party]", reach.parties)
            parties.update({of: _party(e, reach.everywhere) for of, e in entries.items()})
        known = cast("dict[int, Place]", reach.places)
        known.update({of: _place(entry, reach.everywhere) for of, entry in found.items()})


def _most(viewer: Viewer) -> AccessLevel:
    """Which level is the greatest for this viewer? Without billing right staff see no money."""
    if viewer.staff is None or viewer.staff.may_bill:
        return AccessLevel.BILLING
    return AccessLevel.NON_BILLING


def _as_of(now: Revisions, reach: Reach) -> Reach:
    return replace(reach, revision=now.rights, payments_revision=now.payments)


def _party(entry: CustomerEntry, level: AccessLevel) -> Party:
    return Party(entry.id, entry.name.strip(), entry.type, level)


def _place(entry: LocationEntry, level: AccessLevel) -> Place:
    return Place(entry.id, entry.name.strip(), entry.customer_id, level, entry.active)
