"""An estimate that a customer declines, dismissed in ServiceTitan."""

from dataclasses import dataclass, field, replace

import structlog

from adapters.cache.errors import CacheUnavailable
from adapters.cache.usage import Usage
from adapters.changes.bus import Change
from adapters.changes.owners import Owners
from adapters.ledger.audit import Action, Audit, By
from adapters.payments.sale_desk import SaleDesk
from adapters.servicetitan.errors import (
    UpstreamError,
    UpstreamUnavailable,
    WriteRefused,
    WriteUnknown,
)
from adapters.servicetitan.estimates import ESTIMATES, EstimateState

_log = structlog.get_logger("acceptances")


@dataclass(frozen=True, slots=True)
class Decline:
    """Which estimate is declined, in which version, and why, as far as the customer says."""

    estimate: int
    version: str
    customer: int | None
    location: int | None
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Declining:
    """Dismisses estimates; it is written down before ServiceTitan is told."""

    desk: SaleDesk
    audit: Audit

    async def decline(self, decline: Decline, by: By) -> bool:
        """Dismiss it; False where it is no longer there to be dismissed.

        Raises UpstreamError where it may not have been dismissed: to ask again is safe.
        """
        entry = by.did(
            Action.ESTIMATE_DECLINED,
            f"estimate {decline.estimate}",
            customer=decline.customer,
            reason=decline.reason,
        )
        await self.audit.append(replace(entry, version=decline.version))
        try:
            await self.desk.books.dismiss_estimate(decline.estimate)
        except (WriteRefused, WriteUnknown) as error:
            if not await self._is_dismissed(decline.estimate, error):
                return False
        await self._tell(decline)
        return True

    async def _is_dismissed(self, estimate: int, error: WriteRefused | WriteUnknown) -> bool:
        """Is it dismissed all the same, as by this request, or one before?"""
        (row,) = await self.desk.rows.fresh(ESTIMATES, [estimate], Usage())
        if isinstance(row, UpstreamError):
            raise row
        if row is not None and row.state is EstimateState.DISMISSED:
            return True
        if isinstance(error, WriteUnknown):
            message = "ServiceTitan did not say whether it was declined. Look again, and ask again."
            raise UpstreamUnavailable(message)
        return False

    async def _tell(self, decline: Decline) -> None:
        """Have it forgotten everywhere, and tell who looks at it."""
        try:
            await self.desk.rows.forget(ESTIMATES, [decline.estimate])
        except CacheUnavailable:
            _log.warning("declined estimate not forgotten everywhere")
        customers = () if decline.customer is None else (decline.customer,)
        locations = () if decline.location is None else (decline.location,)
        change = Change(ESTIMATES, decline.estimate, self.desk.now(), *Owners(customers, locations))
        self.desk.changes.publish([change])
