"""What the way to ServiceTitan has seen: plain numbers for whoever measures it."""

from collections import Counter, deque
from dataclasses import dataclass, field

from adapters.servicetitan.priority import Priority


@dataclass(slots=True)
class Counters:
    """Of this process, since it began; times are seconds.

    `calls` are counted by module and outcome: a status, or `unreachable`, `slow`, `unreadable`,
    `too long`, or `left` (whoever asked did). `turns` were given, `waited` is how long was waited
    for them, and `refused` got none, for their deadline lay before it. `retries` were made,
    `not_retried` would have been more than the share of calls that retries may be. `kept_out` were
    refused by a breaker that was open, by module.
    """

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    turns: Counter[Priority] = field(default_factory=Counter)
    refused: Counter[Priority] = field(default_factory=Counter)
    waited: float = 0.0
    retries: int = 0
    not_retried: int = 0
    kept_out: Counter[str] = field(default_factory=Counter)
    _recent: deque[float] = field(default_factory=deque)

    def turn(self, priority: Priority, waited: float, now: float) -> None:
        """Count a turn that was given now, after so long."""
        self.turns[priority] += 1
        self.waited += waited
        self._recent.append(now)
        self.used(now)

    def used(self, now: float) -> int:
        """How many turns were given within the last second?"""
        while self._recent and self._recent[0] <= now - 1.0:
            self._recent.popleft()
        return len(self._recent)
