"""A WebSocket without a socket: messages in, messages out, over a graph of two operations."""

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from typing import Any

import msgspec
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gateway.http.connections import Connections
from gateway.http.exchange import Answer, GraphQLRequest, HTTPInfo
from gateway.http.origins import Origins
from gateway.http.websocket import WebSocketEndpoint
from resolvers.policy import Subscriptions
from resolvers.viewer import ANONYMOUS, Viewer


class Little:
    """A graph that answers what begins with `{` and never ends what begins with `s`."""

    async def read(self, asked: GraphQLRequest, viewer: Viewer) -> GraphQLRequest:
        """Say whether this never ends."""
        assert viewer == ANONYMOUS
        return msgspec.structs.replace(asked, listens=asked.query.startswith("s"))

    async def execute(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Answer:
        """Answer once."""
        assert viewer == ANONYMOUS
        assert http.method == "POST"
        if asked.query.startswith("{ "):
            return Answer(body=b'{"data":{}}')
        return Answer(body=b'{"errors":[]}', failed=True)

    async def results(
        self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo
    ) -> AsyncGenerator[Answer, None]:
        """Answer once, or tell nothing for ever."""
        if asked.listens:
            await asyncio.Event().wait()
        yield await self.execute(asked, viewer, http)


async def _nobody(_headers: Headers, _method: str) -> Viewer:
    return ANONYMOUS


def endpoint(bounds: Subscriptions | None = None) -> WebSocketEndpoint:
    """Return the endpoint over the little graph."""
    connections = Connections(_nobody, lambda: bounds or Subscriptions())
    return WebSocketEndpoint(Little(), connections, Origins(None, ()))


class Pipe:
    """Both ends of a connection as ASGI has it; it takes so many messages and then none."""

    def __init__(self, takes: int = 1_000_000) -> None:
        self._takes = takes
        self.accepted: str | None = None
        self.code: int | None = None
        self.sent: list[str] = []
        self._queue: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._queue.put_nowait({"type": "websocket.connect"})

    def asgi(self) -> tuple[Scope, Receive, Send]:
        """Return what an endpoint is called with."""
        scope = {"type": "websocket", "headers": [], "subprotocols": ["graphql-transport-ws"]}
        return scope, self._queue.get, self._send

    def put(self, text: str) -> None:
        """Say this to the endpoint."""
        self._queue.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        """Leave."""
        self._queue.put_nowait({"type": "websocket.disconnect", "code": 1000})

    def told(self) -> list[Any]:
        """Return what the endpoint said."""
        return [msgspec.json.decode(of) for of in self.sent]

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if len(self.sent) == self._takes:
            await asyncio.Event().wait()
        if message["type"] == "websocket.accept":
            self.accepted = message["subprotocol"]
        elif message["type"] == "websocket.close":
            self.code = message["code"]
        else:
            assert self.code is None
            self.sent.append(message["text"])
