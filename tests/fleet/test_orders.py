"""What a parent tells its workers: texts, whole and in order, however the pipe cuts them."""

import os
from collections.abc import Iterator

import pytest

from gateway.fleet_orders import Orders, told


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe: where it is read, and where it is written."""
    reads, writes = os.pipe()
    yield reads, writes
    os.close(reads)


def test_texts_arrive_whole_and_in_order_however_they_are_cut(pipe: tuple[int, int]) -> None:
    reads, writes = pipe
    orders = Orders(reads)
    os.write(writes, told(b"") + told(b"[tenant]\n") + b"[ca")
    assert [orders.next(), orders.next()] == [b"", b"[tenant]\n"]
    os.write(writes, b"che]\n\0")
    assert orders.next() == b"[cache]\n"
    os.write(writes, b"cut off")
    os.close(writes)
    assert orders.next() is None


def test_a_text_that_would_be_taken_for_two_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        told(b"one\0two")
