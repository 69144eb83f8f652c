"""Where money is taken, put together: the processor, the cashier, and what the ledger keeps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from adapters.cache.records import Records
from adapters.changes.bus import Changes
from adapters.ledger.acceptances import Acceptances
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import Audit
from adapters.ledger.card_tries import CardTries
from adapters.ledger.ledger import Ledger
from adapters.ledger.payer_accounts import PayerAccounts
from adapters.ledger.pending_amounts import PendingAmounts
from adapters.payments.acceptance_desk import AcceptanceDesk
from adapters.payments.cashier import Cashier
from adapters.payments.desk import Desk
from adapters.payments.reconciler import Reconciler
from adapters.payments.recording import Recording
from adapters.payments.sale_desk import SaleDesk
from adapters.payments.sale_terms import SaleTerms
from adapters.payments.selling import Selling
from adapters.payments.telling import Telling
from adapters.payments.terms import Terms
from adapters.servicetitan.client import ServiceTitan
from gateway.choices import Choices
from gateway.paying import processor_of
from gateway.settings import Settings
from resolvers.acceptance_rules import offered_version
from resolvers.doors import Till
from resolvers.policy import Policy, WhenRefused


@dataclass(frozen=True, slots=True)
class Beneath:
    """What the till stands on."""

    servicetitan: ServiceTitan
    records: Records
    ledger: Ledger
    changes: Changes


def set_up_till(
    settings: Settings,
    choices: Choices,
    beneath: Beneath,
    now: Callable[[], datetime],
    transport: httpx.AsyncBaseTransport | None = None,
) -> Till:
    """Return the till of this gateway; nothing is charged or recorded before somebody pays."""
    attempts, acceptances = Attempts(beneath.ledger, now), Acceptances(beneath.ledger)
    processor = processor_of(settings, transport)
    known = {} if processor is None else {processor.client.processor: processor}
    selling = Selling(
        SaleDesk(
            acceptances=acceptances,
            attempts=attempts,
            books=beneath.servicetitan.books,
            rows=beneath.records,
            changes=beneath.changes,
            terms=lambda: sale_terms_of(choices.current()),
            offered=offered_version,
            now=now,
        )
    )
    telling = Telling(beneath.records, beneath.changes, now)
    desk = Desk(attempts, known, telling, now, deposits=[selling])
    recording = Recording(desk, beneath.servicetitan.books, lambda: terms_of(choices.current()))
    cashier = Cashier(desk, recording)
    return Till(
        processor=processor,
        cashier=cashier,
        attempts=attempts,
        accounts=PayerAccounts(beneath.ledger),
        acceptances=acceptances,
        desk=AcceptanceDesk(selling, cashier, Audit(beneath.ledger)),
        pending=PendingAmounts(beneath.ledger, now),
        tries=CardTries(beneath.ledger),
    )


def reconciler_of(till: Till, now: Callable[[], datetime]) -> Reconciler:
    """Return what goes on with payments, and accepted estimates, that a crash or a wait left."""
    return Reconciler(till.cashier, till.attempts, now, [till.desk.selling])


def sale_terms_of(policy: Policy) -> SaleTerms:
    """What did the tenant choose of estimates that are accepted?"""
    told = policy.proposals
    return SaleTerms(told.sold_by, told.wait_for_bank_deposit)


def terms_of(policy: Policy) -> Terms:
    """What did the tenant choose of money that was taken?"""
    told = policy.payments
    return Terms(
        zone=policy.tenant.zone(),
        records=told.record_in_servicetitan,
        payment_types={kind.value: of for kind, of in told.payment_types.items()},
        refunds_refused=told.when_refused is WhenRefused.REFUND,
    )
