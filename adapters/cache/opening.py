"""How the cache is put together: in this process alone, or shared by all workers through Redis."""

import random
import time
from collections.abc import Callable

from adapters.cache.ages import Ages
from adapters.cache.counts import Counts
from adapters.cache.fronted import Fronted
from adapters.cache.gathering import Upstream
from adapters.cache.memory import MEGABYTES, Memory
from adapters.cache.names import Names
from adapters.cache.records import Records
from adapters.cache.shared import Shared
from adapters.cache.store import Alone


def memory_records(
    upstream: Upstream,
    ages: Callable[[str], Ages],
    *,
    megabytes: float = MEGABYTES,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> Records:
    """Remember in this process, which is then the only one.

    `ages` tells those of a kind of record by its resource's name. `megabytes` is about how much is
    remembered. `clock` counts seconds, `chance` gives numbers from 0 to below 1.
    """
    return Records(upstream, Alone(Memory(megabytes, clock)), ages, clock, chance)


def redis_records(
    upstream: Upstream,
    tenant: str,
    ages: Callable[[str], Ages],
    redis_url: str,
    *,
    megabytes: float = MEGABYTES,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> Records:
    """Remember in this process and, for all workers, in Redis.

    `tenant` keeps this business's records apart from any other's in the same Redis. The rest as in
    `memory_records`. Nothing is asked of Redis before the first question.
    """
    counts = Counts()
    shared = Shared(redis_url, Names(tenant), counts)
    store = Fronted(shared, Memory(megabytes, clock), clock)
    return Records(upstream, store, ages, clock, chance, counts)
