"""Declining an estimate, where the tenant offers it: ServiceTitan then shows it as dismissed."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from adapters.payments.declining import Decline
from resolvers.acceptance_rules import is_still_offered
from resolvers.accepting import estimate_now, require_version
from resolvers.context import Context
from resolvers.errors import BadInput
from resolvers.estimate_errors import EstimateError, EstimateErrorCode, not_done_here
from resolvers.payers import payer_of

LONGEST_REASON: Final = 1000
"""How many characters a reason may have."""

_NOT_TAKEN: Final = "This estimate is no longer offered. Call the office."


@dataclass(frozen=True, slots=True)
class DeclineWish:
    """A decline as it was asked for: `estimate` is a global id, `version` what was read."""

    estimate: str
    version: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DeclineOutcome:
    """What came of it; `estimate` is the id of the one it is about, where it can be told."""

    estimate: int | None = None
    errors: tuple[EstimateError, ...] = ()


async def decline_estimate(context: Context, wish: DeclineWish) -> DeclineOutcome:
    """Decline this estimate, or say why not.

    To ask again is safe: what is declined is declined. Raises Forbidden, BadInput, and
    UpstreamError where it may not have been declined.
    """
    by = payer_of(context)
    require_version(wish.version)
    reason = _reason(wish.reason)
    if not context.policy.proposals.allow_decline:
        return _refused(not_done_here("Estimates are not declined here. Call the office."))
    found = await estimate_now(context, wish.estimate)
    refusal = is_still_offered(context.reach, found, wish.version)
    if refusal is not None or found is None:
        return _refused(*filter(None, [refusal]))
    till = context.doors.till
    if await till.acceptances.by_estimate(found.id) is not None:
        code, sentence = EstimateErrorCode.ALREADY_ACCEPTED, "This estimate was accepted already."
        return _refused(EstimateError(code, sentence, ("input", "estimateId")), estimate=found.id)
    await context.confirm()
    decline = Decline(found.id, wish.version, found.customer_id, found.location_id, reason)
    if not await till.desk.decline(decline, by):
        code = EstimateErrorCode.NO_LONGER_AVAILABLE
        return _refused(EstimateError(code, _NOT_TAKEN, ("input", "estimateId")))
    await context.look_again()
    return DeclineOutcome(found.id)


def _refused(*errors: EstimateError, estimate: int | None = None) -> DeclineOutcome:
    return DeclineOutcome(estimate, errors)


def _reason(told: str | None) -> str | None:
    """Return the reason as it is kept; raises BadInput for what is none."""
    reason = unicodedata.normalize("NFC", told or "").strip()
    if len(reason) > LONGEST_REASON or not all(line.isprintable() for line in reason.split("\n")):
        raise BadInput(f"`reason` must be at most {LONGEST_REASON} printable characters.")
    return reason or None
