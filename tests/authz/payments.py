"""Payments that cross: of several customers, by several people, and as far along as they go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from adapters.ledger.attempt_rows import Attempt, AttemptKind, NewAttempt, Split
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import By
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from tests.authz.crossed import GROCERS, LAKEVIEW, LEE, PAT
from tests.authz.records import Row

_A = AttemptState
BETA, BY = 1012, By("office@example.com", "request", datetime.now(UTC))
_NEVER: Final = datetime.now(UTC) + timedelta(days=3650)
_PAID: Final = (_A.CHECKED, _A.CHARGING, _A.CHARGED, _A.HANDED_OFF)
_DECLINED: Final = (_A.CHECKED, _A.CHARGING, _A.DECLINED)
_UNDER_WAY: Final = (_A.CHECKED, _A.CHARGING, _A.PROCESSING)
AT_OAK_PARK, AT_RIVER_FOREST = 510006, 510007


@dataclass(frozen=True, slots=True)
class Made:
    """A payment: by which kind of viewer, of whom, for what, and how far it has come."""

    by: str | None
    customer: int
    parts: Mapping[int, str]
    ways: Sequence[AttemptState] = _PAID
    estimate: int | None = None


MADE: Final = (
    Made("OWNER", PAT, {500106: "10.00"}),
    Made("OWNER", PAT, {500107: "5.00", 500108: "5.00"}, _DECLINED),
    Made("OWNER", PAT, {500106: "1.00", 500108: "1.00"}, _DECLINED),
    Made(None, PAT, {500107: "7.50"}, _UNDER_WAY),
    Made("PAYMENT_LINK", PAT, {500106: "1.00"}, _DECLINED),
    Made("OTHER_OWNER", BETA, {500303: "3.00"}, _DECLINED),
    Made(None, LEE, {590004: "40.00"}, _DECLINED),
    Made("MIXED_LEVELS", GROCERS, {AT_OAK_PARK: "2.00"}, _DECLINED),
    Made("MIXED_LEVELS", GROCERS, {AT_RIVER_FOREST: "2.00"}, _DECLINED),
    Made("PLACE_WITH_BILLING", LAKEVIEW, {590003: "30.00"}, _DECLINED),
    Made("TENANT", LAKEVIEW, {590003: "29.00"}, _DECLINED),
    Made(None, PAT, {}, _UNDER_WAY, estimate=600101),
)


async def paid(url: str, keys: Mapping[str, str]) -> tuple[Row, ...]:
    """Write these payments into the ledger; return them as the oracle knows them.

    `keys` are how the gateway knows each kind of viewer.
    """
    ledger = Ledger(url)
    await ledger.open()
    attempts = Attempts(ledger)
    rows = [
        _row(await _moved(attempts, made, keys.get(made.by or "", f"somebody {at}"), at), made)
        for at, made in enumerate(MADE)
    ]
    await ledger.aclose()
    return tuple(rows)


async def _moved(attempts: Attempts, made: Made, principal: str, at: int) -> Attempt:
    parts = tuple(Split(of, str(of), Decimal(amount)) for of, amount in made.parts.items())
    new = NewAttempt(
        principal=principal,
        by=BY,
        kind=AttemptKind.DEPOSIT if made.estimate else AttemptKind.INVOICES,
        customer=made.customer,
        payer=None,
        key=f"key {at}",
        request_hash="0" * 64,
        currency="USD",
        amount=sum((part.amount for part in parts), Decimal(0)) or Decimal(50),
        splits=parts,
        processor="sandbox",
        method_kind="CARD",
        method_label="Visa ending in 4242",
        estimate=made.estimate,
    )
    attempt = (await attempts.begin(new, BY.at, 60)).attempt
    for state in made.ways:
        moved = await attempts.move(attempt, state, BY, next_at=_NEVER)
        assert moved is not None
        attempt = moved
    return attempt


def _row(attempt: Attempt, made: Made) -> Row:
    return {
        "id": attempt.id,
        "customerId": made.customer,
        "madeBy": made.by,
        "invoices": dict(made.parts),
        "estimate": made.estimate,
        "pending": made.ways is not _DECLINED,
    }
