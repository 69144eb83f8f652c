"""What child processes are told to do, and what they tell back: one line of JSON each."""

import msgspec


class ServeGateway(msgspec.Struct, frozen=True, kw_only=True):
    """Serve a gateway over the sandbox at this address.

    At any free port, where none is told; with a memory of its own, where no Redis is. Without a
    database it is given a ledger in a file.
    """

    sandbox_url: str
    port: int = 0
    redis_url: str | None = None
    database_url: str | None = None
    fresh_seconds: int = 3600


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


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Ask this of 127.0.0.1, over and over; every answer must be `expected`."""

    port: int
    body: str
    headers: dict[str, str]
    expected: str
    connections: int
    seconds: float


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """How that went: each answer's latency in microseconds, seconds passed, seconds of its own."""

    latencies: list[int]
    seconds: float
    cpu_seconds: float
    problem: str | None = None


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """Measure what rules cost, over the rows of the sandbox at this address."""

    sandbox_url: str
    repeats: int


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """Measure the directory of so many contacts, in every kind of database that answers."""

    contacts: int
    lookups: int
