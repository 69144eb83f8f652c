"""What is sealed opens here, for its own purpose, whole, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OctKey

from resolvers.seals import Seal

SECRET = b"a secret of the tests, thirty-two characters and more"
SEAL = Seal(SECRET, b"one purpose")
TOKEN = SEAL.close(b"plain text of some length")


@given(st.binary(max_size=500))
def test_what_was_sealed_opens_for_every_worker_with_the_secret(plain: bytes) -> None:
    token = SEAL.close(plain)
    assert Seal(SECRET, b"one purpose").open(token) == plain
    assert token.isascii()
    assert SEAL.close(plain) != token


@pytest.mark.parametrize(
    "other",
    [Seal(SECRET, b"another purpose"), Seal(SECRET + b".", b"one purpose")],
    ids=["purpose", "secret"],
)
def test_another_purpose_or_secret_opens_nothing(other: Seal) -> None:
    assert other.open(SEAL.close(b"plain")) is None


@given(st.data())
def test_a_letter_changed_opens_nothing(data: st.DataObject) -> None:
    # The last letter of a part may hold bits that are no part of it.
    at = data.draw(st.integers(0, TOKEN.rindex(".") - 2))
    if TOKEN[at] == "." or TOKEN[at + 1] == ".":
        return
    letter = data.draw(st.sampled_from("ABCDEFabcdef012345-_").filter(lambda of: of != TOKEN[at]))
    assert SEAL.open(TOKEN[:at] + letter + TOKEN[at + 1 :]) is None


@pytest.mark.parametrize(
    "token",
    ["", ".", "a.b.c", "a.b.c.d.e", "é", "A" * 3000, SEAL.close(b"x") + "." + SEAL.close(b"x")],
    ids=lambda told: told[:12],
)
def test_what_is_no_seal_opens_nothing(token: str) -> None:
    assert SEAL.open(token) is None


def test_a_seal_of_another_make_opens_nothing() -> None:
    key = OctKey.generate_key(256)
    header = {"alg": "A256KW", "enc": "A256GCM"}
    token = jwe.encrypt_compact(header, b"plain", key, algorithms=["A256KW", "A256GCM"])
    assert SEAL.open(token) is None
