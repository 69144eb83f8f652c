"""The deposit that an estimate is accepted by paying (R42): by what, and once more looked at."""

from dataclasses import dataclass
from decimal import Decimal

from adapters.ledger.acceptance_rows import NewAcceptance
from adapters.ledger.attempt_rows import Attempt, AttemptKind, NewAttempt
from adapters.payments.acceptance_desk import Deposit
from adapters.payments.cashier import Check, Means, Refusal
from adapters.payments.processor import PaymentProcessor
from adapters.payments.sale_terms import of_acceptance
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import ESTIMATES, Estimate
from resolvers.acceptance_rules import is_deposit_right, is_still_offered
from resolvers.bank_authorization import BANKS, Agreed, authorization_of, given_from
from resolvers.beginning import again
from resolvers.context import Context
from resolvers.errors import PortalError
from resolvers.estimate_errors import EstimateError, EstimateErrorCode, not_done_here
from resolvers.estimate_prices import deposit_due
from resolvers.estimates import name_of
from resolvers.payers import require_turn
from resolvers.paying import return_url
from resolvers.payment_errors import PaymentError
from resolvers.payment_input import SourceWish
from resolvers.payment_sources import Chosen, SourceRequest, chosen

_UNREAD = "The estimate could not be read right before the charge. Nothing was charged. Try again."
_GONE = "This estimate can no longer be accepted here. Nothing was charged."


@dataclass(frozen=True, slots=True)
class DepositWish:
    """A deposit as it was asked to be paid; `expected` is what the viewer saw to be due."""

    expected: Decimal
    source: SourceWish
    agreed: Agreed | None = None


async def deposit_for(
    context: Context, estimate: Estimate, wish: DepositWish, new: NewAcceptance
) -> Deposit | EstimateError:
    """Return how this deposit is to be paid, or why it may not be; nothing is charged yet.

    Raises LedgerUnavailable, and UpstreamUnavailable where the processor does not answer.
    """
    processor, customer = context.doors.till.processor, estimate.customer_id
    if processor is None or customer is None:
        return not_done_here("The deposit cannot be paid here. Call the office to accept it.")
    found = await chosen(context, processor, SourceRequest(customer, wish.source, wish.agreed))
    if isinstance(found, PaymentError):
        field = _beneath_deposit(found.field)
        return EstimateError(EstimateErrorCode.PAYMENT_REFUSED, found.message, field)
    attempt = _attempt(context, wish, new, (processor, found, customer))
    origin = given_from(found.method.kind, context.origin)
    means = Means(found.source, f"Deposit on {name_of(estimate)}", return_url(context), origin)
    return Deposit(attempt, means, _check(context, new, wish.expected))


def _beneath_deposit(field: tuple[str, ...] | None) -> tuple[str, ...]:
    return ("input", "deposit", *(field or ())[1:])


def _attempt(
    context: Context,
    wish: DepositWish,
    new: NewAcceptance,
    by: tuple[PaymentProcessor, Chosen, int],
) -> NewAttempt:
    processor, found, customer = by
    agreed = wish.agreed if found.method.kind in BANKS else None
    return NewAttempt(
        principal=new.principal,
        by=new.by,
        kind=AttemptKind.DEPOSIT,
        customer=customer,
        payer=context.viewer.email,
        key=new.key,
        request_hash=new.request_hash,
        currency=new.currency,
        amount=wish.expected,
        splits=(),
        processor=processor.client.processor,
        method_kind=found.method.kind.value,
        method_label=found.method.label,
        estimate=new.estimate,
        authorization_version=None if agreed is None else agreed.version,
        authorization_text=None if agreed is None else authorization_of(context.policy).text,
        authorized_by=None if agreed is None else agreed.by.strip(),
    )


def _check(context: Context, new: NewAcceptance, expected: Decimal) -> Check:
    """Return the last look before the charge: the estimate is still what was signed.

    It looks with the rights and the choices of its own moment, and outlives the request.
    """

    async def check(attempt: Attempt) -> Refusal | None:
        await require_turn(context, attempt)
        return await _looked_again(context, new, expected)

    return check


def check_of_authorized_deposit(context: Context) -> Check:
    """Return the last look at a deposit that its payer authorized since (M-I4)."""

    async def check(attempt: Attempt) -> Refusal | None:
        of = of_acceptance(attempt)
        acceptance = None if of is None else await context.doors.till.acceptances.get(of)
        if acceptance is None:
            return Refusal(EstimateErrorCode.NO_LONGER_AVAILABLE.value, _GONE)
        return await _looked_again(context, acceptance.given, attempt.amount)

    return check


async def _looked_again(context: Context, new: NewAcceptance, expected: Decimal) -> Refusal | None:
    later = await again(context)
    try:
        if later.reach != context.reach:
            return Refusal(EstimateErrorCode.NO_LONGER_AVAILABLE.value, _GONE)
        (row,) = await later.doors.records.fresh(ESTIMATES, [new.estimate], later.usage)
        if isinstance(row, UpstreamError):
            return Refusal(EstimateErrorCode.NOT_AVAILABLE.value, _UNREAD)
        return _told(_against(later, row, new, expected))
    except PortalError:
        return Refusal(EstimateErrorCode.NO_LONGER_AVAILABLE.value, _GONE)
    except UpstreamError:
        return Refusal(EstimateErrorCode.NOT_AVAILABLE.value, _UNREAD)
    finally:
        context.usage.calls += later.usage.calls
        later.end()


def _against(
    later: Context, row: Estimate | None, new: NewAcceptance, expected: Decimal
) -> EstimateError | None:
    error = is_still_offered(later.reach, row, new.version)
    if error is not None or row is None:
        return error
    return is_deposit_right(deposit_due(row), expected)


def _told(error: EstimateError | None) -> Refusal | None:
    return None if error is None else Refusal(error.code.value, error.message)
