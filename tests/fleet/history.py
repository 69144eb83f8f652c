"""What clients of a fleet wrote down, and whether one true story could have made it.

Each key has one writer, which raises its version by one. Times are one clock's, in seconds.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BOUND = 1.0
"""Seconds within which every worker obeys a change that one of them has accepted."""


@dataclass(frozen=True, slots=True)
class Write:
    """A change of ServiceTitan's: begun then, accepted by a worker then, None where it was lost.

    From `obeyed` on no read may begin that does not see it.
    """

    key: int
    version: int
    began: float
    accepted: float | None
    obeyed: float


@dataclass(frozen=True, slots=True)
class Read:
    """An answer: asked and told then, by this process, with these versions."""

    began: float
    ended: float
    by: str
    versions: Mapping[int, int]


def faults(writes: Iterable[Write], reads: Iterable[Read]) -> list[str]:
    """Return everything in which these reads contradict these writes, or each other."""
    writes, reads = list(writes), sorted(reads, key=lambda read: read.began)
    return [*_stale(writes, reads), *_unwritten(writes, reads), *_backwards(reads)]


def _stale(writes: list[Write], reads: list[Read]) -> Iterable[str]:
    """Does a read miss a change that was to be seen when it began?"""
    due = sorted(writes, key=lambda write: write.obeyed)
    least: dict[int, Write] = {}
    for read in reads:
        while due and due[0].obeyed <= read.began:
            write = due.pop(0)
            if write.key not in least or least[write.key].version < write.version:
                least[write.key] = write
        for key, write in least.items():
            if read.versions[key] < write.version:
                late = read.began - (write.accepted or write.began)
                told = f"is {read.versions[key]}, not {write.version}, {late:.2f} s after"
                yield f"{read.by}: {key} {told}"


def _unwritten(writes: list[Write], reads: list[Read]) -> Iterable[str]:
    """Does a read tell what nobody had written by then?"""
    began = {(write.key, write.version): write.began for write in writes}
    for read in reads:
        for key, version in read.versions.items():
            if version and began.get((key, version), float("inf")) > read.ended:
                yield f"{read.by}: {key} is {version}, which is not written yet"


def _backwards(reads: list[Read]) -> Iterable[str]:
    """Does a process tell less than it had told before the read began?"""
    by: defaultdict[str, list[Read]] = defaultdict(list)
    for read in reads:
        by[read.by].append(read)
    for process, own in by.items():
        under_way: list[tuple[float, int]] = []
        seen: dict[int, int] = {}
        for number, read in enumerate(own):
            while under_way and under_way[0][0] <= read.began:
                for key, version in own[heapq.heappop(under_way)[1]].versions.items():
                    seen[key] = max(version, seen.get(key, 0))
            for key, version in read.versions.items():
                if version < seen.get(key, 0):
                    yield f"{process}: {key} went back from {seen[key]} to {version}"
            heapq.heappush(under_way, (read.ended, number))
