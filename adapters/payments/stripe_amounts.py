"""Amounts as Stripe counts them: whole numbers of a unit that goes by the currency."""

from decimal import Decimal
from typing import Final

_WHOLE: Final = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905  # a row of words reads best
)
"""Those that Stripe counts in whole units. Some that have no smaller coin (ISK, UGX) it counts in
hundredths all the same."""
_THOUSANDTHS: Final = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
_MOST: Final = 10**12


def _places(currency: str) -> int:
    if currency in _WHOLE:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def to_units(amount: Decimal, currency: str) -> int:
    """Return the amount in Stripe's units; ValueError where that cannot be done exactly.

    What has thousandths is charged in tens of them.
    """
    units = amount.scaleb(_places(currency)) if amount.is_finite() else Decimal(0)
    if not 0 < units < _MOST or units != int(units):
        raise ValueError("no amount that Stripe could charge")
    if currency in _THOUSANDTHS and int(units) % 10:
        raise ValueError("an amount in tens of thousandths")
    return int(units)


def from_units(units: int, currency: str) -> Decimal:
    """Return the amount of so many of Stripe's units."""
    return Decimal(units).scaleb(-_places(currency))
