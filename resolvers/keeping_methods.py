"""Payment methods kept, dropped, and put first, by whoever has Billing access on the customer."""

from dataclasses import dataclass
from typing import Final

from adapters.ledger.audit import Action, By
from adapters.payments.errors import ProcessorRefused
from adapters.payments.processor import Method, PaymentProcessor, Source
from adapters.servicetitan.errors import UpstreamUnavailable
from resolvers.bank_authorization import BANKS
from resolvers.context import Context
from resolvers.ids import global_id, number_of
from resolvers.offered_methods import may_be_kept, offered
from resolvers.payers import payer_of, require_patience, require_turn_to_keep
from resolvers.payment_input import SourceWish, require_source
from resolvers.payment_methods import KeptMethod, account_of, may_use_methods, methods_of
from resolvers.processor_answers import NOTHING_DONE, heard
from resolvers.user_errors import UserError, UserErrorCode

_NO_CUSTOMER: Final = UserError(UserErrorCode.NOT_FOUND, "Not found.", ("input", "customerId"))
_NO_METHOD: Final = UserError(UserErrorCode.NOT_FOUND, "Not found.", ("input", "paymentMethodId"))
_NOWHERE: Final = UserError(
    UserErrorCode.NOT_AVAILABLE, "Payments are not offered here. Call the office."
)
_TOKEN: Final = ("input", "processorToken")


@dataclass(frozen=True, slots=True)
class SavedOutcome:
    """The method that is kept now, or why none was kept."""

    payment_method: KeptMethod | None = None
    user_errors: tuple[UserError, ...] = ()


@dataclass(frozen=True, slots=True)
class MethodsOutcome:
    """What is kept now, or why nothing was changed."""

    payment_methods: tuple[KeptMethod, ...] | None = None
    user_errors: tuple[UserError, ...] = ()


async def save_method(
    context: Context, customer: str, token: str, *, primary: bool
) -> SavedOutcome:
    """Have the processor keep the method of this token.

    Raises Forbidden, UpstreamError, and RateLimited: whether it is kept tells whether the card is
    good, and who asks that too often pays nothing (PA-28).
    """
    by = payer_of(context)
    require_source(SourceWish(token=token))
    of, processor = _customer(context, customer), context.doors.till.processor
    if of is None:
        return SavedOutcome(user_errors=(_NO_CUSTOMER,))
    if processor is None:
        return SavedOutcome(user_errors=(_NOWHERE,))
    await require_patience(context)
    tries = context.doors.till.tries
    tried = await tries.begin(context.viewer.key, context.now)
    await require_turn_to_keep(context, tried)
    try:
        with heard():
            refusal = _unfit(context, processor, await processor.inspect(Source(token=token)))
            if refusal is not None:
                await tries.succeeded(tried)
                return SavedOutcome(user_errors=(refusal,))
            await context.confirm()
            kept = await processor.keep(await account_of(context, processor, of), token)
            await tries.succeeded(tried)
    except ProcessorRefused as refused:
        await _written(context, by, Action.METHOD_DECLINED, of)
        told = UserError(UserErrorCode.DECLINED, str(refused), _TOKEN)
        return SavedOutcome(user_errors=(told,))
    await _written(context, by, Action.METHOD_SAVED, of)
    accounts, name = context.doors.till.accounts, processor.client.processor
    known = await accounts.get(name, of)
    if primary or known is None or known.primary is None:
        await accounts.set_primary(name, of, kept.ref)
    found = [row for row in await methods_of(context, of) or () if row.ref == kept.ref]
    return SavedOutcome(next(iter(found), None))


async def _written(context: Context, by: By, action: Action, customer: int) -> None:
    """Write down who did this about the methods of which customer."""
    await context.doors.office.audit.append(by.did(action, f"customer {customer}"))


async def remove_method(context: Context, customer: str, method: str) -> MethodsOutcome:
    """Have the processor keep this method no longer; raises Forbidden, UpstreamError."""
    found = await _found(context, customer, method)
    if isinstance(found, UserError):
        return MethodsOutcome(user_errors=(found,))
    await context.confirm()
    try:
        with heard():
            await _there(context.doors.till.processor).forget(found.account, found.ref)
    except ProcessorRefused:
        return MethodsOutcome(user_errors=(_NO_METHOD,))
    await _written(context, payer_of(context), Action.METHOD_REMOVED, found.customer)
    return await _now(context, found.customer)


async def make_primary(context: Context, customer: str, method: str) -> MethodsOutcome:
    """Offer this method first from now on; raises Forbidden, UpstreamError."""
    found = await _found(context, customer, method)
    if isinstance(found, UserError):
        return MethodsOutcome(user_errors=(found,))
    await context.confirm()
    name = _there(context.doors.till.processor).client.processor
    await context.doors.till.accounts.set_primary(name, found.customer, found.ref)
    return await _now(context, found.customer)


def _customer(context: Context, told: str) -> int | None:
    """Return the customer of this global id, where this viewer may use what is kept for them."""
    of = number_of(told, "Customer")
    return of if of is not None and may_use_methods(context.reach, of) else None


def _unfit(context: Context, processor: PaymentProcessor, method: Method) -> UserError | None:
    """Why is a method of this kind not kept here?"""
    payments = context.policy.payments
    if method.kind not in offered(payments, processor):
        sentence = "Nothing can be paid by that here."
        return UserError(UserErrorCode.NOT_AVAILABLE, sentence, _TOKEN)
    allowed = may_be_kept(payments, method.kind)
    if allowed is not True:
        return UserError(UserErrorCode.NOT_AVAILABLE, allowed.because, _TOKEN)
    if method.kind in BANKS:
        sentence = "A bank account is saved while paying by it, which you authorize then."
        return UserError(UserErrorCode.NOT_AVAILABLE, sentence, _TOKEN)
    return None


async def _found(context: Context, customer: str, method: str) -> KeptMethod | UserError:
    payer_of(context)
    of = _customer(context, customer)
    if of is None:
        return _NO_CUSTOMER
    for row in await methods_of(context, of) or ():
        if global_id("PaymentMethod", row.id) == method:
            return row
    return _NO_METHOD


def _there(processor: PaymentProcessor | None) -> PaymentProcessor:
    """Return the processor that has just told of a method."""
    if processor is None:
        raise UpstreamUnavailable(NOTHING_DONE)
    return processor


async def _now(context: Context, customer: int) -> MethodsOutcome:
    return MethodsOutcome(tuple(await methods_of(context, customer) or ()))
