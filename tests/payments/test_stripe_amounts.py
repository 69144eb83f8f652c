"""Amounts as Stripe counts them: exact, of a size that it can charge, there and back."""

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.payments.stripe_amounts import from_units, to_units


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("120.00", "USD", 12000),
        ("0.01", "USD", 1),
        ("500", "JPY", 500),
        ("1", "JPY", 1),
        ("5", "ISK", 500),
        ("5", "UGX", 500),
        ("5", "MGA", 5),
        ("1.230", "KWD", 1230),
        ("9999999999.99", "USD", 10**12 - 1),
        ("999999999.990", "KWD", 10**12 - 10),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(amount: str, currency: str, units: int) -> None:
    assert to_units(Decimal(amount), currency) == units
    assert from_units(units, currency) == Decimal(amount)


NONE_OF_STRIPES = "no amount that Stripe could charge"
IN_TENS = "an amount in tens of thousandths"


@pytest.mark.parametrize(
    ("amount", "currency", "because"),
    [
        ("0", "USD", NONE_OF_STRIPES),
        ("-1", "USD", NONE_OF_STRIPES),
        ("-0.01", "USD", NONE_OF_STRIPES),
        ("0.001", "USD", NONE_OF_STRIPES),
        ("0.005", "USD", NONE_OF_STRIPES),
        ("10000000000.00", "USD", NONE_OF_STRIPES),
        ("NaN", "USD", NONE_OF_STRIPES),
        ("sNaN", "USD", NONE_OF_STRIPES),
        ("Infinity", "USD", NONE_OF_STRIPES),
        ("-Infinity", "USD", NONE_OF_STRIPES),
        ("1E+30", "USD", NONE_OF_STRIPES),
        ("0.5", "JPY", NONE_OF_STRIPES),
        ("1.5", "JPY", NONE_OF_STRIPES),
        ("1.2345", "KWD", NONE_OF_STRIPES),
        ("1.234", "KWD", IN_TENS),
        ("1.231", "KWD", IN_TENS),
        ("1.239", "TND", IN_TENS),
    ],
)
def test_what_cannot_be_charged_exactly_is_not_rounded(
    amount: str, currency: str, because: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(because)}$"):
        to_units(Decimal(amount), currency)


@settings(deadline=None)  # other tests may have this machine
@given(st.decimals("0.01", "9999999999", places=2))
def test_no_cent_is_lost(amount: Decimal) -> None:
    assert from_units(to_units(amount, "USD"), "USD") == amount
