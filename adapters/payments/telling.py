"""Who else has to know that a payment moved: what is remembered of its invoices, and who looks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from adapters.cache.changes import Question
from adapters.changes.bus import Change, Changes
from adapters.changes.owners import Owners, owners_of
from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.payment_states import AttemptState
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.resource import Resource

_A = AttemptState

Owned = Mapping[int, Owners]
"""Whose each invoice is, as far as anybody here knows."""

SEEN: Final = frozenset(
    {_A.ACTION_REQUIRED, _A.REFUSED, _A.DECLINED, _A.EXPIRED, _A.PROCESSING, _A.CHARGED}
    | {_A.HANDED_OFF, _A.RECORDED, _A.REFUNDED, _A.RETURNED}
)
"""The states that change what an invoice shows: what is left to pay, and whether it can be."""


class Remembered(Protocol):
    """What holds rows of ServiceTitan's: the cache."""

    async def remembered(self, resource: Resource[Any], ids: Sequence[int]) -> Mapping[int, Any]:
        """Return the rows of these that are remembered; nobody is asked for them."""

    async def forget(
        self,
        resource: Resource[Any],
        ids: Sequence[int],
        questions: Sequence[Question] = (),
    ) -> None:
        """Forget these in every worker; raises CacheUnavailable where one could not be told."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells of payments; `now` is when a change is said to have been."""

    records: Remembered
    changes: Changes
    now: Callable[[], datetime]

    async def written(self, attempt: Attempt) -> Owned:
        """Take in that ServiceTitan's books were changed; raises CacheUnavailable.

        Before what is pending ends: a balance may be shown too low for a moment, never too high.
        Returns whose its invoices are, as was remembered of them.
        """
        invoices = [split.invoice for split in attempt.splits]
        if not invoices:
            return {}
        owned = await self._owned(attempt)
        await self.records.forget(PAYMENTS, (), [("invoice_id", of) for of in invoices])
        await self.records.forget(INVOICES, invoices)
        return owned

    async def moved(self, attempt: Attempt, owned: Owned | None = None) -> None:
        """Tell who looks at its invoices that they are other than before; `owned` is whose."""
        if attempt.state in SEEN and attempt.splits:
            owned = owned or await self._owned(attempt)
            at = self.now()
            self.changes.publish(Change(INVOICES, of, at, *own) for of, own in owned.items())

    async def _owned(self, attempt: Attempt) -> Owned:
        """Whose are its invoices? That they are its customer's is certain, the rest remembered."""
        invoices = [split.invoice for split in attempt.splits]
        rows = await self.records.remembered(INVOICES, invoices)
        known = {of: owners_of(INVOICES, rows[of]) for of in invoices if of in rows}
        return {of: _with(attempt.customer, known.get(of, Owners())) for of in invoices}


def _with(customer: int, owners: Owners) -> Owners:
    return Owners(tuple(dict.fromkeys([customer, *owners.customers])), owners.locations)
