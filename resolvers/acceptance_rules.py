"""What an estimate must be, at the moment it is accepted or declined (R36-R44)."""

from decimal import Decimal
from typing import Final

from adapters.servicetitan.estimates import Estimate, EstimateState
from resolvers.access import Reach
from resolvers.estimate_errors import EstimateError, EstimateErrorCode, no_such_estimate
from resolvers.estimate_versions import version_of
from resolvers.estimates import is_for, is_open, is_shown
from resolvers.policy import Proposals

_Code = EstimateErrorCode
_VERSION: Final = ("input", "version")
_DEPOSIT: Final = ("input", "deposit")
_AS_USUAL: Final = Proposals()


def offered_version(estimate: Estimate) -> str | None:
    """Which version of it is offered to be accepted? None where none is (R38, R44)."""
    return version_of(estimate) if is_open(estimate) and is_shown(estimate) else None


def is_still_offered(reach: Reach, estimate: Estimate | None, version: str) -> EstimateError | None:
    """Why may this viewer not decide on the estimate as they read it? None where they may (R44).

    One that is hidden now is told to be gone to whoever read it as it is: they alone know its
    version. To anybody else it was never there (R14).
    """
    if estimate is None or not is_for(reach, estimate, _AS_USUAL):
        return no_such_estimate()
    if estimate.state is EstimateState.SOLD and estimate.active:
        sentence = "This estimate was accepted already."
        return EstimateError(_Code.ALREADY_ACCEPTED, sentence, ("input", "estimateId"))
    is_as_read = version_of(estimate) == version
    if offered_version(estimate) is None:
        if not is_as_read:
            return no_such_estimate()
        sentence = "This estimate is no longer offered. Call the office."
        return EstimateError(_Code.NO_LONGER_AVAILABLE, sentence, ("input", "estimateId"))
    if is_as_read:
        return None
    sentence = "This estimate has changed since you read it. Read it again before you decide."
    return EstimateError(_Code.CHANGED_SINCE_VIEWED, sentence, _VERSION)


def is_deposit_right(due: Decimal | None, expected: Decimal | None) -> EstimateError | None:
    """Why does what is to be paid on signing not fit what is due (R42)? None where it fits."""
    if due is None and expected is not None:
        sentence = "No deposit is due on this estimate. Read it again before you accept it."
        return EstimateError(_Code.DEPOSIT_CHANGED, sentence, _DEPOSIT)
    if due is not None and expected is None:
        sentence = "This estimate is accepted by paying its deposit."
        return EstimateError(_Code.DEPOSIT_REQUIRED, sentence, _DEPOSIT)
    if due == expected:
        return None
    sentence = "The deposit is not what you saw. Read the estimate again before you accept it."
    return EstimateError(_Code.DEPOSIT_CHANGED, sentence, (*_DEPOSIT, "expectedAmount"))
