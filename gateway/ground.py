"""The ground floor put together from settings, and what of it runs beside requests."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from adapters.cache.records import Records
from adapters.cache.refusals import Refusals
from adapters.cache.tracking_links import TrackingLinks
from adapters.directory.freshness import Freshness
from adapters.directory.mirror import Mirror
from adapters.directory.people import People
from adapters.ledger.access_levels import AccessLevels
from adapters.ledger.audit import Audit
from adapters.ledger.direct_links import DirectLinks
from adapters.ledger.ledger import Ledger
from adapters.payments.reconciler import Reconciler
from adapters.servicetitan.client import ServiceTitan, connect
from gateway.changes import Hearing, hear_changes
from gateway.choices import Choices
from gateway.pace import pace_of, places_of
from gateway.remembering import records_of
from gateway.settings import Settings
from gateway.till import Beneath, reconciler_of, set_up_till
from gateway.workers import beside, closed_after, follow, keep_open, opened
from resolvers.cursors import Cursors
from resolvers.doors import Doors, Office, Till
from resolvers.rights import Rights
from resolvers.shelves import Shelves
from resolvers.signed_addresses import SignedAddresses


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that operations stand on; `running` opens it, and closes it in the end."""

    choices: Choices
    servicetitan: ServiceTitan
    records: Records
    tracking: TrackingLinks
    ledger: Ledger
    freshness: Freshness
    mirror: Mirror
    hearing: Hearing
    till: Till
    reconciler: Reconciler

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the ledger, and follow what changes, for as long as the block lasts."""
        below = self.records, self.tracking, self.servicetitan, self.ledger
        takers = [] if self.till.processor is None else [self.till.processor]
        async with closed_after(self.till.desk, self.till.cashier, *takers, *below):
            await opened(self.ledger)
            works = *self.hearing.works(self._every_seconds), self.reconciler.run()
            following = follow(self.mirror, self._every_seconds)
            async with beside(following, keep_open(self.ledger), *works):
                yield

    def _every_seconds(self) -> float:
        return self.choices.current().feeds.every_seconds


def lay_ground(
    settings: Settings,
    choices: Choices,
    patience: float,
    transport: httpx.AsyncBaseTransport | None = None,
    now: Callable[[], datetime] = _now,
) -> Ground:
    """Return the ground floor; nothing is asked of anybody before it runs.

    `now` is the moment that payments go by.
    """
    servicetitan = connect(
        settings.connection(),
        transport=transport,
        deadline=patience,
        pace=pace_of(settings, choices),
        kept=places_of(settings),
    )
    records = records_of(settings, choices, servicetitan)
    ledger = Ledger(settings.database_url.get_secret_value())
    freshness = Freshness(lambda: choices.current().access.directory_stale_after_minutes)
    hearing = hear_changes(settings, ledger, records, servicetitan)
    beneath = Beneath(servicetitan, records, ledger, hearing.bus)
    till = set_up_till(settings, choices, beneath, now, transport)
    return Ground(
        choices=choices,
        servicetitan=servicetitan,
        records=records,
        tracking=TrackingLinks(servicetitan),
        ledger=ledger,
        freshness=freshness,
        mirror=Mirror(servicetitan, ledger, freshness),
        hearing=hearing,
        till=till,
        reconciler=reconciler_of(till, now),
    )


def open_doors(ground: Ground, settings: Settings, now: Callable[[], datetime]) -> Doors:
    """Return the doors to this ground that operations ask through."""
    ledger, secret = ground.ledger, settings.secret_key.get_secret_value().encode()
    office = Office(
        people=People(ledger),
        levels=AccessLevels(ledger),
        links=DirectLinks(ledger, now),
        audit=Audit(ledger),
        servicetitan=ground.servicetitan,
        site_url=settings.site_url,
    )
    refusals = Refusals()
    ground.choices.tell(refusals.clear)
    return Doors(
        policy=ground.choices.current,
        rights=Rights(office.people, office.links, ground.freshness.unready, time.time),
        office=office,
        records=ground.records,
        changes=ground.hearing.bus,
        now=now,
        tracking=ground.tracking,
        ledger=ledger,
        refusals=refusals,
        cursors=Cursors(secret),
        documents=SignedAddresses(secret, settings.public_url),
        till=ground.till,
        shelves=Shelves() if settings.keeps_answers else Shelves(0),
    )
