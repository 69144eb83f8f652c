"""Overload: three times as much as a worker can do, and what becomes of money meanwhile (SH-7, 8).

First it is measured what it can do. Then people come at their own moments: a tenth of that, half of
it, three times of it, and half of it again at once after. Payments and events come all the while.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from statistics import median
from typing import Final

from tests.bench.budget import Budget
from tests.bench.crowds.faring import fared, is_good
from tests.bench.crowds.town import Town, town_open
from tests.bench.failure import BenchFailed
from tests.bench.results import Overload
from tests.bench.wishes import Asking, Crowded, Heard, Stream

QUIET, HALF, ONSET, OVER, AFTER = (
    "a tenth of it",
    "half of it",
    "three times it, first second",
    "three times it",
    "half of it, after",
)
SHARES: Final = {QUIET: 0.1, HALF: 0.5, ONSET: 3.0, OVER: 3.0, AFTER: 0.5}
ONSET_PART: Final = 1 / 15
"""The part of the overload that is its beginning: many come before anybody can know of it."""

PAID_PER_SECOND, TOLD_PER_SECOND = 2.0, 5.0
CAPACITY_ROUNDS: Final = 4
WINDOW_SECONDS = 0.25
"""Reading is as it was before in the first stretch of so many seconds that is."""

_AS_BEFORE = 2.0
_MICRO = 1_000_000


async def measure_overload(budget: Budget, step: Callable[[str], None]) -> Overload:
    """Return the figures of each time."""
    async with town_open(budget, bounded=False) as town:
        step("what a worker can do")
        capacity = await _capacity(town, budget)
        step(f"three times {capacity:,.0f} requests a second")
        streams = _streams(town, budget, capacity)
        told = await town.crowd(*streams)
    return _figures(streams, told, capacity)


async def _capacity(town: Town, budget: Budget) -> float:
    """Return how many answers a second it gives to as many as always wait for one.

    That is the most of some rounds, the first of which are slower: what a worker can do is not what
    it does while it, or its machine, is about something else.
    """
    seconds = budget.crowd_seconds / 2
    stream = Stream(
        name="capacity",
        askings=town.reading(town.people),
        begins=0.0,
        ends=seconds,
        at_once=budget.connections,
    )
    most = 0
    for _ in range(CAPACITY_ROUNDS):
        (heard,) = (await town.crowd(stream)).streams
        good = sum(is_good(status) for status in heard.status)
        if good < len(heard.status) or not good:
            raise BenchFailed("Somebody was sent away by a worker that was not overloaded.")
        most = max(most, good)
    return most / seconds


def _times(budget: Budget) -> Iterator[tuple[str, float, float]]:
    """Give each time: what it is called, its begin and its end."""
    onset = budget.overload_seconds * ONSET_PART
    over = {ONSET: onset, OVER: budget.overload_seconds - onset}
    lasts = [over.get(of, budget.crowd_seconds) for of in SHARES]
    for name, (begins, ends) in zip(SHARES, pairwise(accumulate(lasts, initial=0.0)), strict=True):
        yield name, begins, ends


def _streams(town: Town, budget: Budget, capacity: float) -> list[Stream]:
    """Return readers, payers and events of each time, in this order."""
    reading, paying = town.reading(town.people), iter(town.paying())
    streams = []
    for name, begins, ends in _times(budget):

        def stream(
            askings: list[Asking],
            per_second: float,
            name: str = name,
            span: tuple[float, float] = (begins, ends),
        ) -> Stream:
            return Stream(
                name=name, askings=askings, begins=span[0], ends=span[1], per_second=per_second
            )

        pays = _some(paying, PAID_PER_SECOND * (ends - begins))
        tells = town.telling(round(4 * TOLD_PER_SECOND * (ends - begins)) + 10)
        streams += [
            stream(reading, SHARES[name] * capacity),
            stream(pays, len(pays) / (ends - begins)),
            stream(tells, TOLD_PER_SECOND),
        ]
    return streams


def _some(paying: Iterator[Asking], number: float) -> list[Asking]:
    """Take so many payments: each can be made once."""
    return [asking for _, asking in zip(range(max(1, round(number))), paying, strict=False)]


def _figures(streams: Sequence[Stream], told: Crowded, capacity: float) -> Overload:
    pairs = list(zip(streams, told.streams, strict=True))
    reading, paying, events = (
        [fared(stream.name, stream, heard) for stream, heard in pairs[kind::3]] for kind in range(3)
    )
    times = list(SHARES)
    before, after = pairs[3 * times.index(HALF)][1], pairs[3 * times.index(AFTER)]
    return Overload(
        capacity=capacity,
        reading=reading,
        paying=paying,
        told=events,
        recovered=_recovered(before, *after),
        generator_busy=told.cpu_seconds / told.seconds,
    )


def _recovered(before: Heard, after: Stream, heard: Heard) -> float:
    """How many seconds after the overload is nobody sent away, and half as soon as before?"""
    usual = median(before.took) if before.took else 0.0
    last_bad = 0.0
    begins = after.begins
    while begins < after.ends:
        ends = begins + WINDOW_SECONDS
        stretch = [
            (status, took)
            for at, status, took in zip(heard.at, heard.status, heard.took, strict=True)
            if begins * _MICRO <= at < ends * _MICRO
        ]
        if not stretch:
            is_bad = bool(heard.unanswered)
        else:
            is_bad = median(took for _, took in stretch) > _AS_BEFORE * usual or any(
                not is_good(status) for status, _ in stretch
            )
        if is_bad:
            last_bad = ends - after.begins
        begins = ends
    return last_bad
