"""What the house asks of a payment processor, whichever it is.

A charge has two steps, so that a lost answer can never be a lost charge: `prepare` makes an order
at the processor that takes no money, `charge` has it taken. Between them the order's reference is
written down; from then on its state can be asked for, and `cancel` is the fence: whatever it
answers is final, money taken or never to be taken. Card numbers never come here: a source is a
token that the processor gave the payer's browser, or a method it keeps.

A card whose payer was asked for one more step is authorized by that step and no more: `capture`
takes what was authorized. So whoever charges can look once more at what is owed after the payer
took their time. Where a bank's page pays, or a bank account was to be verified, the step itself
sets the money on its way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Protocol

from adapters.payments.kinds import DeclineCode, MethodKind


class ChargeState(Enum):
    """Where a charge stands at the processor."""

    PREPARED = "PREPARED"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    AUTHORIZED = "AUTHORIZED"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"
    CANCELED = "CANCELED"
    REFUNDED = "REFUNDED"
    RETURNED = "RETURNED"


class ActionKind(Enum):
    """What the payer is asked to do before it goes on."""

    AUTHENTICATE = "AUTHENTICATE"
    REDIRECT = "REDIRECT"
    VERIFY_BANK_ACCOUNT = "VERIFY_BANK_ACCOUNT"


@dataclass(frozen=True, slots=True)
class NextAction:
    """One more step of the payer's; what the browser needs for it. Never logged, never kept."""

    kind: ActionKind
    client_secret: str | None = field(default=None, repr=False)
    redirect_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay: its kind and what it is called, such as "Visa ending in 4242".

    `ref` is the processor's own name for a method it keeps, None for one that is used once.
    """

    kind: MethodKind
    label: str
    last4: str | None = None
    expiry_month: int | None = None
    expiry_year: int | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be charged: a token of the payer's browser, or a kept method of this account.

    Exactly one of `token` and `method` is told. Neither is logged, nor kept.
    """

    token: str | None = field(default=None, repr=False)
    method: str | None = field(default=None, repr=False)
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the payer authorized a bank payment from. Neither is logged, nor kept."""

    address: str = field(repr=False)
    agent: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """What is to be charged, under a marker that no other order ever has.

    `marker` is the attempt's confirmation number and the processor's idempotency key. `amount` is
    in the currency's major unit, above 0, with at most its fraction digits. `keep` has the
    processor keep the method for `source.account` once it was charged. `authorization` is the
    bank authorization's text version, None where none was asked for: without one no bank account
    is charged. `origin` is where it was given from, where that is known. `return_url` is where a
    redirect leads back to.
    """

    marker: str
    amount: Decimal
    currency: str
    source: Source
    description: str
    keep: bool = False
    authorization: str | None = None
    return_url: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as the processor has it; `ref` is the processor's name for it.

    `taken` is what was taken and not sent back. `decline` and `words` are told where it was
    declined: words that may be shown to the payer. `method` is what was charged.
    """

    ref: str
    state: ChargeState
    amount: Decimal
    currency: str
    marker: str | None = None
    taken: Decimal = Decimal(0)
    method: Method | None = None
    action: NextAction | None = None
    decline: DeclineCode | None = None
    words: str | None = None

    @property
    def sent_back(self) -> Decimal:
        """How much of what it took went back to the payer, where the rest did not?"""
        is_part = self.state is ChargeState.SUCCEEDED and 0 < self.taken < self.amount
        return self.amount - self.taken if is_part else Decimal(0)


@dataclass(frozen=True, slots=True)
class PublicClient:
    """What a browser's payment form needs to know; nothing of it is secret."""

    processor: str
    public_key: str | None


class PaymentProcessor(Protocol):
    """One processor. Every verb raises ProcessorError; see errors.py for what each kind says.

    A verb that is asked again with the same order or reference does what it did before once, and
    answers how that stands now.
    """

    @property
    def client(self) -> PublicClient:
        """What browsers are told."""

    @property
    def kinds(self) -> frozenset[MethodKind]:
        """The kinds of method it can charge."""

    async def inspect(self, source: Source) -> Method:
        """Return what this source is, without charging it; ProcessorRefused where it is none."""

    async def prepare(self, order: ChargeOrder) -> Charge:
        """Make the order, and take no money. Idempotent by its marker."""

    async def charge(self, ref: str, order: ChargeOrder) -> Charge:
        """Take the money of a prepared order, or say what is missing for it. Idempotent by ref."""

    async def capture(self, ref: str, marker: str) -> Charge:
        """Take what was AUTHORIZED by the payer's step; any other order is told as it stands.

        Idempotent by ref; `marker` is the order's.
        """

    async def look(self, ref: str) -> Charge:
        """Return how a charge stands now."""

    async def cancel(self, ref: str) -> Charge:
        """Give the order up, and return how it then stands: CANCELED, or what came before."""

    async def refund(self, ref: str, turn: int = 1) -> Charge:
        """Send all that was taken back to the payer. Idempotent by ref and turn.

        A turn that was refused stays so: the next one is another. A lost answer is asked for again
        in the same turn.
        """

    async def account(self, customer: int, name: str) -> str:
        """Return the name of this customer's account for kept methods, made where there is none."""

    async def methods(self, account: str) -> Sequence[Method]:
        """Return the methods kept for an account, the primary one first."""

    async def keep(self, account: str, token: str) -> Method:
        """Keep the method of this token; ProcessorRefused where it is none or was declined."""

    async def forget(self, account: str, method: str) -> None:
        """Keep this method no longer; ProcessorRefused where the account has none such."""

    async def aclose(self) -> None:
        """Let go of its connections."""
