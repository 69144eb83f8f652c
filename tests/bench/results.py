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


class Starts(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation took on gateways with an empty memory: milliseconds and calls of each."""

    ms: list[float]
    calls: list[int]

    @property
    def median_ms(self) -> float:
        """The middle one of its times."""
        return median(self.ms)


class Cold(msgspec.Struct, frozen=True, kw_only=True):
    """One operation where nothing is remembered: compiled, and run by graphql-core."""

    name: str
    compiled: Starts
    by_core: Starts

    @property
    def ratio(self) -> float:
        """How much of the time by graphql-core does it take compiled?"""
        return self.compiled.median_ms / self.by_core.median_ms


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What one row, or one cursor, costs: microseconds each, of so many."""

    name: str
    of: int
    micros: float


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """The directory in one kind of database: of so many rows, so many of them contacts.

    `build_seconds` from empty feeds to ready, `growth_mb` what the process grew by meanwhile at
    most; times of a look-up that nothing is remembered of, of one that is, of taking a page of a
    thousand changed contacts in, and of a restart until ready, in milliseconds.
    """

    name: str
    rows: int
    contacts: int
    build_seconds: float
    growth_mb: float
    cold_p50: float
    cold_p99: float
    warm_p50: float
    warm_p99: float
    page_ms: float
    restart_ms: float


class Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """How long after each change a worker answered it: milliseconds, the shortest first."""

    name: str
    ms: list[float]

    def at(self, share: float) -> float:
        """Return the time within which this share of them was answered."""
        return self.ms[min(int(len(self.ms) * share), len(self.ms) - 1)]


class Answered(Fresh, frozen=True, kw_only=True):
    """How long each event waited for its answer: milliseconds, the shortest first."""


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A part that gave no figures, and why."""

    part: str
    why: str


class Mailing(msgspec.Struct, frozen=True, kw_only=True):
    """So many people who opened a screen, and how long it took until the last had it, in seconds.

    `at_once` of them were answered when they first asked, after `p50`, `p95` and at most `longest`
    seconds. The others were told when to ask again (`told_again`), 95 % of them within `told_in`
    seconds, and asked so: the `askings` are everybody's, `most_askings` one person's. 95 % of all
    had their answer `had_it` seconds after they came. So many had it more than a second after
    somebody who had come later (`overtaken`), and so many were given a part of their screen when
    told to come again (`halved`). Of the `calls` to ServiceTitan it refused `too_many`; `fewest` is
    what could answer everybody once.
    """

    name: str
    people: int
    seconds: float
    at_once: int
    p50: float
    p95: float
    longest: float
    overtaken: int
    told_again: int
    told_in: float
    askings: int
    most_askings: int
    halved: int
    had_it: float
    calls: int
    fewest: int
    too_many: int


class Crowd(msgspec.Struct, frozen=True, kw_only=True):
    """One time of a crowd: who was answered, and who was told to come later, in milliseconds.

    `per_second` came for so many `seconds`, `answered` of them within `p50`, `p95` and `p99`;
    `sent_away` were refused with a hint when to come again within `away_p50` and `away_p99`;
    `failed` had neither.
    `late_p99` is by how much the generator itself was late.
    """

    name: str
    seconds: float
    per_second: float
    answered: int
    p50: float
    p95: float
    p99: float
    sent_away: int
    away_p50: float
    away_p99: float
    failed: int
    late_p99: float

    @property
    def asked(self) -> int:
        """How many came?"""
        return self.answered + self.sent_away + self.failed


class Flood(msgspec.Struct, frozen=True, kw_only=True):
    """How others fare while one floods: theirs, the flood's own, and how much was asked of it."""

    others: Crowd
    flood: Crowd | None


class Overload(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker can do (`capacity`, answers a second), and how each kind of request fares.

    `reading`, `paying` and `told` (events) at each time, the same times in the same order;
    `recovered` is how many seconds after the overload reading was as it had been before.
    """

    capacity: float
    reading: list[Crowd]
    paying: list[Crowd]
    told: list[Crowd]
    recovered: float
    generator_busy: float


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker holds after so many requests, some of them left: MB, open files, threads."""

    requests: int
    mb: float
    files: int
    threads: int


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run; `seconds` is how long it took. A part that failed has no figures."""

    machine: Machine
    seconds: float
    answer_bytes: int
    warm: list[Warm]
    cold: list[Cold]
    costs: list[Cost]
    directory: list[Directory]
    freshness: list[Fresh]
    answered: list[Answered]
    mailings: list[Mailing]
    floods: list[Flood]
    overload: Overload | None
    memory: list[Memory]
    failed: list[Failed]
