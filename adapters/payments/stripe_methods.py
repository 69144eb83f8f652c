"""Stripe's payment methods as it answers them, and what the house calls them."""

from typing import Final

import msgspec

from adapters.payments.kinds import MethodKind
from adapters.payments.processor import Method

_BRANDS: Final = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
_WALLETS: Final = {
    "apple_pay": (MethodKind.APPLE_PAY, "Apple Pay"),
    "google_pay": (MethodKind.GOOGLE_PAY, "Google Pay"),
}
CARD: Final = "card"
BANK: Final = "us_bank_account"


class WalletRow(msgspec.Struct, frozen=True):
    """The wallet that a card came in."""

    type: str


class CardRow(msgspec.Struct, frozen=True):
    """A card, of which four digits are known."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int
    wallet: WalletRow | None = None


class BankRow(msgspec.Struct, frozen=True):
    """An account at a bank."""

    bank_name: str | None = None
    last4: str | None = None


class MethodRow(msgspec.Struct, frozen=True):
    """A PaymentMethod, or the preview of one in a ConfirmationToken, which has no id."""

    type: str
    id: str | None = None
    customer: str | None = None
    card: CardRow | None = None
    us_bank_account: BankRow | None = None

    def told(self, *, kept: bool) -> Method | None:
        """Return it as the house tells it; None for a type that is not charged here."""
        ref = self.id if kept else None
        if self.type == CARD and self.card is not None:
            return _card(self.card, ref)
        if self.type == BANK and self.us_bank_account is not None:
            return _bank(self.us_bank_account, ref)
        return None


class TokenRow(msgspec.Struct, frozen=True):
    """A ConfirmationToken."""

    payment_method_preview: MethodRow | None = None


class MethodRows(msgspec.Struct, frozen=True):
    """A list of PaymentMethods."""

    data: list[MethodRow]


class _Defaults(msgspec.Struct, frozen=True):
    default_payment_method: str | None = None


class CustomerRow(msgspec.Struct, frozen=True):
    """A Customer of Stripe's; a deleted one is still answered, with little left of it."""

    id: str
    deleted: bool = False
    invoice_settings: _Defaults | None = None

    @property
    def primary(self) -> str | None:
        """The method that is charged where none is named."""
        settings = self.invoice_settings
        return None if settings is None else settings.default_payment_method


class CustomerRows(msgspec.Struct, frozen=True):
    """What a search found."""

    data: list[CustomerRow]


def _card(card: CardRow, ref: str | None) -> Method:
    brand = _BRANDS.get(card.brand, "Card")
    label = f"{brand} ending in {card.last4}"
    kind = MethodKind.CARD
    if card.wallet is not None and card.wallet.type in _WALLETS:
        kind, wallet = _WALLETS[card.wallet.type]
        label = f"{wallet} ({label})"
    return Method(
        kind=kind,
        label=label,
        last4=card.last4,
        expiry_month=card.exp_month,
        expiry_year=card.exp_year,
        ref=ref,
    )


def _bank(bank: BankRow, ref: str | None) -> Method:
    name = bank.bank_name or "Bank account"
    label = name if bank.last4 is None else f"{name} ending in {bank.last4}"
    return Method(kind=MethodKind.BANK_ACCOUNT, label=label, last4=bank.last4, ref=ref)
