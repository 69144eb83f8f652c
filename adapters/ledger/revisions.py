"""The numbers of the last changes as they stand now, at a glance: every operation asks."""

from adapters.ledger.glance import Glance
from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import REVISIONS, Revisions, revisions_of

_GLANCE = Glance(REVISIONS)


def revisions_at_once(ledger: Ledger) -> Revisions | None:
    """Return the numbers as they stand now, None where the ledger has to be waited for."""
    if (rows := ledger.seen(_GLANCE)) is None:
        return None
    (row,) = rows
    return revisions_of(*row)


async def revisions_now(ledger: Ledger) -> Revisions:
    """Return the numbers as they stand once this was asked; raises LedgerUnavailable."""
    (row,) = await ledger.glance(_GLANCE)
    return revisions_of(*row)
