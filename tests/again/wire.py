"""A house on a port, as the gateway is served: bytes in, bytes out."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from uvicorn.server import ServerState

from gateway.guard.buckets import ProcessBuckets
from gateway.serving import configuration
from tests.answers.asking import KEEPING, PAT, RILEY, Desk
from tests.house import House
from tests.staff import staffed_house

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
DATE: Final = b"Mon, 13 Jul 2026 17:00:00 GMT"

_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)\r\n")


@dataclass(frozen=True)
class Told:
    """An answer as it came: its bytes, and what they say."""

    data: bytes

    @property
    def status(self) -> int:
        """Its status."""
        return int(self.data.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        """Its headers."""
        head = self.data.partition(b"\r\n\r\n")[0].decode("ascii")
        return dict(line.split(": ", 1) for line in head.split("\r\n")[1:])

    @property
    def body(self) -> Any:  # noqa: ANN401  # JSON
        """What it says."""
        return msgspec.json.decode(self.data.partition(b"\r\n\r\n")[2])

    @property
    def codes(self) -> list[str]:
        """The codes of its errors."""
        return [of["extensions"]["code"] for of in self.body["errors"]]

    @property
    def but_its_id(self) -> bytes:
        """All of it, with no id."""
        return self.data.replace(self.headers["x-request-id"].encode(), b"")


@dataclass
class Line:
    """A connection to the gateway."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *parts: bytes) -> Told:
        """Send this, part by part, and read one answer."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            if part is not parts[-1]:
                await asyncio.sleep(0.01)
        return await self.hear()

    async def hear(self) -> Told:
        """Read one answer."""
        async with asyncio.timeout(20):
            head = await self.reader.readuntil(b"\r\n\r\n")
            found = _LENGTH.search(head)
            body = await self.reader.readexactly(int(found[1])) if found else b""
        return Told(head + body)

    async def is_closed(self) -> bool:
        """Wait until it is closed; is nothing more said on it?"""
        async with asyncio.timeout(20):
            return await self.reader.read() == b""


@dataclass
class Wire:
    """The house, its port, and how many requests were known since somebody asked, and how."""

    desk: Desk
    port: int
    state: ServerState
    known: int = 0
    met: int = 0
    _odd: Iterator[int] = field(default_factory=count)

    @property
    def house(self) -> House:
        """The house."""
        return self.desk.house

    @property
    def app(self) -> Starlette:
        """The gateway."""
        assert isinstance(self.house.app, Starlette)
        return self.house.app

    @property
    def buckets(self) -> ProcessBuckets:
        """What everybody may still ask."""
        toll = self.app.state.threshold.familiar._prompting._toll  # noqa: SLF001  # theirs alone
        assert isinstance(toll.budgets._buckets, ProcessBuckets)  # noqa: SLF001  # as above
        return toll.budgets._buckets  # noqa: SLF001  # as above

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """Open a connection for as long as the block lasts."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Line(reader, writer)
        finally:
            writer.close()

    async def accepted(self) -> object:
        """Wait until a connection was accepted; return the gateway's end of it."""
        async with asyncio.timeout(10):
            while not self.state.connections:  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.01)
        (connection,) = self.state.connections
        return connection

    async def say(self, *parts: bytes) -> Told:
        """Send this on a connection of its own."""
        async with self.line() as line:
            return await line.say(*parts)

    async def asked(self, query: str, email: str = PAT, **more: Any) -> bytes:  # noqa: ANN401  # of request
        """Return the bytes of this question of somebody's."""
        return request(await self.house.token(email), query, **more)

    async def numbers(self, name: str) -> dict[str, float]:
        """Return a metric's numbers by their labels."""
        families = await self.house.metrics()
        (told,) = (of for of in families if of.name == f"portal_gateway_{name}")
        return {" ".join([*of.labels.values(), of.suffix]): of.value for of in told.samples}

    async def again(self) -> int:
        """How many were known by their bytes since this was last asked?"""
        (now,) = (await self.numbers("requests_known_again")).values()
        since, self.known = int(now) - self.known, int(now)
        return since

    async def familiar(self) -> int:
        """How many were answered at once, because their heads were known, since this was asked?"""
        (now,) = (await self.numbers("requests_familiar")).values()
        since, self.met = int(now) - self.met, int(now)
        return since

    async def meets(self, email: str = PAT, headers: Mapping[str, str] = NO_HEADERS) -> None:
        """Have the head known by which they ask, beside all others."""
        before = len(self.app.state.threshold.familiar)
        await self.meets_instead(email, headers)
        assert len(self.app.state.threshold.familiar) == before + 1

    async def meets_instead(self, email: str, headers: Mapping[str, str] = NO_HEADERS) -> None:
        """Have the head known by which they ask, whoever else is."""
        for query in ("{ viewer { kind } }", "{ viewer { email } }"):
            told = await self.say(await self.asked(query, email, headers=headers))
            assert (told.status, "errors" in told.body) == (200, False), told.data

    async def oddly(self, query: str, email: str = PAT, **more: Any) -> Told:  # noqa: ANN401  # of request
        """Ask in the ordinary way, with a head that comes once."""
        odd = {"X-Odd": str(next(self._odd)), **more.pop("headers", NO_HEADERS)}
        return await self.say(await self.asked(query, email, headers=odd, **more))

    async def anew(self, query: str, email: str = PAT, **more: Any) -> Told:  # noqa: ANN401  # of request
        """Ask by their own head, with a body that never came before."""
        return await self.say(await self.asked(query, email, blanks=1 + next(self._odd), **more))

    def tries_all(self) -> None:
        """Have everything tried that was left to the ordinary way for a while."""
        self.app.state.threshold.familiar._prompting._untried.clear()  # noqa: SLF001  # theirs alone

    def forgets_parts(self) -> None:
        """Have nothing remembered of what anybody saw but the rows it was made of, and rights."""
        doors = self.app.state.threshold.familiar._prompting._doors  # noqa: SLF001  # theirs alone
        for shelf, _ in doors.shelves._shelves._kept.values():  # noqa: SLF001  # as above
            shelf.works.clear()
            shelf.pages.clear()

    async def becomes_known(self, data: bytes) -> Told:
        """Say this until it is known; return its last answer before."""
        await self.again()
        told = await self.say(data)
        for _ in range(4):
            assert (told.status, "errors" in told.body) == (200, False), told.data
            before, told = told, await self.say(data)
            if await self.again():
                return before
        raise AssertionError("It is not known.")


def request(
    token: str | None,
    query: str,
    variables: Mapping[str, object] | None = None,
    headers: Mapping[str, str] = NO_HEADERS,
    blanks: int = 0,
    **more: object,
) -> bytes:
    """Return the bytes of a question with this token; so many blanks end its body."""
    members = {"query": query, **more} | ({} if variables is None else {"variables": variables})
    return sent(token, msgspec.json.encode(members) + b" " * blanks, headers)


def sent(token: str | None, body: bytes, headers: Mapping[str, str] = NO_HEADERS) -> bytes:
    """Return the bytes of a request with this token and body."""
    told = {
        "Host": "gateway",
        **({} if token is None else {"Authorization": f"Bearer {token}"}),
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **headers,
    }
    return head_of("POST /graphql", told) + body


def head_of(target: str, headers: Mapping[str, str]) -> bytes:
    """Return the head of a request."""
    lines = [f"{target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


@asynccontextmanager
async def open_wire(
    folder: Path,
    *known: str,
    told: Mapping[str, object] = NO_HEADERS,
    **options: Any,  # noqa: ANN401  # of the house
) -> AsyncIterator[Wire]:
    """Open a house on a port, whose ledger is in this folder and whose answers are kept.

    These people have asked before.
    """
    given: dict[str, Any] = {
        "database": f"sqlite+aiosqlite:///{folder}/ledger.db",
        "tells_cost": False,
    } | options
    async with staffed_house(
        told={**KEEPING, "compiled": "on", **told}, is_traced=False, **given
    ) as house:
        for email in known or (PAT, RILEY):
            await house.viewer(email, "email")
        assert isinstance(house.app, Starlette)
        async with listening(house.app) as (port, state):
            yield Wire(Desk(house), port, state)


@asynccontextmanager
async def listening(app: Starlette) -> AsyncIterator[tuple[int, ServerState]]:
    """Serve it on a port, by the connections that the gateway is served by."""
    wire = configuration(app)
    wire.load()
    http: Any = wire.http_protocol_class
    state = ServerState()
    state.default_headers = [(b"date", DATE)]
    listener = socket.create_server(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: http(wire, state, {}), sock=listener)
    try:
        yield listener.getsockname()[1], state
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.close()
        await server.wait_closed()
