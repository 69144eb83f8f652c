"""The graph by WebSocket (`graphql-transport-ws`): one connection from its opening to its end."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.counts import StreetCounts
from gateway.http import websocket_messages as wire
from gateway.http.admitting import Admitting
from gateway.http.client_address import ClientAddresses
from gateway.http.connections import ENDING, Connections, Credentials, End, TooMany
from gateway.http.exchange import JSON, Graph, HTTPInfo
from gateway.http.origins import Origins
from gateway.http.websocket_credentials import headers_of
from gateway.http.websocket_line import Closed, Line
from gateway.http.websocket_operations import Operations
from gateway.identity.errors import BadRequestHeader, InvalidToken, NotAllowed, Unverifiable
from gateway.security import What, tell
from gateway.telemetry import begin_connection, end_connection, frame_of, note_viewer
from resolvers.viewer import ANONYMOUS

INIT_SECONDS = 3.0
"""Within how many seconds a client has to say who it is."""

_IDLE = End(1000, "Nothing was asked for a while.")

_log = structlog.get_logger("live")


@dataclass(frozen=True, slots=True)
class WebSocketEndpoint:
    """An ASGI endpoint over the graph; the same door, limits and gate as by HTTP."""

    graph: Graph
    connections: Connections
    origins: Origins
    counts: StreetCounts = field(default_factory=StreetCounts)
    address_of: Callable[[HTTPConnection], str] = ClientAddresses().of
    admitting: Admitting = field(default_factory=Admitting)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection to its end, and leave a line in the log."""
        socket = WebSocket(scope, receive, send)
        began, request_id = time.perf_counter(), begin_connection()
        if not self.origins.may_open(socket.headers):
            tell(What.ACCESS, "its page is none of ours")
            await socket.close()
            return
        code = await self._serve(Line(socket, self.address_of(socket)), request_id)
        self.counts.websockets[code] += 1
        ms = round((time.perf_counter() - began) * 1000, 1)
        _log.info("websocket", code=code, ms=ms)
        end_connection()

    async def _serve(self, line: Line, request_id: str) -> int:
        """Serve until somebody ends it; return the code by which it ended."""
        try:
            await line.accept(wire.PROTOCOL)
            await self._talk(line, request_id)
        except Closed as closed:
            await line.close(closed.code, closed.reason)
            return closed.code
        except WebSocketDisconnect as gone:
            return gone.code
        except Exception as error:  # noqa: BLE001  # whoever logged it itself would tell what it holds
            _log.error("websocket failed", error=type(error).__name__, at=frame_of(error))
            await line.close(wire.BROKEN, "Something went wrong on our side.")
            return wire.BROKEN
        return wire.BROKEN

    async def _talk(self, line: Line, request_id: str) -> None:
        try:
            with self.connections.enter(ANONYMOUS):
                credentials = await self._introduced(line)
            with self.connections.enter(credentials.viewer):
                await line.send(wire.ack())
                await self._converse(line, credentials, request_id)
        except TooMany as full:
            tell(What.LIMIT, "too many connections")
            raise Closed(wire.TRY_LATER, str(full)) from None

    async def _introduced(self, line: Line) -> Credentials:
        """Wait until the client says who it is; raises Closed where it does not, or is nobody."""
        try:
            async with asyncio.timeout(INIT_SECONDS):
                init = await _init(line)
        except TimeoutError:
            raise Closed(wire.INIT_TIMEOUT, "Connection initialisation timeout") from None
        headers = headers_of(line.headers, init.payload or {})
        credentials = await self._identified(headers)
        note_viewer(credentials.viewer)
        return credentials

    async def _identified(self, headers: Headers) -> Credentials:
        """Verify what came with `connection_init`, by the rules of a POST."""
        try:
            return Credentials(headers, await self.connections.identify(headers, "POST"))
        except InvalidToken as error:
            tell(What.CREDENTIALS, error.reason)
            raise Closed(wire.FORBIDDEN, "Forbidden") from None
        except NotAllowed as error:
            tell(What.ACCESS, error.reason)
            raise Closed(wire.FORBIDDEN, str(error)) from None
        except BadRequestHeader as error:
            raise Closed(wire.BAD_REQUEST, str(error)) from None
        except Unverifiable as error:
            _log.error("credentials not verifiable", problem=str(error))
            sentence = "Sign-in cannot be verified at the moment."
            raise Closed(wire.TRY_LATER, sentence) from None

    async def _converse(self, line: Line, credentials: Credentials, request_id: str) -> None:
        """Take messages until the client leaves or something ends the connection."""
        bounds = self.connections.bounds()
        info = HTTPInfo(method="POST", media_type=JSON, request_id=request_id, address=line.address)
        most = bounds.operations_per_connection
        operations = Operations(self.graph, line, credentials, info, most, self.admitting)
        listening = asyncio.create_task(_listen(line, operations, bounds.idle_seconds))
        ending = asyncio.create_task(self.connections.end_of(credentials))
        broken = asyncio.create_task(line.broken())
        parts = (listening, ending, broken)
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            if ending.done() and not listening.done():
                await _end(ending.result(), listening, operations)
            await (listening if listening.done() else broken)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await operations.aclose()


async def _end(end: End, listening: asyncio.Task[None], operations: Operations) -> None:
    """End the connection; what was asked is answered first, where the gateway itself ends."""
    listening.cancel()
    if end is ENDING:
        await operations.settled()
    raise Closed(end.close, end.sentence)


async def _init(line: Line) -> wire.Init:
    while True:
        match await line.receive():
            case wire.Init() as init:
                return init
            case wire.Ping():
                await line.send(wire.pong())
            case wire.Subscribe():
                raise Closed(wire.UNAUTHORIZED, "Unauthorized")
            case _:
                continue


async def _listen(line: Line, operations: Operations, idle_seconds: float) -> None:
    while True:
        try:
            async with asyncio.timeout(operations.quiet_for(idle_seconds)):
                message = await line.receive()
        except TimeoutError:
            if operations.quiet_for(idle_seconds) > 0:
                continue
            raise Closed(_IDLE.close, _IDLE.sentence) from None
        operations.note()
        match message:
            case wire.Init():
                raise Closed(wire.TOO_MANY_INITS, "Too many initialisation requests")
            case wire.Ping():
                await line.send(wire.pong())
            case wire.Subscribe():
                await operations.begin(message)
            case wire.Complete(id=of):
                operations.end(of)
