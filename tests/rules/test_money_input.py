"""M7: an amount is read from digits alone, and from every spelling of cents."""

from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import money_of


@given(st.text(max_size=20) | st.decimals().map(str) | st.floats().map(str))
def test_m7_what_is_read_as_money_is_spelled_as_money(told: str) -> None:
    try:
        amount = money_of(told)
    except ValueError:
        return
    assert told.isascii()
    assert told.replace(".", "", 1).isdecimal()
    assert amount >= 0
    assert amount == round(amount, 2)
    assert str(amount) == told


@given(st.integers(0, 10**15 - 1))
def test_m7_every_amount_of_cents_is_read(cents: int) -> None:
    whole, part = divmod(cents, 100)
    told = f"{whole}.{part:02}"
    assert money_of(told) * 100 == cents
