"""What looks like a card's number is found wherever it stands, and nothing else is."""

from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolvers.card_numbers import holds_card_number

VISA, AMEX, THIRTEEN, NINETEEN = (
    "4242424242424242",
    "378282246310005",
    "4222222222222",
    "6304000000000000000",
)
CARDS = [
    *(VISA, AMEX, THIRTEEN, NINETEEN, "5555555555554444", "2223003122003222"),
    *("4242 4242 4242 4242", "4242-4242-4242-4242", "3782 822463 10005", "3782-822463-10005"),
    *(
        "Pat 4242424242424242",
        "my card: 4242424242424242.",
        "tok_4242424242424242",
        "\t4242424242424242\n",
    ),
]
NONE = [
    *("", "4242", "4242424242424241", "424242424242424242424242", "0000000000000000"),
    *("1720976400000", "a4242424242424242", "4242424242424242b", "0.4242424242424242"),
    *("12.4242424242424242", "4242 4242-4242 4242", "4242  4242 4242 4242"),
    *("\N{FULLWIDTH DIGIT FOUR}" * 16, "SW52b2ljZTo1MDAxMDc", "M 1.5 2.25 L 10.0625 3"),
]


@pytest.mark.parametrize("told", CARDS)
def test_a_card_number_is_found(told: str) -> None:
    assert holds_card_number(told)
    assert holds_card_number({"input": [{"note": told}]})
    assert holds_card_number({told: 1})


@pytest.mark.parametrize("told", NONE)
def test_what_is_none_is_left_alone(told: str) -> None:
    assert not holds_card_number(told)


def test_a_number_that_is_no_string_is_one_too() -> None:
    assert holds_card_number({"amount": int(VISA)})
    assert not holds_card_number({"yes": True, "none": None, "part": 4242.4242})


def luhn(digits: str) -> str:
    """Return the digit that checks these, worked out another way: by trying."""
    table = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    for last in "0123456789":
        whole = [int(sign) for sign in digits + last]
        odd, even = whole[::-1][::2], whole[::-1][1::2]
        if (sum(odd) + sum(table[digit] for digit in even)) % 10 == 0:
            return last
    raise AssertionError


@given(st.sampled_from("2345678"), st.text("0123456789", min_size=11, max_size=17))
def test_of_ten_last_digits_one_makes_a_card_number(first: str, rest: str) -> None:
    right = luhn(first + rest)
    found = {last for last in "0123456789" if holds_card_number(first + rest + last)}
    assert found == {right}


@given(st.uuids())
@example(uuid4())
def test_a_uuid_is_never_taken_for_one(key: object) -> None:
    assert not holds_card_number(str(key))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6))
def test_nor_is_a_coordinate_of_a_drawing(at: float) -> None:
    assert not holds_card_number(f"M {at} {at} L {at},{at}")
