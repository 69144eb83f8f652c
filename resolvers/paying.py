"""Paying invoices: refused before anything is written, or handed to the cashier, once by its key.

What the viewer sends is a confirmation of what they saw, and never what is charged: amounts are
worked out here from balances read for this, and once more right before the charge (R33).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from adapters.ledger.attempt_rows import AttemptKind, NewAttempt, Split
from adapters.ledger.attempts import IdempotencyConflict, InvoicesHeld
from adapters.ledger.audit import By
from adapters.payments.paid import Means
from adapters.payments.processor import PaymentProcessor
from resolvers.bank_authorization import BANKS, authorization_of, given_from
from resolvers.charging_check import check_of
from resolvers.context import Context
from resolvers.errors import BadInput
from resolvers.invoice_papers import number_of
from resolvers.owed_now import owed_now
from resolvers.own_payments import is_in_sight
from resolvers.payable import (
    HELD,
    Owed,
    as_expected,
    fits,
    is_of,
    may_be_paid,
    of_one_bill_to,
    parts_of,
    total_of,
)
from resolvers.payers import payer_of, require_patience
from resolvers.payment_errors import (
    NOT_FOUND,
    PaymentError,
    PaymentErrorCode,
    no_such_invoice,
    not_offered,
)
from resolvers.payment_input import PayWish, invoice_numbers, request_hash, require_readable
from resolvers.payment_outcomes import PayOutcome, outcome_of, refused, stored_outcome
from resolvers.payment_sources import Chosen, SourceRequest, chosen
from resolvers.processor_answers import heard

_CONFLICT: Final = PaymentError(
    PaymentErrorCode.IDEMPOTENCY_CONFLICT,
    "This key was used for another payment. Use a new one.",
    ("input", "idempotencyKey"),
)
_RETURN_PATH: Final = "/payments/return"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A payment that is asked for: what, through which processor, and of what."""

    context: Context
    wish: PayWish
    by: By
    processor: PaymentProcessor
    owed: Sequence[Owed]

    @property
    def ids(self) -> list[int]:
        return [each.invoice.id for each in self.owed]

    @property
    def amount(self) -> Decimal:
        return total_of(self.owed) if self.wish.amount is None else self.wish.amount

    @property
    def customer(self) -> int:
        """The one customer that all of these are billed to: asked once that is certain."""
        (customer,) = {each.invoice.customer.id for each in self.owed if each.invoice.customer}
        return customer


async def pay_invoices(context: Context, wish: PayWish) -> PayOutcome:
    """Pay these invoices, or say why not; the same key tells what came of it the first time.

    Raises Forbidden, BadInput, RateLimited, and UpstreamError where nothing was begun.
    """
    by = payer_of(context)
    _require_readable(context, wish)
    before = await _begun_before(context, wish)
    if before is not None:
        return before
    outcome = await _pay_anew(context, wish, by)
    if outcome.payment is not None:
        return outcome
    # What stands in its way may be this same request, begun beside it meanwhile.
    return await _begun_before(context, wish) or outcome


async def _pay_anew(context: Context, wish: PayWish, by: By) -> PayOutcome:
    processor = context.doors.till.processor
    if processor is None:
        return refused(not_offered())
    await require_patience(context)
    found = await owed_now(context, invoice_numbers(wish.invoices))
    missing = [at for at, owed in enumerate(found) if owed is None]
    if missing:
        return refused(*map(no_such_invoice, missing))
    owed = [each for each in found if each is not None]
    return await _pay(_Asked(context, wish, by, processor, owed))


def _require_readable(context: Context, wish: PayWish) -> None:
    require_readable(wish)
    currency = context.policy.tenant.currency
    if wish.amount is not None and not is_of(currency, wish.amount):
        raise BadInput(f"`amount` is no amount of {currency}.")


async def _begun_before(context: Context, wish: PayWish) -> PayOutcome | None:
    """What came of it where this viewer used the key before? None where they did not."""
    attempt = await context.doors.till.attempts.find(context.viewer.key, wish.key)
    if attempt is None:
        return None
    if attempt.request_hash != request_hash(wish):
        return refused(_CONFLICT)
    if not await is_in_sight(context, attempt):
        return refused(PaymentError(NOT_FOUND, "Not found."))
    return stored_outcome(attempt)


async def _pay(asked: _Asked) -> PayOutcome:
    context, wish = asked.context, asked.wish
    refusal = _refusal(asked)
    if refusal is not None:
        return refused(refusal, invoices=asked.ids)
    source = SourceRequest(asked.customer, wish.source, wish.agreed, wish.keep)
    found = await chosen(context, asked.processor, source)
    if isinstance(found, PaymentError):
        return refused(found, invoices=asked.ids)
    await context.confirm()
    return await _charged(asked, found)


def _refusal(asked: _Asked) -> PaymentError | None:
    """Why may this not be paid of these, as they are now? The first reason there is."""
    policy, owed = asked.context.policy, asked.owed
    return (
        of_one_bill_to(owed)
        or next(filter(None, (may_be_paid(each, policy.tenant.currency) for each in owed)), None)
        or as_expected(owed, asked.wish.expected)
        or fits(owed, asked.amount, policy.payments)
    )


async def _charged(asked: _Asked, source: Chosen) -> PayOutcome:
    """Hand it to the cashier, who writes it down, checks it once more, and charges it."""
    context, new = asked.context, _attempt(asked, source)
    check = check_of(context, asked.owed)
    try:
        with heard():
            paid = await context.doors.till.cashier.pay(new, _means(context, new, source), check)
    except IdempotencyConflict:
        return refused(_CONFLICT)
    except InvoicesHeld as held:
        code = PaymentErrorCode.PAYMENT_IN_PROGRESS
        errors = [PaymentError(code, HELD, None, of) for of in held.invoices]
        return refused(*errors, invoices=asked.ids)
    await context.look_again()
    return outcome_of(paid)


def _attempt(asked: _Asked, source: Chosen) -> NewAttempt:
    context, wish = asked.context, asked.wish
    agreed = wish.agreed if source.method.kind in BANKS else None
    parts = parts_of(asked.owed, asked.amount)
    return NewAttempt(
        principal=context.viewer.key,
        by=asked.by,
        kind=AttemptKind.INVOICES,
        customer=asked.customer,
        payer=context.viewer.email,
        key=wish.key,
        request_hash=request_hash(wish),
        currency=context.policy.tenant.currency,
        amount=asked.amount,
        splits=tuple(Split(row.id, number_of(row), amount, row.balance) for row, amount in parts),
        processor=asked.processor.client.processor,
        method_kind=source.method.kind.value,
        method_label=source.method.label,
        authorization_version=None if agreed is None else agreed.version,
        authorization_text=None if agreed is None else authorization_of(context.policy).text,
        authorized_by=None if agreed is None else agreed.by.strip(),
        keep_method=source.keep,
    )


def _means(context: Context, new: NewAttempt, source: Chosen) -> Means:
    word = "Invoice" if len(new.splits) == 1 else "Invoices"
    numbers = ", ".join(split.number for split in new.splits)
    origin = given_from(source.method.kind, context.origin)
    return Means(source.source, f"{word} {numbers}", return_url(context), origin)


def return_url(context: Context) -> str | None:
    """Where does a page of the processor's lead back to? To the front end, where that is known."""
    site = context.doors.office.site_url
    return None if site is None else f"{site}{_RETURN_PATH}"
