"""Everything one process tells of itself, put together when somebody fetches it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Metric, ProcessCollector

from adapters.servicetitan.pacing import Allowance
from gateway.answers.answers import Answers
from gateway.counts import StreetCounts
from gateway.ground import Ground
from gateway.guesses import Guesses
from gateway.http.connections import Connections
from gateway.http.overload import Gate
from gateway.identity.bearer import Bearer
from gateway.metrics.answers import answered
from gateway.metrics.books import Books
from gateway.metrics.crowd import crowd
from gateway.metrics.families import Family, FamilyKind, Sample
from gateway.metrics.hearing import directory, events, feeds
from gateway.metrics.identity import tokens
from gateway.metrics.memory import memory
from gateway.metrics.plans import planned
from gateway.metrics.street import street
from gateway.metrics.upstream import upstream
from gateway.plans.plans import Plans
from gateway.threshold import NOBODY, Threshold
from resolvers.shelves import Shelves


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a gateway counts anyway, read where it is counted: nothing is counted for this twice.

    `now` is the time of day that feeds and the directory go by.
    """

    ground: Ground
    counts: StreetCounts
    guesses: Guesses
    connections: Connections
    books: Books
    gate: Gate
    bearers: Mapping[str, Bearer]
    answers: Answers
    plans: Plans | None
    shelves: Shelves
    threshold: Threshold = NOBODY
    now: Callable[[], datetime] = _now

    async def families(self) -> list[Family]:
        """Return every metric as it is now."""
        ground, now = self.ground, self.now()
        loop = asyncio.get_running_loop()
        return [
            *street(self.counts, self.guesses, self.connections),
            *crowd(self.gate),
            *tokens(self.bearers),
            *answered(self.answers, self.threshold, self.shelves),
            *planned(self.plans),
            *upstream(ground.servicetitan, self._allowance(), loop.time()),
            *memory(ground.records.counts),
            *events(ground.hearing.worker.counts),
            *feeds(ground.hearing.follower, now),
            *directory(ground.mirror, ground.freshness, now),
            *await self.books.families(now),
            *await asyncio.to_thread(process),
        ]

    def _allowance(self) -> Allowance:
        budget = self.ground.choices.current().budget
        return Allowance.of(budget.calls_per_second, budget.use, budget.kept_share)


def process() -> list[Family]:
    """Return what the system tells of this process, under Prometheus' own names; it reads files."""
    return [_family(metric) for metric in ProcessCollector(registry=CollectorRegistry()).collect()]


def _family(metric: Metric) -> Family:
    kind: FamilyKind = "counter" if metric.type == "counter" else "gauge"
    samples = [
        Sample(of.name.removeprefix(metric.name), dict(of.labels), of.value)
        for of in metric.samples
    ]
    return Family(metric.name, kind, metric.documentation, tuple(samples))
