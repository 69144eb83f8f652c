"""By what may be paid here: what the tenant offers, and the processor takes."""

from adapters.payments.kinds import MethodKind
from adapters.payments.processor import PaymentProcessor
from resolvers.bank_authorization import BANKS
from resolvers.policy import Payments
from resolvers.verdict import Refusal, Verdict


def offered(payments: Payments, processor: PaymentProcessor | None) -> tuple[MethodKind, ...]:
    """By what may be paid, in the tenant's order? By nothing where there is no processor."""
    if processor is None:
        return ()
    return tuple(kind for kind in payments.methods if kind in processor.kinds)


def may_be_kept(payments: Payments, kind: MethodKind) -> Verdict:
    """May a method of this kind be kept for the next time (R32)?"""
    if not payments.save_methods:
        return Refusal("Settings", "Payment methods are not saved here.")
    if kind in BANKS and not payments.save_bank_accounts:
        return Refusal("Settings", "Bank accounts are not saved here.")
    if kind in {MethodKind.APPLE_PAY, MethodKind.GOOGLE_PAY}:
        return Refusal("Settings", "A wallet keeps its cards itself.")
    return True
