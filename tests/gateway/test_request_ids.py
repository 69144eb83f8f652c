"""Ids lead from an answer to the lines of the log that tell of it, whatever chance made of them."""

from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.log_fields import scrubbed
from gateway.request_ids import is_kept, new_id


@given(st.integers(0, 2**60 - 1))
@example(0)
@example(0x411_1111_1111_1111)
def test_an_id_of_ours_stands_in_the_log_as_it_is(chance: int) -> None:
    with patch("random.getrandbits", return_value=chance):
        told = new_id()
    assert scrubbed(told) == told
    assert is_kept(told.encode())
    assert len(told) == 16


def test_no_two_are_the_same() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


@given(st.binary(max_size=70))
def test_whatever_is_kept_stands_in_the_log_as_it_is(told: bytes) -> None:
    if is_kept(told):
        assert scrubbed(told.decode("ascii")) == told.decode("ascii")
