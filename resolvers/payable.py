"""What may be paid of which invoices: the rules, asked of their balances as they are now.

A balance here is what is left to pay after what is charged and not yet in ServiceTitan's books.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from adapters.ledger.minor_units import to_minor
from adapters.servicetitan.invoices import Invoice
from resolvers.payment_errors import PaymentError, PaymentErrorCode
from resolvers.policy import Payments

HELD = "A payment of this invoice is under way. Wait for it, or cancel it first."

_Code = PaymentErrorCode
_AMOUNT = ("input", "amount")


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice as it is now: `invoice.balance` is what is left to pay.

    `processing` is what is charged and not yet in ServiceTitan's books; `is_held` says that
    somebody is paying it at this moment.
    """

    invoice: Invoice
    processing: Decimal = Decimal(0)
    is_held: bool = False


def owed_on(owed: Owed) -> Decimal:
    """How much is left to pay on it? Nothing where that cannot be read."""
    return max(owed.invoice.balance or Decimal(0), Decimal(0))


def total_of(all_owed: Sequence[Owed]) -> Decimal:
    """How much is left to pay on all of these?"""
    return sum(map(owed_on, all_owed), Decimal(0))


def may_be_paid(owed: Owed, currency: str) -> PaymentError | None:
    """Why can nothing be paid on this invoice now? None where something can (R34)."""
    of, balance = owed.invoice.id, owed.invoice.balance
    if balance is None or not is_of(currency, balance):
        sentence = "The balance of this invoice cannot be read. Call the office."
        return PaymentError(_Code.NOT_AVAILABLE, sentence, invoice=of)
    if owed.is_held:
        left = owed_on(owed)
        return PaymentError(_Code.PAYMENT_IN_PROGRESS, HELD, invoice=of, balance=left)
    if balance > 0:
        return None
    if owed.processing > 0:
        sentence = "What was left to pay on this invoice is being processed already."
        return PaymentError(_Code.PAYMENT_IN_PROGRESS, sentence, invoice=of, balance=Decimal(0))
    sentence = "Nothing is left to pay on this invoice."
    return PaymentError(_Code.ALREADY_PAID, sentence, invoice=of, balance=Decimal(0))


def of_one_bill_to(all_owed: Sequence[Owed]) -> PaymentError | None:
    """Why can these not be paid together? None where all are billed to the same customer (R27)."""
    payers = {owed.invoice.customer.id if owed.invoice.customer else None for owed in all_owed}
    if payers == {None}:
        sentence = "This invoice names nobody it is billed to. Call the office."
        return PaymentError(_Code.NOT_AVAILABLE, sentence, ("input", "invoiceIds"))
    if len(payers) > 1:
        sentence = "These invoices are not billed to one customer. Pay those of each by themselves."
        return PaymentError(_Code.MIXED_BILL_TO, sentence, ("input", "invoiceIds"))
    return None


def as_expected(all_owed: Sequence[Owed], expected: Decimal) -> PaymentError | None:
    """Is what is left to pay still what the payer saw (R33)? If not, say what it is now."""
    total = total_of(all_owed)
    if total == expected:
        return None
    return changed_since(all_owed)


def changed_since(all_owed: Sequence[Owed]) -> PaymentError:
    """Say that what is left to pay has changed, and what it is now."""
    only = all_owed[0].invoice.id if len(all_owed) == 1 else None
    return PaymentError(
        _Code.BALANCE_CHANGED,
        "What is left to pay has changed. Look at it again before you pay.",
        ("input", "expectedTotal"),
        only,
        total_of(all_owed),
    )


def least(all_owed: Sequence[Owed], payments: Payments) -> Decimal:
    """What is the least that may be paid of these at once (R29)?"""
    total = total_of(all_owed)
    return min(payments.minimum, total) if allows_part(all_owed, payments) else total


def most(all_owed: Sequence[Owed], payments: Payments) -> Decimal:
    """What is the most that may be paid of these at once?"""
    total = total_of(all_owed)
    return total if payments.max_amount is None else min(total, payments.max_amount)


def allows_part(all_owed: Sequence[Owed], payments: Payments) -> bool:
    """May less than the whole be paid: of one invoice, where the tenant allows it (R29, Q7)?"""
    return payments.allow_partial and len(all_owed) == 1


def is_of(currency: str, amount: Decimal) -> bool:
    """Can this amount be paid in this currency: has it no more places than that has?"""
    try:
        to_minor(amount, currency)
    except ValueError:
        return False
    return True


def fits(all_owed: Sequence[Owed], amount: Decimal, payments: Payments) -> PaymentError | None:
    """Why may this amount not be paid of these (R29)? None where it may."""
    total = total_of(all_owed)
    only = all_owed[0].invoice.id if len(all_owed) == 1 else None
    if amount > total:
        sentence = "This is more than what is left to pay."
        return PaymentError(_Code.AMOUNT_TOO_LARGE, sentence, _AMOUNT, only, total)
    if amount <= 0:
        return PaymentError(_Code.AMOUNT_TOO_SMALL, "Pay more than nothing.", _AMOUNT, only, total)
    if payments.max_amount is not None and amount > payments.max_amount:
        sentence = "This is more than can be paid at once. Call the office."
        return PaymentError(_Code.AMOUNT_TOO_LARGE, sentence, _AMOUNT, only, total)
    if amount < total and not allows_part(all_owed, payments):
        sentence = "Only all that is left to pay can be paid."
        return PaymentError(_Code.PARTIAL_NOT_ALLOWED, sentence, _AMOUNT, only, total)
    if amount < least(all_owed, payments):
        sentence = "This is less than can be paid at once."
        return PaymentError(_Code.AMOUNT_TOO_SMALL, sentence, _AMOUNT, only, total)
    return None


def parts_of(all_owed: Sequence[Owed], amount: Decimal) -> list[tuple[Invoice, Decimal]]:
    """How much of the amount goes to which invoice? All of each; a part only of a single one."""
    if len(all_owed) == 1:
        return [(all_owed[0].invoice, amount)]
    return [(owed.invoice, owed_on(owed)) for owed in all_owed]
