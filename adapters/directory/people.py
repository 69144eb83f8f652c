"""Who may be asked about an email, a customer or a location: the directory in the ledger."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from adapters.cache.flights import Flights
from adapters.cache.interest import Interest
from adapters.directory.known import read_known
from adapters.directory.one_question import read_standing
from adapters.directory.questions import (
    read_contacts,
    read_customers,
    read_locations,
    read_places,
)
from adapters.directory.recent import Recent
from adapters.directory.standing import ContactLine, LevelSet, Standing
from adapters.ledger.emails import folded
from adapters.ledger.ledger import Ledger
from adapters.ledger.revisions import revisions_at_once, revisions_now
from adapters.ledger.rights import Revisions
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from adapters.shared_reading import SharedReading

__all__ = ["ContactLine", "LevelSet", "People", "Standing"]

MOST_KEPT = 100_000
"""How many records of people who asked lately are kept in memory: some tens of megabytes."""


class People:
    """What stands in the directory and of access levels; every verb raises LedgerUnavailable.

    It tells what stands there, and decides nothing: which of it opens what to whom is a rule's to
    say. A standing is remembered for as long as the revision of rights is what it was; that is
    read whenever somebody asks, so that what any process wrote before is seen.
    """

    def __init__(self, ledger: Ledger, most_kept: int = MOST_KEPT) -> None:
        self._ledger = ledger
        self._recent = Recent(most_kept)
        self._revisions = SharedReading(lambda: revisions_now(ledger))
        self._flights = Flights[str, Standing]()
        self._cold: set[str] = set()

    async def revisions(self) -> Revisions:
        """Return the rights' revision and the payments', and when all feeds were last read.

        The reading begins after this was asked. Where it has to be waited for, who asks at the same
        time shares it.
        """
        return self.revisions_at_once() or await self._revisions()

    def revisions_at_once(self) -> Revisions | None:
        """As `revisions`, None where they have to be waited for."""
        return revisions_at_once(self._ledger)

    async def standing(self, email: str) -> Standing:
        """Return all that is known of this email (R11), as it stands now."""
        of = folded(email)
        if of not in self._recent and of not in self._cold:
            return await self._first(of)
        now = await self.revisions()
        standing = self._recent.get(of, now.rights)
        if standing is None:
            [flight], _ = self._flights.join([of], self._read, now.rights)
            standing = await asyncio.shield(flight)
        told = _at(now, standing)
        self._recent.renew(of, standing, told)
        return told

    async def _first(self, email: str) -> Standing:
        """Read what nothing is kept of: one reading tells it all, the revision too.

        Whoever asks for it meanwhile asked later, and shares a reading that began later.
        """
        self._cold.add(email)
        try:
            return (await self._read([email]))[email]
        finally:
            self._cold.discard(email)

    async def customers(self, ids: Sequence[int]) -> dict[int, CustomerEntry]:
        """Return those of these customers that the directory knows, by id."""
        return await self._ledger.read(lambda on: read_customers(on, ids)) if ids else {}

    async def locations(self, ids: Sequence[int]) -> dict[int, LocationEntry]:
        """Return those of these locations that the directory knows, by id."""
        return await self._ledger.read(lambda on: read_locations(on, ids)) if ids else {}

    async def locations_of(self, customers: Sequence[int]) -> dict[int, tuple[LocationEntry, ...]]:
        """Return the locations of each of these customers, inactive ones among them."""
        return await self._ledger.read(lambda on: read_places(on, customers)) if customers else {}

    async def contacts_of(self, customer: int) -> tuple[ContactLine, ...]:
        """Return the live emails of this customer and of its locations, in their order."""
        return await self._ledger.read(lambda on: read_contacts(on, customer))

    async def known(self, emails: Sequence[str]) -> frozenset[str]:
        """Return those of these folded emails that are live contacts of anybody."""
        return await self._ledger.read(lambda on: read_known(on, emails))

    async def _read(
        self, emails: Sequence[str], _interest: Interest | None = None
    ) -> dict[str, Standing]:
        found: dict[str, Standing] = {}
        for email in emails:
            standing = await self._ledger.read(partial(read_standing, email))
            self._recent.keep(email, standing)
            found[email] = standing
        return found


def _at(now: Revisions, standing: Standing) -> Standing:
    """Return the standing with what was read for whoever asks: it may have been read for others."""
    if (standing.read_at, standing.payments_revision) == (now.read_at, now.payments):
        return standing
    return replace(standing, read_at=now.read_at, payments_revision=now.payments)
