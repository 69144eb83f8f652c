"""What paying some invoices now would ask for, by balances read for this (R27, R29)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from adapters.payments.kinds import MethodKind
from adapters.payments.processor import PublicClient
from adapters.servicetitan.invoices import Invoice
from resolvers.bank_authorization import BANKS, Authorization, authorization_of
from resolvers.context import Context
from resolvers.errors import BadInput, NotFound
from resolvers.offered_methods import offered
from resolvers.owed_now import owed_now
from resolvers.payable import (
    Owed,
    allows_part,
    least,
    may_be_paid,
    most,
    of_one_bill_to,
    total_of,
)
from resolvers.payment_input import invoice_numbers, require_few
from resolvers.policy import Policy


@dataclass(frozen=True, slots=True)
class Quote:
    """What may be paid of these invoices now, and by what; `methods` are none where nothing can."""

    invoices: tuple[Invoice, ...]
    total: Decimal
    partial_allowed: bool
    minimum: Decimal
    maximum: Decimal
    methods: tuple[MethodKind, ...]
    ach_authorization: Authorization | None
    client: PublicClient


async def quote(context: Context, invoices: Sequence[str]) -> Quote | None:
    """Return what paying these would ask for; None where nothing is paid here.

    Staff by themselves pay nothing, and are told none. Raises NotFound where one is not the
    viewer's (R14), BadInput where they are not of one Bill-To, and UpstreamError.
    """
    require_few(invoices)
    processor, reach = context.doors.till.processor, context.reach
    if processor is None or reach.is_staff:
        return None
    found = await owed_now(context, invoice_numbers(invoices))
    owed = [each for each in found if each is not None]
    if len(owed) < len(found):
        raise NotFound
    mixed = of_one_bill_to(owed)
    if mixed is not None:
        raise BadInput(mixed.message)
    payments, currency = context.policy.payments, context.policy.tenant.currency
    is_payable = all(may_be_paid(each, currency) is None for each in owed)
    methods = offered(payments, processor) if is_payable else ()
    return Quote(
        invoices=tuple(each.invoice for each in owed),
        total=total_of(owed),
        partial_allowed=allows_part(owed, payments),
        minimum=least(owed, payments),
        maximum=most(owed, payments),
        methods=methods,
        ach_authorization=_authorization(context.policy, methods),
        client=processor.client,
    )


def _authorization(policy: Policy, methods: Sequence[MethodKind]) -> Authorization | None:
    """What is to be agreed to, where a bank may be debited at all?"""
    return authorization_of(policy) if BANKS.intersection(methods) else None


def is_payable_online(invoice: Invoice, context: Context) -> bool:
    """Could a customer who sees this invoice pay something on it here and now?"""
    if context.reach.is_staff or not offered(context.policy.payments, context.doors.till.processor):
        return False
    owed = Owed(invoice, context.pending.on(invoice.id), context.pending.is_held(invoice.id))
    if of_one_bill_to([owed]) is not None:
        return False
    return may_be_paid(owed, context.policy.tenant.currency) is None
