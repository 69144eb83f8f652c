"""Amounts in the ledger: whole minor units, there and back without a loss."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.minor_units import fraction_digits, from_minor, to_minor


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("12.50", "USD", 1250),
        ("12.5", "USD", 1250),
        ("0.01", "USD", 1),
        ("-3.10", "CAD", -310),
        ("-92233720368547758.07", "USD", 1 - 2**63),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("1E+2", "USD", 10_000),
        ("92233720368547758.07", "USD", 2**63 - 1),
    ],
)
def test_an_amount_is_so_many_of_its_currencys_units(
    amount: str, currency: str, units: int
) -> None:
    assert to_minor(Decimal(amount), currency) == units
    assert from_minor(units, currency) == Decimal(amount)


PLACES = "This amount has more places than its currency."
LARGE = "This amount is too large to be kept."
FINITE = "An amount is a finite number."


@pytest.mark.parametrize(
    ("amount", "currency", "because"),
    [
        ("0.001", "USD", PLACES),
        ("0.5", "JPY", PLACES),
        ("0.0001", "KWD", PLACES),
        ("1E-300", "USD", PLACES),
        ("92233720368547758.08", "USD", LARGE),
        ("-92233720368547758.08", "USD", LARGE),
        ("1E+30", "JPY", LARGE),
        ("NaN", "USD", FINITE),
        ("sNaN", "USD", FINITE),
        ("Infinity", "USD", FINITE),
        ("-Infinity", "USD", FINITE),
    ],
)
def test_what_is_no_such_amount_is_refused_and_never_rounded(
    amount: str, currency: str, because: str
) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(because)}$"):
        to_minor(Decimal(amount), currency)


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from(["USD", "JPY", "KWD", "XXX"]))
def test_there_and_back_nothing_is_lost(units: int, currency: str) -> None:
    amount = from_minor(units, currency)
    assert to_minor(amount, currency) == units
    assert amount.as_tuple().exponent == -fraction_digits(currency)


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=100))
def test_a_sum_of_amounts_is_the_amount_of_the_sum(units: list[int]) -> None:
    total = sum((from_minor(one, "USD") for one in units), Decimal(0))
    assert to_minor(total, "USD") == sum(units)
