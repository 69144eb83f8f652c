"""Why an estimate is not accepted, or not declined: told as data, with what may be done instead."""

from dataclasses import dataclass
from enum import Enum


class EstimateErrorCode(Enum):
    """What kind of refusal it is."""

    ALREADY_ACCEPTED = "ALREADY_ACCEPTED"
    NO_LONGER_AVAILABLE = "NO_LONGER_AVAILABLE"
    CHANGED_SINCE_VIEWED = "CHANGED_SINCE_VIEWED"
    NAME_REQUIRED = "NAME_REQUIRED"
    SIGNATURE_REQUIRED = "SIGNATURE_REQUIRED"
    DEPOSIT_REQUIRED = "DEPOSIT_REQUIRED"
    DEPOSIT_CHANGED = "DEPOSIT_CHANGED"
    PAYMENT_REFUSED = "PAYMENT_REFUSED"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    NOT_FOUND = "NOT_FOUND"
    NOT_AVAILABLE = "NOT_AVAILABLE"


_CODES = {code.value: code for code in EstimateErrorCode}


@dataclass(frozen=True, slots=True)
class EstimateError:
    """Why it was not done; `field` is the path of the input it is about, None where about none."""

    code: EstimateErrorCode
    message: str
    field: tuple[str, ...] | None = None


def no_such_estimate() -> EstimateError:
    """Say that the estimate is not this viewer's, or never was (R14)."""
    return EstimateError(EstimateErrorCode.NOT_FOUND, "Not found.", ("input", "estimateId"))


def not_done_here(message: str) -> EstimateError:
    """Say that this cannot be done here."""
    return EstimateError(EstimateErrorCode.NOT_AVAILABLE, message)


def stored_error(code: str | None, message: str | None) -> EstimateError:
    """Say again why it was refused, as the ledger has it."""
    known = _CODES.get(code or "", EstimateErrorCode.NOT_AVAILABLE)
    return EstimateError(known, message or "The estimate was not accepted.")
