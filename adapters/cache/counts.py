"""What the cache did, in plain numbers, for whoever measures it."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Counted since the start, by one process.

    `stale` are questions answered past their fresh age, `lasting` those answered because
    ServiceTitan failed, `refreshes` the readings made behind an answer. `refused` are parts of
    fills that were forgotten while they were fetched, `spoiled` values of Redis that could not be
    believed, `failures` the times Redis did not answer.
    """

    stale: int = 0
    lasting: int = 0
    refreshes: int = 0
    refused: int = 0
    spoiled: int = 0
    oversize: int = 0
    failures: int = 0
