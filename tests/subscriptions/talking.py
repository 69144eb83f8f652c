"""A house on a real port, and clients that listen to it as a front end would."""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from gateway.serving import Server, configuration, listen, port_of
from resolvers.policy import Feeds, Policy, Subscriptions
from tests.changes.hearing import KEYS, URL
from tests.house import House, demo_policy, ready_house
from tests.staff import SETTINGS

PROTOCOL = "graphql-transport-ws"
CHANGED = "subscription { changed { nodeId type at } }"
SOON = 20.0
"""Seconds that are enough for what is going to come, on a machine that others use too."""
QUIET = 0.3
"""Seconds in which whatever was going to come has come, where nothing should."""


class _Quiet(Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none: they are the tests' own."""
        yield


@dataclass
class Street:
    """A house, and where it is reached by socket."""

    house: House
    port: int
    server: Server

    @property
    def url(self) -> str:
        """Where the graph is."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    @asynccontextmanager
    async def talk(
        self,
        token: str | None = None,
        *,
        protocol: str | None = PROTOCOL,
        payload: Mapping[str, object] | None = None,
        begins: bool = True,
        **options: Any,  # noqa: ANN401  # of the client library
    ) -> AsyncIterator["Talk"]:
        """Open a WebSocket; with `begins` say who it is and wait until that is accepted."""
        given: dict[str, Any] = {"proxy": None, "compression": None} | options
        protocols = None if protocol is None else [Subprotocol(protocol)]
        async with connect(self.url, subprotocols=protocols, **given) as socket:
            talk = Talk(socket)
            if begins:
                told = dict(payload or {})
                if token is not None:
                    told["Authorization"] = f"Bearer {token}"
                await talk.say(type="connection_init", payload=told)
                assert await talk.hear() == {"type": "connection_ack"}
            yield talk

    @asynccontextmanager
    async def listen(self, email: str, **more: Any) -> AsyncIterator["Talk"]:  # noqa: ANN401  # as talk
        """Open a WebSocket as this person, and listen for changes under the id `changes`."""
        async with self.talk(await self.house.token(email), **more) as talk:
            await talk.listen(self)
            yield talk

    async def listeners(self, number: int) -> None:
        """Wait until so many listen."""
        bus = self.server.config.app.state.bus  # type: ignore[union-attr]  # the app, as it was given
        async with asyncio.timeout(SOON):
            while len(bus) != number:  # noqa: ASYNC110  # the bus tells nobody
                await asyncio.sleep(0.005)

    async def held(self, number: int) -> None:
        """Wait until so many connections are held."""
        connections = self.house.app.state.ending.__self__  # type: ignore[union-attr]  # the app of this street
        async with asyncio.timeout(SOON):
            while len(connections) != number:  # noqa: ASYNC110  # they tell nobody
                await asyncio.sleep(0.005)

    async def asked(self, times: int) -> None:
        """Wait until ServiceTitan was asked so often since its calls were last counted."""
        async with asyncio.timeout(SOON):
            while len((await self.house.sandbox.get("/_sandbox/calls")).json()["calls"]) < times:  # noqa: ASYNC110  # a wire has no event
                await asyncio.sleep(0.005)

    @property
    def heard(self) -> int:
        """How many listen now?"""
        return len(self.server.config.app.state.bus)  # type: ignore[union-attr]  # as above


@dataclass
class Talk:
    """One connection, from the client's side."""

    socket: ClientConnection
    _ids: Any = field(default_factory=lambda: count(1))

    async def say(self, **message: object) -> None:
        """Send a message."""
        await self.socket.send(msgspec.json.encode(message).decode())

    async def raw(self, told: str | bytes) -> None:
        """Send this."""
        await self.socket.send(told)

    async def hear(self, seconds: float = SOON) -> Any:  # noqa: ANN401  # JSON
        """Return the next message."""
        async with asyncio.timeout(seconds):
            return msgspec.json.decode(await self.socket.recv())

    async def begin(self, of: str, query: str, **more: object) -> None:
        """Begin an operation under this id."""
        await self.say(type="subscribe", id=of, payload={"query": query, **more})

    async def listen(self, street: Street) -> None:
        """Begin to listen for changes, and wait until that is so."""
        before = street.heard
        await self.begin("changes", CHANGED)
        await street.listeners(before + 1)

    async def ask(self, query: str, **more: object) -> Any:  # noqa: ANN401  # JSON
        """Ask a query; return its answer's payload."""
        of = f"query {next(self._ids)}"
        await self.begin(of, query, **more)
        told = await self.hear()
        assert (told["type"], told["id"]) == ("next", of), told
        assert await self.hear() == {"type": "complete", "id": of}
        return told["payload"]

    async def change(self) -> tuple[str, str]:
        """Return type and id of the next change."""
        told = await self.hear()
        assert (told["type"], told["id"]) == ("next", "changes"), told
        found = told["payload"]["data"]["changed"]
        assert found["at"].endswith("+00:00")
        return found["type"], found["nodeId"]

    async def nothing(self, seconds: float = QUIET) -> None:
        """Make sure that nothing comes."""
        try:
            told = await self.hear(seconds)
        except TimeoutError:
            return
        raise AssertionError(told)

    async def closed(self, seconds: float = SOON) -> tuple[int, str]:
        """Wait for the end; return its code and reason. What comes before it is passed over."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(seconds):
                while True:
                    await self.socket.recv()
        return self.socket.close_code or 0, self.socket.close_reason or ""


@asynccontextmanager
async def served(house: House) -> AsyncIterator[Street]:
    """Serve a house, which runs already, on a free port."""
    assert house.app is not None
    config = configuration(house.app, graceful_seconds=3)
    config.lifespan = "off"
    listener = listen("127.0.0.1", 0)
    server = _Quiet(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        while not server.started:  # noqa: ASYNC110  # uvicorn tells nobody
            await asyncio.sleep(0.005)
        yield Street(house, port_of_server(server), server)
    finally:
        server.should_exit = True
        await serving


def port_of_server(server: Server) -> int:
    """Return the port it listens on."""
    return port_of(server.servers[0].sockets[0])


@asynccontextmanager
async def street(
    every_seconds: float = 3600,
    subscriptions: Subscriptions | None = None,
    policy: Policy | None = None,
    **more: Any,  # noqa: ANN401  # as ready_house
) -> AsyncIterator[Street]:
    """Open a house whose sandbox sends it events, on a real port."""
    blocks = {"subscriptions": subscriptions} if subscriptions else {}
    chosen = policy or demo_policy(feeds=Feeds(every_seconds=every_seconds), **blocks)
    here = {"allowed_hosts": ("127.0.0.1",)}
    told = KEYS | SETTINGS | here | dict(more.pop("told", {}))
    given: dict[str, Any] = {"webhook_url": URL, "webhook_retries": (0.05,) * 4}
    async with ready_house(chosen, **(given | more), told=told) as house, served(house) as opened:
        yield opened


@asynccontextmanager
async def events(
    street: Street, token: str | None, query: str = CHANGED, **headers: str
) -> AsyncIterator["Events"]:
    """Ask for an event stream as curl would."""
    sent = {"accept": "text/event-stream"} | headers
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    url = f"http://127.0.0.1:{street.port}/graphql"
    async with (
        httpx.AsyncClient(trust_env=False, timeout=SOON) as client,
        client.stream("POST", url, json={"query": query}, headers=sent) as answer,
    ):
        yield Events(answer, answer.aiter_lines())


@dataclass
class Events:
    """A stream of events from the client's side."""

    answer: httpx.Response
    _lines: AsyncIterator[str]

    async def next(self) -> tuple[str, Any]:
        """Return the next event: its name, and its data read as JSON; a comment's name is `:`."""
        async with asyncio.timeout(SOON):
            name, data = "", ""
            async for line in self._lines:
                if line.startswith(":"):
                    name = ":"
                elif line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data:"):
                    data = line.removeprefix("data:").strip()
                elif not line:
                    return name, msgspec.json.decode(data) if data else None
        return "end", None
