"""How long a piece of work takes: the best of its repeats, which least else disturbed."""

import time
from collections.abc import Callable

from tests.bench.results import Cost

_MICRO = 1_000_000


def cost_of(name: str, of: int, work: Callable[[], object], repeats: int) -> Cost:
    """Return the microseconds for each of the rows that the work goes through."""
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return Cost(name=name, of=of, micros=best / of * _MICRO)
