"""Payments to try the ledger with."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

from adapters.ledger.attempt_rows import Attempt, AttemptKind, NewAttempt, Split
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import Audit, By
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import MOVES, NOT_CHARGED, AttemptState

NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PAT = By("pat@example.com", "request-1", NOON)
GATEWAY = By("the gateway", "request-2", NOON + MINUTE)
LOCK = 60.0


def part(invoice: int, amount: str = "12.50") -> Split:
    """Return what goes to this invoice."""
    return Split(invoice, f"A-{invoice}", Decimal(amount))


def paying(
    key: str,
    *splits: Split,
    by: By = PAT,
    customer: int = 1,
    principal: str = "pat",
    hashed: str = "x",
) -> NewAttempt:
    """Return a payment of these invoices by card."""
    return NewAttempt(
        principal=principal,
        by=by,
        kind=AttemptKind.INVOICES,
        customer=customer,
        payer="pat@example.com",
        key=key,
        request_hash=hashed,
        currency="USD",
        amount=sum((split.amount for split in splits), Decimal(0)),
        splits=splits,
        processor="sandbox",
        method_kind="CARD",
        method_label="Visa ending in 4242",
    )


def deposit(key: str, estimate: int, amount: str = "500.00", customer: int = 1) -> NewAttempt:
    """Return the payment of an estimate's deposit from a bank account."""
    return NewAttempt(
        principal="pat",
        by=PAT,
        kind=AttemptKind.DEPOSIT,
        customer=customer,
        payer=None,
        key=key,
        request_hash="x",
        currency="USD",
        amount=Decimal(amount),
        splits=(),
        processor="sandbox",
        method_kind="BANK_ACCOUNT",
        method_label="Bank account ending in 6789",
        estimate=estimate,
        authorization_version="v1",
        authorized_by="Pat Jones",
        keep_method=True,
    )


async def begun(attempts: Attempts, new: NewAttempt, now: datetime = NOON) -> Attempt:
    """Return the attempt, which nobody began before."""
    attempt, is_new = await attempts.begin(new, now, LOCK)
    assert is_new
    return attempt


async def moved(attempts: Attempts, attempt: Attempt, *states: AttemptState) -> Attempt:
    """Return the attempt moved through these states, which nobody else moves meanwhile."""
    for state in states:
        after = await attempts.move(attempt, state, GATEWAY)
        assert after is not None
        attempt = after
    return attempt


@cache
def way_to(state: AttemptState) -> tuple[AttemptState, ...]:
    """Return the shortest way there from RECEIVED, which is not told, by ServiceTitan's books."""
    ways = deque[tuple[tuple[AttemptState, ...], AttemptState]]([((), AttemptState.RECEIVED)])
    while True:
        way, at = ways.popleft()
        if at is state:
            return way
        onward = set() if at in NOT_CHARGED else MOVES[at]
        ways.extend(((*way, to), to) for to in sorted(onward, key=_by_the_books))


def _by_the_books(state: AttemptState) -> tuple[bool, str]:
    """Order states so that what the office enters comes after what ServiceTitan is told."""
    return state is AttemptState.HANDED_OFF, state.value


@dataclass(frozen=True)
class Told:
    """What the audit trail and the steps say."""

    trail: Sequence[tuple[str, str, str]]
    steps: Sequence[tuple[int, AttemptState]]


async def told(ledger: Ledger, attempt: int) -> Told:
    """Return what is told of an attempt."""
    trail = await Audit(ledger).read(most=10_000)
    return Told(
        [
            (entry.actor, entry.action.value, entry.request_id)
            for _, entry in trail
            if entry.subject == f"payment {attempt}"
        ],
        [(step.version, step.state) for step in await Attempts(ledger).steps(attempt)],
    )
