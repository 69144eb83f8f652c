"""Global ids, letter for letter: what front ends keep stays an id, and each has one spelling."""

from base64 import b64encode, urlsafe_b64encode

import pytest

from resolvers.ids import global_id, number_of, read_id, whole_number

KEPT = {
    ("Invoice", 500106): "SW52b2ljZTo1MDAxMDY",
    ("Customer", "x"): "Q3VzdG9tZXI6eA",
    ("Customer", "?>~"): "Q3VzdG9tZXI6Pz5-",
    ("Customer", "xxW"): "Q3VzdG9tZXI6eHhX",
    ("Job", "1:2"): "Sm9iOjE6Mg",
}


@pytest.mark.parametrize("of", KEPT, ids=repr)
def test_an_id_is_written_in_one_way_for_ever(of: tuple[str, int | str]) -> None:
    kind, key = of
    assert global_id(kind, key) == KEPT[of]
    assert read_id(KEPT[of]) == (kind, str(key))


@pytest.mark.parametrize(
    "told",
    [
        "Q3VzdG9tZXI6eA=",  # padded
        "Q3VzdG9tZXI6eA==",
        "Q3VzdG9tZXI6eB",  # its last bits are not zero
        "Q3VzdG9tZXI6Pz5+",  # the other alphabet
        "Q3Vz dG9tZXI6eA",
        "Q3VzdG9tZXI6e",
        "Q3VzdG9tZXI",  # no colon
        "",
        "\u0130",
        urlsafe_b64encode(b"Customer:\xff").decode().rstrip("="),
        b64encode(b"Customer:" + b"x" * 40).decode(),
    ],
)
def test_what_is_spelled_otherwise_is_no_id(told: str) -> None:
    assert read_id(told) is None
    assert number_of(told, "Customer") is None


def test_an_id_has_sixty_four_letters_at_most() -> None:
    longest = "x" * 43  # with its kind and colon 48 bytes
    assert len(global_id("Node", longest)) == 64
    assert read_id(global_id("Node", longest)) == ("Node", longest)
    assert read_id(global_id("Node", longest + "x")) is None


def test_a_number_is_of_one_kind() -> None:
    told = global_id("Customer", 42)
    assert number_of(told, "Customer") == 42
    assert number_of(told, "customer") is None
    assert number_of(told, "Job") is None
    assert number_of(global_id("Customer", "x"), "Customer") is None


@pytest.mark.parametrize(
    ("told", "number"),
    [
        *(("1", 1), ("9", 9), ("10", 10), ("9223372036854775807", 2**63 - 1)),
        *((told, None) for told in ("0", "01", "-1", "+1", "1.0", "1_0", " 1", "1 ", "")),
        *((told, None) for told in ("9223372036854775808", "1" * 20, "\u0663", "x")),
        ("1" * 5_000, None),  # more digits than Python reads
    ],
)
def test_a_key_of_servicetitans_is_a_positive_whole_number(told: str, number: int | None) -> None:
    assert whole_number(told) == number
