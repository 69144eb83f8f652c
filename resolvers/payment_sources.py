"""By what somebody wants to pay: found, looked at, and accepted or refused, before any charge."""

from dataclasses import dataclass

from adapters.payments.errors import ProcessorRefused
from adapters.payments.kinds import DeclineCode
from adapters.payments.processor import Method, PaymentProcessor, Source
from resolvers.bank_authorization import Agreed, is_authorized
from resolvers.context import Context
from resolvers.ids import global_id
from resolvers.offered_methods import may_be_kept, offered
from resolvers.payment_errors import PaymentError, PaymentErrorCode
from resolvers.payment_input import SourceWish
from resolvers.payment_methods import account_of, may_use_methods, methods_of
from resolvers.processor_answers import heard

_SOURCE = ("input", "source")
_TOKEN = (*_SOURCE, "processorToken")
_METHOD = (*_SOURCE, "paymentMethodId")
_KEEP = ("input", "savePaymentMethod")
_DECLINES = {
    DeclineCode.DECLINED: PaymentErrorCode.DECLINED,
    DeclineCode.INSUFFICIENT_FUNDS: PaymentErrorCode.INSUFFICIENT_FUNDS,
    DeclineCode.METHOD_NOT_ACCEPTED: PaymentErrorCode.METHOD_NOT_ACCEPTED,
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be charged, and what it is; `keep` has it kept once it was."""

    source: Source
    method: Method
    keep: bool = False


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """By what to pay for this customer, what was agreed to, and whether to keep it."""

    customer: int
    wish: SourceWish
    agreed: Agreed | None = None
    keep: bool = False


async def chosen(
    context: Context, processor: PaymentProcessor, asked: SourceRequest
) -> Chosen | PaymentError:
    """Return what is to be charged, or why it may not be; nothing is charged yet.

    Raises LedgerUnavailable, and UpstreamUnavailable where the processor does not answer.
    """
    found = await _found(context, processor, asked)
    if isinstance(found, PaymentError):
        return found
    kind = found.method.kind
    if kind not in offered(context.policy.payments, processor):
        sentence = "This cannot be paid by that here. Choose another method."
        return PaymentError(PaymentErrorCode.METHOD_NOT_ACCEPTED, sentence, _SOURCE)
    authorized = is_authorized(context.policy, kind, asked.agreed)
    if authorized is not True:
        return PaymentError(
            PaymentErrorCode.ACH_AUTHORIZATION_REQUIRED,
            authorized.because,
            ("input", "achAuthorization"),
        )
    return await _kept(context, processor, asked, found) if asked.keep else found


async def _found(
    context: Context, processor: PaymentProcessor, asked: SourceRequest
) -> Chosen | PaymentError:
    if asked.wish.method_id is not None:
        return await _kept_one(context, asked)
    source = Source(token=asked.wish.token)
    try:
        with heard():
            return Chosen(source, await processor.inspect(source))
    except ProcessorRefused as refusal:
        return PaymentError(_DECLINES[refusal.code], str(refusal), _TOKEN)


async def _kept_one(context: Context, asked: SourceRequest) -> Chosen | PaymentError:
    """Find a kept method of this customer: of nobody else's, and of nobody's for a link (R62)."""
    for row in await methods_of(context, asked.customer) or ():
        if global_id("PaymentMethod", row.id) == asked.wish.method_id:
            return Chosen(Source(method=row.ref, account=row.account), row.method)
    return PaymentError(PaymentErrorCode.NOT_FOUND, "Not found.", _METHOD)


async def _kept(
    context: Context, processor: PaymentProcessor, asked: SourceRequest, found: Chosen
) -> Chosen | PaymentError:
    """Have it kept under the customer's account, where that may be; what is kept already is so."""
    if found.source.method is not None:
        return found
    for allowed in (
        may_use_methods(context.reach, asked.customer),
        may_be_kept(context.policy.payments, found.method.kind),
    ):
        if allowed is not True:
            return PaymentError(PaymentErrorCode.NOT_AVAILABLE, allowed.because, _KEEP)
    try:
        account = await account_of(context, processor, asked.customer)
    except ProcessorRefused as refusal:
        return PaymentError(PaymentErrorCode.NOT_AVAILABLE, str(refusal), _KEEP)
    return Chosen(Source(token=found.source.token, account=account), found.method, keep=True)
