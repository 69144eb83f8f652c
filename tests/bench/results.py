"""What a run found, as it is written to JSON."""

from statistics import median

import msgspec


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Where it was measured; `load` is the machine's load of the last minute, before the run."""

    python: str
    system: str
    cores: int
    load: float


class Warm(msgspec.Struct, frozen=True, kw_only=True):
    """One server under load: requests a second, latencies in milliseconds.

    `cpu_ms` is the server's own processor time for a request, None where the system does not tell;
    `generator_busy` is the share of a core that the load generator took; `upstream_calls` were
    made to ServiceTitan meanwhile, None for a server that knows none.
    """

    name: str
    requests: int
    per_second: float
    p50: float
    p95: float
    p99: float
    cpu_ms: float | None
    generator_busy: float
    upstream_calls: int | None = None


class Cold(msgspec.Struct, frozen=True, kw_only=True):
    """One operation on gateways with an empty memory: milliseconds and calls of each start."""

    name: str
    ms: list[float]
    calls: list[int]

    @property
    def median_ms(self) -> float:
        """The middle one of its times."""
        return median(self.ms)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What one row, or one cursor, costs: microseconds each, of so many."""

    name: str
    of: int
    micros: float


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run; `seconds` is how long it took."""

    machine: Machine
    seconds: float
    answer_bytes: int
    warm: list[Warm]
    cold: list[Cold]
    costs: list[Cost]
