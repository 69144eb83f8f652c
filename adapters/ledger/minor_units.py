"""Amounts as the ledger keeps them: whole numbers of the currency's smallest unit."""

from decimal import Decimal
from types import MappingProxyType
from typing import Final

_USUAL: Final = 2
_DIGITS: Final = MappingProxyType(
    dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0)
    | dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0)
    | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
)
_MOST: Final = 2**63 - 1


def fraction_digits(currency: str) -> int:
    """How many places has an amount of this currency (ISO 4217)? Two, unless it is known better."""
    return _DIGITS.get(currency, _USUAL)


def to_minor(amount: Decimal, currency: str) -> int:
    """Return so many minor units; ValueError where it is no amount of this currency.

    Nothing is ever rounded.
    """
    if not amount.is_finite():
        raise ValueError("An amount is a finite number.")
    told = amount.scaleb(fraction_digits(currency))
    if abs(told) > _MOST:
        raise ValueError("This amount is too large to be kept.")
    if told != int(told):
        raise ValueError("This amount has more places than its currency.")
    return int(told)


def from_minor(units: int, currency: str) -> Decimal:
    """Return the amount of so many minor units, with all of its places."""
    return Decimal(units).scaleb(-fraction_digits(currency))
