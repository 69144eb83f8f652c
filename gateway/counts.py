"""What the street side has seen, in plain numbers of this process, for whoever measures it."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 5.0, 10.0)
"""Upper bounds of a duration's buckets, in seconds; 3 is the figure to hold for a read."""

MOST_CODES: Final = 64
"""How many error codes are told apart: there are fewer, all of them words of ours."""


class Kind(StrEnum):
    """What was asked for; UNREAD is a document that names no operation, or is none."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
    UNREAD = "unread"

    __hash__ = str.__hash__  # an enumeration's own takes a call, for each operation several


class Outcome(StrEnum):
    """How an operation ended: all of it, part of it with errors, or errors alone."""

    WHOLE = "whole"
    PARTIAL = "partial"
    FAILED = "failed"

    __hash__ = str.__hash__  # as above


_QUERY_WHOLE: Final = Kind.QUERY, Outcome.WHOLE


@dataclass(slots=True)
class Histogram:
    """Durations by bucket, the last one without a bound, and their sum in seconds."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        self.total += seconds


class Ended(msgspec.Struct, frozen=True):
    """An operation that ended: `name` and `document` (a digest) tell which, and nobody who asked.

    `calls`, `saved` and `stale_seconds` are as Usage has them.
    """

    kind: Kind
    outcome: Outcome
    seconds: float
    codes: Sequence[str] = ()
    name: str | None = None
    document: str = ""
    calls: int = 0
    saved: int = 0
    stale_seconds: int = 0


@dataclass(slots=True)
class StreetCounts:
    """Counted since the start, but for `subscriptions`, which are those that run now.

    `requests` are by route and status, `websockets` by the code that closed them, `operations` by
    kind and outcome, `errors` by code. `not_found` are records asked for by id that were not found,
    by the kind of viewer. `documents` are those of all but staff, by how they are known.
    `security` are events of security by what happened.
    """

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    websockets: Counter[int] = field(default_factory=Counter)
    operations: Counter[tuple[Kind, Outcome]] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    durations: defaultdict[Kind, Histogram] = field(default_factory=lambda: defaultdict(Histogram))
    calls: int = 0
    saved: int = 0
    subscriptions: int = 0
    not_found: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    security: Counter[str] = field(default_factory=Counter)

    def told_again(self, seconds: float, saved: int) -> None:
        """Count a query that was answered whole without a call, as `ended` does."""
        self.operations[_QUERY_WHOLE] += 1
        self.saved += saved
        self.durations[Kind.QUERY].add(seconds)

    def ended(self, told: Ended) -> None:
        """Count an operation; how long a subscription lasted says nothing of speed."""
        self.operations[told.kind, told.outcome] += 1
        for code in told.codes:
            known = code in self.errors or len(self.errors) < MOST_CODES
            self.errors[code if known else "OTHER"] += 1
        self.calls += told.calls
        self.saved += told.saved
        if told.kind is not Kind.SUBSCRIPTION:
            self.durations[told.kind].add(told.seconds)
