"""Words shared with payment processors: kinds of method, and why one was declined."""

from enum import Enum


class MethodKind(Enum):
    """By what a customer may pay."""

    CARD = "CARD"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    PAY_BY_BANK = "PAY_BY_BANK"
    APPLE_PAY = "APPLE_PAY"
    GOOGLE_PAY = "GOOGLE_PAY"


class DeclineCode(Enum):
    """Why it was not charged, as far as the payer may know."""

    DECLINED = "DECLINED"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    METHOD_NOT_ACCEPTED = "METHOD_NOT_ACCEPTED"
