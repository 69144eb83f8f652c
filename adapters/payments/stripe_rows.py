"""Stripe's PaymentIntents as it answers them, and how each stands in the house's words."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

import msgspec

from adapters.payments.kinds import DeclineCode
from adapters.payments.processor import ActionKind, Charge, ChargeState, NextAction
from adapters.payments.stripe_amounts import from_units
from adapters.payments.stripe_methods import BANK, MethodRow

MARKER: Final = "marker"
"""The key of the metadata in which an order's marker stands."""

CANCELED: Final = "canceled"
_TRIED: Final = "requires_payment_method"
_STATES: Final = {
    _TRIED: ChargeState.PREPARED,
    "requires_confirmation": ChargeState.PREPARED,
    "requires_action": ChargeState.REQUIRES_ACTION,
    "requires_capture": ChargeState.AUTHORIZED,
    "processing": ChargeState.PROCESSING,
    CANCELED: ChargeState.CANCELED,
    "succeeded": ChargeState.SUCCEEDED,
}
_OPEN: Final = (ChargeState.PREPARED, ChargeState.REQUIRES_ACTION, ChargeState.AUTHORIZED)
_SHORT: Final = "insufficient_funds"
_LOST: Final = "lost"


class ErrorRow(msgspec.Struct, frozen=True):
    """Why a confirmation failed."""

    code: str | None = None
    decline_code: str | None = None


class PaidBy(msgspec.Struct, frozen=True):
    """What a charge was made to."""

    type: str


class ChargeRow(msgspec.Struct, frozen=True):
    """A Charge: one try to take money, and what went back of it."""

    status: str
    amount_refunded: int = 0
    refunded: bool = False
    disputed: bool = False
    failure_code: str | None = None
    payment_method_details: PaidBy | None = None

    @property
    def has_failed(self) -> bool:
        """Was nothing taken by it?"""
        return self.status == "failed"


class DisputeRow(msgspec.Struct, frozen=True):
    """Money that a bank asks back, or has taken back."""

    status: str


class DisputeRows(msgspec.Struct, frozen=True):
    """The disputes of one payment."""

    data: list[DisputeRow]


class RefundRow(msgspec.Struct, frozen=True):
    """Money sent back."""

    id: str
    status: str | None = None

    @property
    def has_failed(self) -> bool:
        """Did the bank not take it?"""
        return self.status in ("failed", "canceled")


class SetupRow(msgspec.Struct, frozen=True):
    """A SetupIntent: one try to keep a method."""

    id: str
    status: str
    payment_method: MethodRow | str | None = None


class ListRow(msgspec.Struct, frozen=True):
    """A list of anything."""

    data: list[msgspec.Raw]


class RedirectRow(msgspec.Struct, frozen=True):
    """Where a payer is to be led."""

    url: str | None = None


class DepositsRow(msgspec.Struct, frozen=True):
    """Where a payer tells which small amounts came in."""

    hosted_verification_url: str | None = None


class ActionRow(msgspec.Struct, frozen=True):
    """What a payer is to do."""

    type: str
    redirect_to_url: RedirectRow | None = None
    verify_with_microdeposits: DepositsRow | None = None

    def told(self, secret: str | None) -> NextAction:
        """Return it as the house tells it; Stripe's own form can do any with the secret."""
        if self.redirect_to_url is not None and self.redirect_to_url.url is not None:
            return NextAction(ActionKind.REDIRECT, secret, self.redirect_to_url.url)
        if self.verify_with_microdeposits is not None:
            page = self.verify_with_microdeposits.hosted_verification_url
            return NextAction(ActionKind.VERIFY_BANK_ACCOUNT, secret, page)
        return NextAction(ActionKind.AUTHENTICATE, secret)


class IntentRow(msgspec.Struct, frozen=True):
    """A PaymentIntent, with its method and its latest charge expanded."""

    id: str
    status: str
    amount: int
    currency: str
    amount_received: int = 0
    client_secret: str | None = None
    metadata: dict[str, str] = {}
    last_payment_error: ErrorRow | None = None
    latest_charge: ChargeRow | None = None
    payment_method: MethodRow | None = None
    next_action: ActionRow | None = None

    @property
    def can_be_paid(self) -> bool:
        """Could somebody still have it charged?"""
        return _STATES.get(self.status) in _OPEN

    @property
    def is_disputed(self) -> bool:
        """Has a bank asked for the money back, or taken it back?"""
        charge = self.latest_charge
        return self.status == "succeeded" and charge is not None and charge.disputed

    def is_returned(self, disputes: list[DisputeRow]) -> bool:
        """Is the money gone again? A dispute over a bank debit is lost as it begins."""
        charge = self.latest_charge
        by = None if charge is None else charge.payment_method_details
        final = by is not None and by.type == BANK
        return any(final or dispute.status == _LOST for dispute in disputes)

    def told(self) -> Charge:
        """Return how it stands, disputes aside; KeyError for a status that nobody knows.

        One that failed and could be tried again is told as DECLINED: whoever tells it on must have
        given it up first.
        """
        currency = self.currency.upper()
        method = None if self.payment_method is None else self.payment_method.told(kept=False)
        charge = Charge(
            ref=self.id,
            state=_STATES[self.status],
            amount=from_units(self.amount, currency),
            currency=currency,
            marker=self.metadata.get(MARKER),
            method=method,
        )
        if charge.state is ChargeState.SUCCEEDED:
            return self._taken(charge, currency)
        if charge.state is ChargeState.REQUIRES_ACTION:
            action = self.next_action or ActionRow("unnamed")
            return replace(charge, action=action.told(self.client_secret))
        if self.status in (_TRIED, CANCELED) and (why := self._failure()) is not None:
            decline, words = why_declined(why.code, why.decline_code)
            return replace(charge, state=ChargeState.DECLINED, decline=decline, words=words)
        return charge

    def _taken(self, charge: Charge, currency: str) -> Charge:
        made = self.latest_charge
        back = 0 if made is None else made.amount_refunded
        if made is not None and made.refunded:
            return replace(charge, state=ChargeState.REFUNDED, taken=Decimal(0))
        return replace(charge, taken=from_units(self.amount_received - back, currency))

    def _failure(self) -> ErrorRow | None:
        """Why did the last try fail? The error goes when anything is changed, the charge stays."""
        if self.last_payment_error is not None:
            return self.last_payment_error
        charge = self.latest_charge
        if charge is not None and charge.has_failed:
            return ErrorRow(charge.failure_code, charge.failure_code)
        return None


def why_declined(code: str | None, decline_code: str | None) -> tuple[DeclineCode, str]:
    """Return what the payer may know of a decline: never more than a bank would say."""
    if _SHORT in (decline_code, code):
        return DeclineCode.INSUFFICIENT_FUNDS, "There is not enough money for this payment."
    if code == "payment_intent_authentication_failure":
        return DeclineCode.DECLINED, "The payment was not confirmed."
    if code in ("expired_card", "incorrect_cvc", "incorrect_number", "incorrect_zip"):
        return DeclineCode.DECLINED, "The card's details were not accepted."
    return DeclineCode.DECLINED, "The payment was declined."
