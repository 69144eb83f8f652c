"""Confirmation numbers: sixty random bits that people can read to each other."""

from collections import Counter

import pytest

from adapters.ledger.confirmations import is_confirmation, new_confirmation


def test_they_are_spelled_so_that_nobody_mistakes_a_letter() -> None:
    made = [new_confirmation() for _ in range(2000)]
    assert all(map(is_confirmation, made))
    assert len(set(made)) == len(made)
    letters = Counter("".join(made).replace("-", ""))
    assert set(letters) == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert max(letters.values()) < 2 * min(letters.values())  # 750 of each are expected


def test_every_place_has_every_letter() -> None:
    made = [new_confirmation() for _ in range(2000)]
    assert {len(set(letters)) for letters in zip(*made, strict=True)} == {1, 32}


@pytest.mark.parametrize(
    "text",
    ["", "0000-0000-000", "0000-0000-00000", "000000000000", "0000-0000-000I", "0000-0000-000a"],
)
def test_what_is_none_is_known(text: str) -> None:
    assert not is_confirmation(text)
    assert not is_confirmation(f"{new_confirmation()}\n")
