"""What every operation asks through: the doors to rights, rows, the ledger and what was sealed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from adapters.cache.records import Records
from adapters.cache.refusals import Refusals
from adapters.cache.tracking_links import TrackingLinks
from adapters.changes.bus import Changes
from adapters.directory.people import People
from adapters.ledger.acceptances import Acceptances
from adapters.ledger.access_levels import AccessLevels
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import Audit
from adapters.ledger.card_tries import CardTries
from adapters.ledger.direct_links import DirectLinks
from adapters.ledger.payer_accounts import PayerAccounts
from adapters.ledger.pending_amounts import PendingAmounts
from adapters.ledger.planned_visits import PlannedVisit
from adapters.payments.acceptance_desk import AcceptanceDesk
from adapters.payments.cashier import Cashier
from adapters.payments.processor import PaymentProcessor
from adapters.servicetitan.client import ServiceTitan
from resolvers.cursors import Cursors
from resolvers.policy import Policy
from resolvers.rights import Rights
from resolvers.shelves import Shelves
from resolvers.signed_addresses import SignedAddresses


class Promised(Protocol):
    """What the office imported of agreements: the ledger. Every verb raises LedgerUnavailable."""

    async def visits_of(self, agreements: Sequence[int]) -> dict[int, tuple[PlannedVisit, ...]]: ...  # noqa: D102  # as Ledger has it
    async def agreement_of(self, visit: int) -> int | None: ...  # noqa: D102  # as Ledger has it
    async def ties_at(self, locations: Sequence[int]) -> dict[int, frozenset[int]]: ...  # noqa: D102  # as Ledger has it


@dataclass(frozen=True, slots=True)
class Office:
    """What staff read and write here: who stands where, levels, direct links, and the audit trail.

    Every verb of those raises LedgerUnavailable. `servicetitan` finds records by the number that
    the office knows them by; `site_url` is the front end's, where direct links lead.
    """

    people: People
    levels: AccessLevels
    links: DirectLinks
    audit: Audit
    servicetitan: ServiceTitan
    site_url: str | None


@dataclass(frozen=True, slots=True)
class Till:
    """Where money is taken: nowhere without a `processor`. Every verb raises LedgerUnavailable.

    What was taken before is told all the same. `tries` counts cards that are kept.
    """

    processor: PaymentProcessor | None
    cashier: Cashier
    attempts: Attempts
    accounts: PayerAccounts
    acceptances: Acceptances
    desk: AcceptanceDesk
    pending: PendingAmounts
    tries: CardTries


@dataclass(frozen=True, slots=True)
class Doors:
    """What every operation asks through; made once, by the composition root.

    `policy` tells the tenant's choices as they are now, `now` the time.
    """

    policy: Callable[[], Policy]
    rights: Rights
    office: Office
    records: Records
    changes: Changes
    now: Callable[[], datetime]
    tracking: TrackingLinks
    ledger: Promised
    refusals: Refusals
    cursors: Cursors
    documents: SignedAddresses
    till: Till
    shelves: Shelves = field(default_factory=Shelves)
