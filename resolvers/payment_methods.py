"""Methods that the processor keeps for a customer: for Billing access on the customer (R32)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters.ledger.payer_accounts import PayerAccount
from adapters.payments.processor import Method, PaymentProcessor
from resolvers.access import Reach
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.ids import whole_number
from resolvers.levels import AccessLevel
from resolvers.processor_answers import heard
from resolvers.verdict import Refusal, Verdict

_DIGEST: Final = 12


@dataclass(frozen=True, slots=True)
class KeptMethod:
    """A method kept for a customer, in the `account` that the processor has for them."""

    customer: int
    account: str
    ref: str
    method: Method
    is_primary: bool

    @property
    def id(self) -> str:
        """Tell it from the customer's other methods, and tell nothing of the processor's names."""
        return f"{self.customer}-{hashlib.sha256(self.ref.encode()).hexdigest()[:_DIGEST]}"


def may_use_methods(reach: Reach, customer: int) -> Verdict:
    """May this viewer see and use what is kept for this customer (R32, R62)?

    It is the customer's own level that counts: a method pays for every place. Staff by themselves
    and links have none.
    """
    party = reach.parties.get(customer)
    if not reach.is_staff and party is not None and party.level is AccessLevel.BILLING:
        return True
    return Refusal("R32", "It takes Billing access on the customer.")


async def methods_of(context: Context, customer: int) -> list[KeptMethod] | None:
    """Return what is kept for this customer, the primary one first; None without the right to it.

    Raises LedgerUnavailable, and UpstreamUnavailable where the processor does not answer.
    """
    processor = context.doors.till.processor
    if processor is None or not may_use_methods(context.reach, customer):
        return None
    name = processor.client.processor
    account = await context.doors.till.accounts.get(name, customer)
    if account is None:
        return []
    with heard():
        return in_order(account, await processor.methods(account.account))


def in_order(account: PayerAccount, methods: Sequence[Method]) -> list[KeptMethod]:
    """Return these with the primary one first: the chosen one, else the processor's first."""
    kept = [(method.ref, method) for method in methods if method.ref is not None]
    refs = [ref for ref, _ in kept]
    first = account.primary if account.primary in refs else next(iter(refs), None)
    told = [
        KeptMethod(account.customer, account.account, ref, method, ref == first)
        for ref, method in kept
    ]
    return sorted(told, key=lambda row: not row.is_primary)


async def kept_method(context: Context, key: str) -> KeptMethod:
    """Return the kept method of this key; raises NotFound (R14), UpstreamUnavailable."""
    _ = context.reach  # who may ask nothing is told so, whatever the key
    customer = whole_number(key.partition("-")[0] or "-")
    found = None if customer is None else await methods_of(context, customer)
    for row in found or ():
        if row.id == key:
            return row
    raise NotFound


async def account_of(context: Context, processor: PaymentProcessor, customer: int) -> str:
    """Return the processor's account of a customer in reach, made where there is none yet.

    Raises LedgerUnavailable, ProcessorRefused, and UpstreamUnavailable where it does not answer.
    """
    accounts, name = context.doors.till.accounts, processor.client.processor
    known = await accounts.get(name, customer)
    if known is not None:
        return known.account
    with heard():
        made = await processor.account(customer, context.reach.parties[customer].name)
    return (await accounts.put(name, customer, made)).account
