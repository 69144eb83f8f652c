"""What child processes are told to do, and what they tell back: one line of JSON each."""

import msgspec


class ServeGateway(msgspec.Struct, frozen=True, kw_only=True):
    """Serve a gateway over the sandbox at this address.

    At any free port, where none is told; with a memory of its own, where no Redis is. Without a
    database it is given a ledger in a file. A person may ask as much as they like, unless it is
    `bounded` as a gateway is whose operator chose nothing. Its queries run by plans where it is
    `compiled`, and the last answers are kept where it `keeps_answers`. Everybody is told what an
    answer cost where it `tells_cost`, which `serve` does not.
    """

    sandbox_url: str
    port: int = 0
    redis_url: str | None = None
    database_url: str | None = None
    fresh_seconds: int = 3600
    bounded: bool = False
    compiled: bool = True
    keeps_answers: bool = False
    tells_cost: bool = True


class ServeFloor(msgspec.Struct, frozen=True, kw_only=True):
    """Answer everything with this body."""

    body: str


class ServeStock(msgspec.Struct, frozen=True, kw_only=True):
    """Serve plain Strawberry over the rows of the sandbox at this address."""

    sandbox_url: str
    remembers_documents: bool


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """A server has its port."""

    port: int


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who asks, and what every answer to them must be, byte for byte."""

    headers: dict[str, str]
    expected: str


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Have these ask 127.0.0.1 in turns, over and over: everybody the first body, then the next.

    `begins` is how many were asked in earlier rounds, so that this one goes on from there.
    """

    port: int
    askers: list[Asker]
    bodies: list[str]
    begins: int
    connections: int
    seconds: float


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """How that went: each answer's latency in microseconds, seconds passed, seconds of its own."""

    latencies: list[int]
    seconds: float
    cpu_seconds: float
    problem: str | None = None


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """One request; an answer that holds `never` is none, though its status be a good one."""

    path: str
    headers: dict[str, str]
    body: str
    never: str


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """Some who come between two seconds of a run, each with the next of these requests.

    They come `per_second`, whether the others have been answered or not; or so many `at_once`, each
    again as soon as it was answered. Of `leaving` every one hangs up after so many seconds.
    """

    name: str
    askings: list[Asking]
    begins: float
    ends: float
    per_second: float = 0.0
    at_once: int = 0
    leaving: float | None = None


class Crowd(msgspec.Struct, frozen=True, kw_only=True):
    """Send these streams to 127.0.0.1.

    Who was not answered `patience` seconds after the last has come is told of as unanswered.
    """

    port: int
    streams: list[Stream]
    patience: float


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one stream, one entry for each answer, in the order of the answers.

    `at`: when it was asked, in µs since the run began; `took`: µs until it was answered; `status`:
    that of the answer, 0 for one that is none. `hints` of them said when to come again. `late` is
    by how many µs each was asked after its moment: the generator's own fault.
    """

    name: str
    at: list[int]
    took: list[int]
    status: list[int]
    late: list[int]
    hints: int
    lost: int
    unanswered: int


class Crowded(msgspec.Struct, frozen=True, kw_only=True):
    """How a crowd fared, and the seconds it took: on the clock, and of the generator's own."""

    streams: list[Heard]
    seconds: float
    cpu_seconds: float


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """Measure what rules cost, over the rows of the sandbox at this address."""

    sandbox_url: str
    repeats: int


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """Measure the directory of so many contacts, in every kind of database that answers."""

    contacts: int
    lookups: int
