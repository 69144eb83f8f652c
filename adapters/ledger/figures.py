"""How much the ledger holds of what is to be watched: numbers alone, by cheap questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.payment_states import AttemptState
from adapters.ledger.payment_tables import PAYMENT_ATTEMPTS
from adapters.ledger.rights import in_utc
from adapters.ledger.tables import AUDIT, SEEN_EVENTS

_AUDITED = select(func.max(AUDIT.c.id))
_WAITING = select(func.count(), func.min(SEEN_EVENTS.c.received_at)).where(
    SEEN_EVENTS.c.done_at.is_(None)
)
_BY_STATE = select(PAYMENT_ATTEMPTS.c.state, func.count()).group_by(PAYMENT_ATTEMPTS.c.state)
_DUE = select(func.min(PAYMENT_ATTEMPTS.c.next_at)).where(PAYMENT_ATTEMPTS.c.next_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in the ledger at one moment.

    `audit_entries` were ever written. `events_waiting` are not applied; the first of them came at
    `waiting_since`. `attempts` to pay are counted by state, every state told; the first that
    somebody has to look at is due at `due_at`.
    """

    audit_entries: int
    events_waiting: int
    waiting_since: datetime | None
    attempts: Mapping[str, int]
    due_at: datetime | None


async def read_figures(connection: AsyncConnection) -> Figures:
    """Return the figures of this moment."""
    entries = (await connection.execute(_AUDITED)).scalar() or 0
    waiting, since = (await connection.execute(_WAITING)).one()
    attempts = dict.fromkeys((state.value for state in AttemptState), 0)
    for state, count in await connection.execute(_BY_STATE):
        attempts[state] = count
    due = (await connection.execute(_DUE)).scalar()
    return Figures(entries, waiting, _moment(since), attempts, _moment(due))


def _moment(told: datetime | None) -> datetime | None:
    return None if told is None else in_utc(told)
