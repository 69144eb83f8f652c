"""The last look before a charge: nothing that it went by may have changed since (R33, PA-11)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from adapters.ledger.attempt_rows import Attempt
from adapters.payments.paid import Check, Refusal
from adapters.servicetitan.errors import UpstreamError
from resolvers.beginning import again
from resolvers.context import Context
from resolvers.errors import PortalError
from resolvers.owed_now import owed_now
from resolvers.payable import Owed, changed_since, owed_on
from resolvers.payers import require_turn
from resolvers.payment_errors import PaymentErrorCode

_UNREAD = "The balance could not be read right before the charge. Nothing was charged. Try again."
_GONE = "This invoice can no longer be paid here. Nothing was charged."


def check_of(context: Context, seen: Sequence[Owed]) -> Check:
    """Return the check of a payment of these invoices, as they were seen when it was asked for.

    It looks with the rights and the choices of its own moment, and outlives the request: what the
    operation has read, and whether anybody still waits for its answer, is nothing to it. Raises
    RateLimited where too many others were begun at once.
    """
    before: dict[int, Decimal] = {owed.invoice.id: owed_on(owed) for owed in seen}

    async def check(attempt: Attempt) -> Refusal | None:
        await require_turn(context, attempt)
        return await _looked_again(context, attempt, before)

    return check


def check_of_authorized(context: Context) -> Check:
    """Return the check of what its payer authorized since: as it was when it was begun (M-I4).

    It had its turn then, and was counted.
    """

    async def check(attempt: Attempt) -> Refusal | None:
        parts = attempt.splits
        before = {part.invoice: part.amount if part.left is None else part.left for part in parts}
        return await _looked_again(context, attempt, before)

    return check


async def _looked_again(
    context: Context, attempt: Attempt, before: Mapping[int, Decimal]
) -> Refusal | None:
    later = await again(context)
    try:
        return await _changed(context, later, attempt, before)
    except PortalError:
        return Refusal(PaymentErrorCode.NOT_FOUND.value, _GONE)
    except UpstreamError:
        return Refusal(PaymentErrorCode.NOT_AVAILABLE.value, _UNREAD)
    finally:
        context.usage.calls += later.usage.calls
        later.end()


async def _changed(
    context: Context, later: Context, attempt: Attempt, before: Mapping[int, Decimal]
) -> Refusal | None:
    """What is other than it was: the rights, whose the invoices are, or what is owed on them?

    That somebody is paying them at this moment is no surprise: it is this attempt.
    """
    if later.reach != context.reach:
        return Refusal(PaymentErrorCode.NOT_FOUND.value, _GONE)
    found = await owed_now(later, [*before])
    owed = [each for each in found if each is not None]
    payers = {each.invoice.customer.id if each.invoice.customer else None for each in owed}
    if len(owed) < len(before) or payers != {attempt.customer}:
        return Refusal(PaymentErrorCode.NOT_FOUND.value, _GONE)
    if any(each.invoice.balance is None for each in owed):
        return Refusal(PaymentErrorCode.NOT_AVAILABLE.value, _UNREAD)
    if {each.invoice.id: owed_on(each) for each in owed} != before:
        told = changed_since(owed)
        return Refusal(told.code.value, told.message, told.invoice, told.balance)
    return None
