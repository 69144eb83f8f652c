"""The operations that run on one WebSocket, each under its client's id."""

import asyncio
from contextlib import aclosing
from typing import Final

import structlog
from starlette.websockets import WebSocketDisconnect

from gateway.http import websocket_messages as wire
from gateway.http.admitting import Admitting
from gateway.http.connections import Credentials
from gateway.http.exchange import Graph, GraphQLRequest, HTTPInfo
from gateway.http.refusals import Refused, broken
from gateway.http.websocket_line import Closed, Line
from gateway.security import begin_again, tell_refused
from gateway.telemetry import frame_of

SETTLING_SECONDS: Final = 11.0
"""How long what was asked may take to be answered at the end: as long as any operation may."""

_log = structlog.get_logger("live")


class Operations:
    """Begins and ends them; at most so many run at a time, and each id stands for one."""

    def __init__(
        self,
        graph: Graph,
        line: Line,
        credentials: Credentials,
        info: HTTPInfo,
        most: int,
        admitting: Admitting,
    ) -> None:
        self._graph = graph
        self._line = line
        self._headers, self._viewer = credentials.headers, credentials.viewer
        self._admitting = admitting
        self._info = info
        self._most = most
        self._by_id: dict[str, asyncio.Task[None]] = {}
        self._lasting: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet_since = asyncio.get_running_loop().time()

    async def begin(self, message: wire.Subscribe) -> None:
        """Run what is asked; raises Closed for an id that runs already, and for a bad request."""
        if message.id in self._by_id:
            raise Closed(wire.SUBSCRIBER_EXISTS, f"Subscriber for {message.id} already exists")
        try:
            asked = await self._graph.read(message.request(), self._viewer)
        except Refused as refused:
            raise Closed(wire.BAD_REQUEST, str(refused)) from None
        if len(self._tasks) >= self._most:
            full = _too_many(self._most)
            tell_refused(full.status, full.code)
            await self._line.send(wire.refusal(message.id, full))
            return
        task = asyncio.create_task(self._run(message.id, asked))
        self._by_id[message.id] = task
        self._tasks.add(task)
        task.add_done_callback(self._done)
        if asked.listens:
            self._lasting.add(task)

    def end(self, of: str) -> None:
        """End an operation for its client, who wants to hear no more of it."""
        task = self._by_id.pop(of, None)
        if task is not None:
            task.cancel()

    def note(self) -> None:
        """Note that the client said something."""
        self._quiet_since = asyncio.get_running_loop().time()

    def quiet_for(self, seconds: float) -> float:
        """For how many more seconds may nothing run and nothing be asked?"""
        if self._tasks:
            self.note()
        return self._quiet_since + seconds - asyncio.get_running_loop().time()

    async def settled(self) -> None:
        """Wait until whatever has an end was answered."""
        asked = self._tasks - self._lasting
        if asked:
            await asyncio.wait(asked, timeout=SETTLING_SECONDS)

    async def aclose(self) -> None:
        """End all; what changes something is done to its end first."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._lasting.discard(task)
        self.note()

    async def _run(self, of: str, asked: GraphQLRequest) -> None:
        begin_again()
        try:
            await self._answer(of, asked)
        except (Closed, WebSocketDisconnect, OSError):
            return  # the line is cut, and who listens on it knows
        except Refused as refused:
            tell_refused(refused.status, refused.code)
            await self._last(of, wire.refusal(of, refused))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is answered
            _log.error("operation failed", error=type(error).__name__, at=frame_of(error))
            await self._last(of, wire.refusal(of, broken()))

    async def _answer(self, of: str, asked: GraphQLRequest) -> None:
        with await self._admitting.enter(self._headers, self._info.address, asked) as entry:
            await self._admitting.settle(entry, asked, self._viewer, changes=asked.changes)
            if asked.listens:
                entry.leave()  # it lasts, and connections have bounds of their own
            await self._pass_on(of, asked)

    async def _pass_on(self, of: str, asked: GraphQLRequest) -> None:
        async with aclosing(self._graph.results(asked, self._viewer, self._info)) as answers:
            async for answer in answers:
                if answer.failed:
                    await self._last(of, wire.following(of, answer))
                    return
                await self._line.send(wire.following(of, answer))
        await self._last(of, wire.complete(of))

    async def _last(self, of: str, message: str) -> None:
        """Say the last of an operation: from then on its id is free again."""
        if self._by_id.get(of) is asyncio.current_task():
            del self._by_id[of]
            await self._line.send(message)


def _too_many(most: int) -> Refused:
    return Refused(
        429, f"At most {most} operations may run on a connection.", code="LIMIT_EXCEEDED"
    )
