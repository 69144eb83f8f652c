"""Acceptances written to their table: begun once for each key, and told in the audit trail."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.acceptance_rows import Acceptance, NewAcceptance, acceptance_of, row_of
from adapters.ledger.acceptance_states import AcceptanceState
from adapters.ledger.audit import Action, By, append
from adapters.ledger.confirmations import new_confirmation
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.payment_errors import EstimateTaken, IdempotencyConflict
from adapters.ledger.swaps import map_moments
from adapters.ledger.tables import ACCEPTANCES
from adapters.ledger.upserts import insert_into

_ROW = ACCEPTANCES.c
_TURNS = 3

_DEEDS: Final[Mapping[AcceptanceState, Action]] = MappingProxyType(
    {
        AcceptanceState.RECEIVED: Action.ESTIMATE_ACCEPTED,
        AcceptanceState.SOLD: Action.ESTIMATE_SOLD,
        AcceptanceState.HANDED_OFF: Action.ESTIMATE_HANDED_OFF,
        AcceptanceState.REFUSED: Action.ESTIMATE_NOT_SOLD,
    }
)

STANDS: Final = _ROW.state != AcceptanceState.REFUSED.value
"""Was it not refused? Of an estimate there is at most one such."""


class AcceptedNow(NamedTuple):
    """The acceptance of a key; `is_new` unless it was begun by somebody before."""

    acceptance: Acceptance
    is_new: bool


async def begin(connection: AsyncConnection, new: NewAcceptance, until: datetime) -> AcceptedNow:
    """Write down what was signed, or return the acceptance of its key.

    Raises IdempotencyConflict or EstimateTaken, and then nothing is written.
    """
    for _ in range(_TURNS):
        acceptance = await _insert(connection, new, until)
        if acceptance is not None:
            await tell(connection, acceptance, new.by)
            return AcceptedNow(acceptance, is_new=True)
        known = await _known(connection, new)
        if known is not None:
            return AcceptedNow(known, is_new=False)
        # What stood in the way was refused in between.
    raise LedgerUnavailable("The acceptance could not be written down. Try again.")


async def _insert(
    connection: AsyncConnection, new: NewAcceptance, until: datetime
) -> Acceptance | None:
    told = {
        "confirmation": new_confirmation(),
        "state": AcceptanceState.RECEIVED.value,
        "version": 1,
        "tries": 0,
        "next_at": until,
        "locked_until": until,
        "updated_at": new.by.at,
    }
    row = insert_into(connection, ACCEPTANCES).values(map_moments(row_of(new) | told))
    added = await connection.execute(row.on_conflict_do_nothing().returning(*ACCEPTANCES.c))
    found = added.mappings().one_or_none()
    return None if found is None else acceptance_of(found)


async def _known(connection: AsyncConnection, new: NewAcceptance) -> Acceptance | None:
    """Return the acceptance of the key; raises where it, or the estimate, is another's."""
    mine = (_ROW.principal == new.principal, _ROW.idempotency_key == new.key)
    found = (await connection.execute(select(ACCEPTANCES).where(*mine))).mappings().one_or_none()
    if found is not None:
        if found["request_hash"] != new.request_hash:
            raise IdempotencyConflict
        return acceptance_of(found)
    taken = select(_ROW.id).where(_ROW.estimate_id == new.estimate, STANDS)
    of = (await connection.execute(taken)).scalar_one_or_none()
    if of is not None:
        raise EstimateTaken(of)
    return None


async def tell(connection: AsyncConnection, after: Acceptance, by: By) -> None:
    """Write into the audit trail what it came to, where that is a deed (PA-25)."""
    action, given = _DEEDS.get(after.state), after.given
    if action is None:
        return
    entry = by.did(
        action,
        f"estimate {given.estimate}",
        acceptance=after.id,
        customer=given.customer,
        total=str(given.total),
        currency=given.currency,
        signature=given.signature_kind.value,
        confirmation=after.confirmation,
        deposit=after.deposit,
        because=after.failure_code,
    )
    await append(connection, replace(entry, version=given.version))
