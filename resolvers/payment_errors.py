"""Why a payment is refused: told as data, with what the payer may do instead."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class PaymentErrorCode(Enum):
    """What kind of refusal it is."""

    AMOUNT_TOO_SMALL = "AMOUNT_TOO_SMALL"
    AMOUNT_TOO_LARGE = "AMOUNT_TOO_LARGE"
    PARTIAL_NOT_ALLOWED = "PARTIAL_NOT_ALLOWED"
    BALANCE_CHANGED = "BALANCE_CHANGED"
    ALREADY_PAID = "ALREADY_PAID"
    PAYMENT_IN_PROGRESS = "PAYMENT_IN_PROGRESS"
    DECLINED = "DECLINED"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    ACH_AUTHORIZATION_REQUIRED = "ACH_AUTHORIZATION_REQUIRED"
    METHOD_NOT_ACCEPTED = "METHOD_NOT_ACCEPTED"
    MIXED_BILL_TO = "MIXED_BILL_TO"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    NOT_FOUND = "NOT_FOUND"
    NOT_AVAILABLE = "NOT_AVAILABLE"


Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaymentError:
    """Why it was not paid.

    `field` is the path of the input it is about. `invoice` is the id of the one it is about, and
    `balance` what is left to pay now, where the payer may see that.
    """

    code: PaymentErrorCode
    message: str
    field: Path | None = None
    invoice: int | None = None
    balance: Decimal | None = None


NOT_FOUND = PaymentErrorCode.NOT_FOUND
NOT_AVAILABLE = PaymentErrorCode.NOT_AVAILABLE


def no_such_invoice(at: int) -> PaymentError:
    """Say that an invoice of the input is not this viewer's to pay, or never was (R14)."""
    return PaymentError(NOT_FOUND, "Not found.", ("input", "invoiceIds", str(at)))


def not_offered(because: str = "Payments are not offered here. Call the office.") -> PaymentError:
    """Say that this cannot be paid here."""
    return PaymentError(NOT_AVAILABLE, because)
