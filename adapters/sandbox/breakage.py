"""Serves faults: wrong answers, slow ones, cut ones, and connections that break."""

import asyncio
import os
import socket
import struct

import httpx
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.sandbox.faults import Fault, Faults
from adapters.sandbox.surface import IGNORE_FILTERS

#: Linger for no time: closing sends a reset in place of a farewell.
ABRUPT = struct.pack("ii", 1, 0)


class Breakage:
    """Stands before an app and spoils the calls that faults were ordered for."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one call on, or spoil it."""
        fault = self._faults.take(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
            return
        scope = {**scope, IGNORE_FILTERS: fault.ignore_filters}
        app = await _carried_out(self._app, scope, receive) if fault.after else self._app
        await asyncio.sleep(fault.latency_ms / 1000)
        spoiled = _answer(fault) if fault.answers() else app
        if fault.reset:
            await _break(receive, abrupt=True)
        elif fault.truncate_at is not None:
            await _cut(fault.truncate_at, spoiled, scope, receive, send)
        else:
            await spoiled(scope, receive, send)


async def _carried_out(app: ASGIApp, scope: Scope, receive: Receive) -> ASGIApp:
    """Have the call carried out, and return what gives its answer."""
    answer: list[Message] = []

    async def keep(message: Message) -> None:
        answer.append(message)

    await app(scope, receive, keep)

    async def give(_scope: Scope, _receive: Receive, send: Send) -> None:
        for message in answer:
            await send(message)

    return give


async def _cut(size: int, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    left = size

    async def passing(message: Message) -> None:
        nonlocal left
        if message["type"] == "http.response.body":
            body = message.get("body", b"")[:left]
            left -= len(body)
            message = {"type": "http.response.body", "body": body, "more_body": True}
        await send(message)

    await app(scope, receive, passing)
    await _break(receive, abrupt=False)


def _answer(fault: Fault) -> Response:
    status, body = fault.answer()
    headers = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    page = body.lstrip().startswith(b"<")
    return Response(body, status, headers, "text/html" if page else "application/json")


async def _break(receive: Receive, *, abrupt: bool) -> None:
    """Close the connection under the server's feet.

    ASGI has no message for that, so the transport is taken from uvicorn's request cycle, whose
    method `receive` is. Called in process there is no connection to close, and what httpx
    raises when one breaks is raised here.
    """
    transport: asyncio.Transport | None
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise (
            httpx.ReadError("")
            if abrupt
            else httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body"
            )
        )
    if abrupt:
        _reset_on_close(transport)
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def _reset_on_close(transport: asyncio.Transport) -> None:
    """Make the closing of this connection a reset; by a second handle, as uvloop lends none."""
    handle = os.dup(transport.get_extra_info("socket").fileno())
    with socket.socket(fileno=handle) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)
