"""What is said on one WebSocket, within bounds of time."""

import asyncio
from contextlib import suppress
from typing import Final

from starlette.datastructures import Headers
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.http import websocket_messages as wire
from gateway.http.refusals import Refused

SEND_SECONDS: Final = 10.0
"""For how long a client may take nothing while something waits for it; then it is cut off."""

_CLOSE_SECONDS: Final = 1.0


class Closed(Exception):  # noqa: N818  # what is done, not what went wrong
    """This connection is to be closed, with this code and for this reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Line:
    """Sends and receives messages; raises WebSocketDisconnect where the client has left.

    `address` is where the client is.
    """

    def __init__(self, socket: WebSocket, address: str = "") -> None:
        self.headers: Headers = socket.headers
        self.address = address
        self._socket = socket
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def accept(self, protocol: str) -> None:
        """Open the connection; raises Closed where the client does not speak this protocol."""
        if protocol in self._socket.scope["subprotocols"]:
            await self._socket.accept(protocol)
            return
        await self._socket.accept()
        raise Closed(wire.NO_PROTOCOL, "Subprotocol not acceptable")

    async def receive(self) -> wire.Message:
        """Return the next message; raises Closed where it is none."""
        told = await self._socket.receive()
        if told["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(told["code"])
        text = told.get("text")
        if text is None:
            raise Closed(wire.BAD_REQUEST, "Messages are text.")
        try:
            return wire.read_message(text)
        except Refused as refused:
            raise Closed(wire.BAD_REQUEST, str(refused)) from None

    async def send(self, message: str) -> None:
        """Send this; a client that takes nothing for too long is cut off, which raises Closed."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.send_text(message)
        except TimeoutError:
            slow = Closed(wire.TOO_SLOW, "Too slow.")
            if not self._broken.done():
                self._broken.set_exception(slow)
            raise slow from None

    async def broken(self) -> None:
        """Wait until something that was sent cannot arrive; raises Closed."""
        await asyncio.shield(self._broken)

    async def close(self, code: int, reason: str) -> None:
        """Tell the client why it ends, if it still listens."""
        with suppress(TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._socket.close(code, wire.reason(reason))
