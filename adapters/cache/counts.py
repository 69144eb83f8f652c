"""What the cache did, in plain numbers, for whoever measures it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """Counted since the start, by one process.

    By kind of record, `answered` are questions answered from memory, `age_seconds` how old those
    answers were together, and `asked` questions that memory could not answer.
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
    answered: Counter[str] = field(default_factory=Counter)
    age_seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    asked: Counter[str] = field(default_factory=Counter)

    def answer(self, kind: str, count: int, age_seconds: float) -> None:
        """Count so many questions as answered from memory, as old as that together."""
        self.answered[kind] += count
        self.age_seconds[kind] += age_seconds
