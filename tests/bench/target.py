"""A server under load: its rounds, and the figures they come to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.failure import BenchFailed
from tests.bench.processes import Child
from tests.bench.processor import cpu_seconds
from tests.bench.questions import CUSTOMER_READ, Question
from tests.bench.results import Warm
from tests.bench.servers import Server, body
from tests.bench.wishes import Asker, Load, Loaded

_MILLI = 1000


@dataclass(frozen=True, slots=True)
class Round:
    """What the load generator tells of a round, and the seconds of processor it took the server."""

    loaded: Loaded
    cpu: float | None


@dataclass(slots=True)
class Target:
    """A server, what it is asked, and what every answer of it must be, byte for byte.

    Whoever its headers name asks the one question, unless there are `askers`, or `bodies`.
    """

    server: Server
    expected: str
    calls_upstream: bool = False
    question: Question = CUSTOMER_READ
    askers: Sequence[Asker] = ()
    bodies: Sequence[str] = ()
    rounds: list[Round] = field(default_factory=list)
    _asked: int = 0

    async def load(self, generator: Child, connections: int, seconds: float) -> Round:
        """Load it for so long; raise BenchFailed for any answer that is not the expected one."""
        alone = [Asker(headers=self.server.headers, expected=self.expected)]
        wish = Load(
            port=self.server.port,
            askers=list(self.askers) or alone,
            bodies=list(self.bodies) or [body(self.question)],
            begins=self._asked,
            connections=connections,
            seconds=seconds,
        )
        pid = self.server.child.process.pid
        before = cpu_seconds(pid)
        loaded = await generator.ask(wish, Loaded)
        after = cpu_seconds(pid)
        if loaded.problem is not None or not loaded.latencies:
            raise BenchFailed(f"{self.server.name} under load: {loaded.problem or 'no answer'}.")
        self._asked += len(loaded.latencies)
        return Round(loaded, None if before is None or after is None else after - before)

    def figures(self, upstream_calls: int | None) -> Warm:
        """Return what the rounds come to together."""
        latencies = sorted(each for taken in self.rounds for each in taken.loaded.latencies)
        seconds = sum(taken.loaded.seconds for taken in self.rounds)
        cpu = [taken.cpu for taken in self.rounds if taken.cpu is not None]
        busy = sum(taken.loaded.cpu_seconds for taken in self.rounds)
        return Warm(
            name=self.server.name,
            requests=len(latencies),
            per_second=len(latencies) / seconds,
            p50=_percentile(latencies, 50),
            p95=_percentile(latencies, 95),
            p99=_percentile(latencies, 99),
            cpu_ms=sum(cpu) * _MILLI / len(latencies) if len(cpu) == len(self.rounds) else None,
            generator_busy=busy / seconds,
            upstream_calls=upstream_calls,
        )


def _percentile(ordered: Sequence[int], percent: int) -> float:
    """Return the nearest rank of latencies in microseconds, in milliseconds."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1] / _MILLI
