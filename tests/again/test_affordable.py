"""Whether something could be charged, or let by: told beforehand as it then turns out."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.answers.askers import head_for_any
from gateway.guard.buckets import Allowance, ProcessBuckets
from gateway.guard.budgets import Budgets, Payer
from gateway.guard.cost import Cost
from gateway.header_pairs import Pair
from gateway.http.heard import head_of, piece_of
from gateway.http.overload import AT_ONCE_SECONDS, Gate
from resolvers.policy import Limits

ALLOWED = Allowance(3, 50)
STEPS = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 80), st.integers(0, 30)), max_size=30
)
"""Who asks for so many points, so many seconds after the one before."""


@dataclass
class Clock:
    """A clock that is set."""

    now: float = 1_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@given(STEPS)
@example([("a", 0, 0)] * 5)
@example([("a", 30, 0)] * 3)
async def test_what_a_bucket_has_can_be_taken_and_nothing_else(
    steps: list[tuple[str, int, int]],
) -> None:
    clock = Clock()
    buckets = ProcessBuckets(clock)
    for of, points, seconds in steps:
        clock.now += seconds
        before = dict(buckets._full)  # noqa: SLF001  # that looking takes nothing
        has = buckets.has(of, ALLOWED, points)
        assert dict(buckets._full) == before  # noqa: SLF001  # as above
        assert has is ((await buckets.take(of, ALLOWED, points)).wait_ms == 0)


@given(STEPS, st.lists(st.integers(0, 20), min_size=30, max_size=30))
async def test_what_is_affordable_is_charged_and_nothing_else(
    steps: list[tuple[str, int, int]], owing: list[int]
) -> None:
    clock = Clock()
    budgets = Budgets(ProcessBuckets(clock), Limits)
    for (of, points, seconds), calls in zip(steps, owing, strict=False):
        clock.now += seconds
        payer, cost = Payer(of, ALLOWED), Cost(points, 0)
        is_affordable = budgets.is_affordable(payer, cost)
        assert budgets.is_affordable(payer, cost) is is_affordable
        charge = budgets.charge_at_once(payer, cost)
        assert (charge is not None) is is_affordable
        if charge is not None:
            budgets.settle(charge, calls)  # it is owed, and charged with the next


async def test_a_round_has_so_much_time_for_those_who_are_answered_at_once() -> None:
    gate = Gate()
    half = AT_ONCE_SECONDS / 2
    told = [gate.has_time()]
    for _ in range(2):
        gate.spent_at_once(half)
        told.append(gate.has_time())
    assert told == [True, True, False]
    gate.spent_at_once(half)
    await asyncio.sleep(0)
    assert gate.has_time()
    gate.spent_at_once(AT_ONCE_SECONDS)
    assert not gate.has_time()
    await asyncio.sleep(0)
    assert gate.has_time()


ID: Pair = (b"x-request-id", b"abc")
SIZE: Pair = (b"content-length", b"12")


def test_the_head_of_an_answer_has_places_for_what_is_its_own() -> None:
    head = head_for_any([(b"a", b"100% %(id)b"), SIZE, (b"b", b"c"), ID])
    assert head is not None
    told = head % {b"id": b"new", b"size": b"345"}
    assert told == (
        b"a: 100% %(id)b\r\ncontent-length: 345\r\nb: c\r\nx-request-id: new\r\n\r\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [
        [],
        [ID],
        [SIZE],
        [ID, ID, SIZE],
        [ID, SIZE, SIZE],
        [ID, SIZE, (b"connection", b"close")],
    ],
)
def test_a_head_that_has_them_otherwise_is_nobody_s(head: list[Pair]) -> None:
    assert head_for_any(head) is None


LINES = st.lists(st.sampled_from([b"Host: a", b"Host: b", b"A: b", b"a: b"]), max_size=4)
PLACES = st.integers(0, 4)
SIZES = st.sampled_from([b"Content-Length", b"content-length"])


def head_name(lines: list[bytes], at: int, size: bytes, body: bytes) -> object:
    """Return the name of a head of these lines, with that of the body's size at this place."""
    all_lines = [*lines[:at], b"%b: %d" % (size, len(body)), *lines[at:]]
    piece = piece_of("192.0.2.1", b"\r\n".join([b"POST /graphql HTTP/1.1", *all_lines, b"", body]))
    assert piece is not None
    head = head_of(piece)
    assert head is not None
    assert head.body == body
    return head.name


@given(LINES, LINES, PLACES, PLACES, SIZES, st.binary(max_size=4), st.binary(max_size=4))
def test_heads_of_one_name_differ_in_nothing_but_the_size_of_their_bodies(
    lines: list[bytes],
    others: list[bytes],
    at: int,
    elsewhere: int,
    size: bytes,
    body: bytes,
    another: bytes,
) -> None:
    name = head_name(lines, at, size, body)
    assert head_name(lines, elsewhere, b"content-length", another) == name
    assert (head_name(others, at, size, body) == name) is (others == lines)


@pytest.mark.parametrize(
    "data",
    [
        b"POST /graphql HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /graphql HTTP/1.1\r\nContent-Length: 2\r\n{}",
        b"POST /graphql HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /graphql HTTP/1.1\r\nContent-Length: 2 \r\n\r\n{}",
        b"POST /graphql HTTP/1.1\r\nContent-Length:2\r\n\r\n{}",
        b"POST /graphql HTTP/1.1\r\nCONTENT-LENGTH: 2\r\n\r\n{}",
        b"POST /graphql HTTP/1.1\nContent-Length: 2\r\n\r\n{}",
        b"GET /graphql?a=b HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_a_head_that_is_spelled_unusually_is_none(data: bytes) -> None:
    piece = piece_of("192.0.2.1", data)
    assert piece is not None
    assert head_of(piece) is None
