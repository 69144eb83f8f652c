"""The test tokens: what a payer's browser would get for a card or an account, and what it does."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

NEXT_CENTURY = 2099


class Then(Enum):
    """What becomes of a charge, once every step of the payer's is done."""

    TAKEN = "TAKEN"
    DECLINED = "DECLINED"
    SETTLES = "SETTLES"
    FAILS_LATE = "FAILS_LATE"
    COMES_BACK = "COMES_BACK"


@dataclass(frozen=True, slots=True)
class Sample:
    """A way to pay and how it behaves.

    `step` is the kind of step that its payer is asked for first. `holds` is how much there is on
    it, None for enough. `expired` is a token that was good once.
    """

    token: str
    kind: str
    label: str
    shows: str
    last4: str | None = None
    then: Then = Then.TAKEN
    decline: str = "DECLINED"
    step: str | None = None
    holds: Decimal | None = None
    expired: bool = False

    @property
    def is_bank_account(self) -> bool:
        """Is it debited by an authorization that the payer gave?"""
        return self.kind == "BANK_ACCOUNT"

    @property
    def is_card(self) -> bool:
        """Is it a card, in a wallet or not, which is authorized before it is charged?"""
        return self.kind in ("CARD", "APPLE_PAY", "GOOGLE_PAY")

    @property
    def is_keepable(self) -> bool:
        """Can it be kept for another time?"""
        return self.kind in ("CARD", "BANK_ACCOUNT")

    @property
    def expiry(self) -> tuple[int, int] | None:
        """Month and year of a card."""
        return (12, NEXT_CENTURY) if self.kind == "CARD" else None


def _card(token: str, last4: str, shows: str, then: Then = Then.TAKEN) -> Sample:
    return Sample(token, "CARD", f"Visa ending in {last4}", shows, last4, then)


def _bank(token: str, last4: str, shows: str, then: Then = Then.SETTLES) -> Sample:
    label = f"Sandbox Bank ending in {last4}"
    return Sample(token, "BANK_ACCOUNT", label, shows, last4, then)


_ALL = (
    _card("sandbox_card_visa", "4242", "is charged"),
    replace(
        _card("sandbox_card_mastercard", "4444", "is charged"),
        label="Mastercard ending in 4444",
    ),
    _card("sandbox_card_declined", "0002", "is declined", Then.DECLINED),
    replace(
        _card(
            "sandbox_card_insufficient_funds",
            "9995",
            "is declined for want of money",
            Then.DECLINED,
        ),
        decline="INSUFFICIENT_FUNDS",
    ),
    replace(
        _card("sandbox_card_3ds", "3220", "asks for one more step, then is charged"), step="CARD"
    ),
    replace(
        _card(
            "sandbox_card_3ds_declined",
            "3063",
            "asks for one more step, then is declined all the same",
            Then.DECLINED,
        ),
        step="CARD",
    ),
    replace(_card("sandbox_expired", "0069", "is a token that has expired"), expired=True),
    _bank("sandbox_bank", "6789", "is debited, and settles later"),
    _bank("sandbox_bank_fails", "1113", "is debited, and fails later", Then.FAILS_LATE),
    _bank(
        "sandbox_bank_returned",
        "1114",
        "is debited, settles, and is then sent back by the bank",
        Then.COMES_BACK,
    ),
    replace(
        _bank(
            "sandbox_bank_to_verify",
            "1115",
            "asks for the account to be verified, then settles later",
        ),
        step="BANK",
    ),
    Sample(
        "sandbox_pay_by_bank",
        "PAY_BY_BANK",
        "Sandbox Bank",
        "leads to the bank's page, then is paid at once",
        step="REDIRECT",
    ),
    Sample(
        "sandbox_pay_by_bank_short",
        "PAY_BY_BANK",
        "Sandbox Bank",
        "holds 50.00: up to that it is paid at once, more is declined for want of money",
        holds=Decimal(50),
    ),
    Sample("sandbox_apple_pay", "APPLE_PAY", "Apple Pay", "is charged", "4242"),
    Sample("sandbox_google_pay", "GOOGLE_PAY", "Google Pay", "is charged", "4242"),
)

TOKENS = {method.token: method for method in _ALL}
