"""The answers of the sandbox's processor, and what they say as the house says it."""

from decimal import Decimal

import msgspec

from adapters.payments.kinds import DeclineCode, MethodKind
from adapters.payments.processor import ActionKind, Charge, ChargeState, Method, NextAction


class MethodRow(msgspec.Struct, frozen=True, rename="camel"):
    """A method; `id` where it is kept."""

    kind: MethodKind
    label: str
    id: str | None = None
    last4: str | None = None
    expiry_month: int | None = None
    expiry_year: int | None = None

    def told(self) -> Method:
        """Return it as the house tells it."""
        return Method(
            kind=self.kind,
            label=self.label,
            last4=self.last4,
            expiry_month=self.expiry_month,
            expiry_year=self.expiry_year,
            ref=self.id,
        )


class ActionRow(msgspec.Struct, frozen=True):
    """A step of the payer's."""

    kind: ActionKind
    secret: str
    url: str


class OrderRow(msgspec.Struct, frozen=True):
    """An order."""

    id: str
    state: ChargeState
    amount: Decimal
    currency: str
    marker: str
    taken: Decimal
    method: MethodRow | None = None
    action: ActionRow | None = None
    decline: DeclineCode | None = None
    words: str | None = None

    def told(self) -> Charge:
        """Return it as the house tells it."""
        action = self.action
        return Charge(
            ref=self.id,
            state=self.state,
            amount=self.amount,
            currency=self.currency,
            marker=self.marker,
            taken=self.taken,
            method=None if self.method is None else self.method.told(),
            action=None if action is None else NextAction(action.kind, action.secret, action.url),
            decline=self.decline,
            words=self.words,
        )


class MethodRows(msgspec.Struct, frozen=True):
    """What is kept for an account."""

    methods: list[MethodRow]


class AccountRow(msgspec.Struct, frozen=True):
    """An account."""

    id: str


class ModeRow(msgspec.Struct, frozen=True):
    """What kind of processor this is."""

    mode: str


class RefusalRow(msgspec.Struct, frozen=True):
    """Why it will not."""

    code: str
    message: str


class ErrorRow(msgspec.Struct, frozen=True):
    """An answer that refuses."""

    error: RefusalRow
