"""The way to every place: what stands before endpoints, and what goes with their answers."""

import asyncio
from collections.abc import Awaitable, Collection, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.tracing import Tracer, step, traced_by
from gateway.header_pairs import Pair, put
from gateway.http.exchange import JSON
from gateway.http.front_ends import FrontEnds
from gateway.http.gated import LANES
from gateway.http.headers import SafeHeaders
from gateway.http.heads import is_too_large, too_large
from gateway.http.heard import heard_in
from gateway.http.hosts import is_for, not_ours
from gateway.http.lanes import Lane
from gateway.http.leaving import Leaving
from gateway.http.overload import Gate
from gateway.http.refusals import Refused, broken, restarting
from gateway.http.whole import TYPE, parts_of, whole_in
from gateway.request_ids import ID
from gateway.security import Scenes
from gateway.telemetry import (
    AtHand,
    RequestLog,
    begin_connection,
    end_connection,
    frame_of,
    told_of,
)

_WHY: Final = {431: "its head is too large", 400: "its host is none of ours"}

_log = structlog.get_logger("http")


@dataclass(frozen=True, slots=True)
class Street:
    """Middleware, and the only one: each more would cost every request a call, and its answer one.

    Of a request, in this order:

    - it has an id, and will have a line in the log and be counted (`log`);
    - what is refused to it is told with where it came from (`scenes`);
    - its head may be so large (431), and was sent to one of our `hosts` (400);
    - what a browser asks for one of the `front_ends` before it asks is answered;
    - at some places it begins in its turn (503, `gate`);
    - it is answered at its place, whose failures are masked (500, or 503 where the process ends).

    Its answer has the id, the safe `headers`, what front ends' browsers want to know, and tells
    who asks to go elsewhere where this process ends (`leaving`). A WebSocket has a line of its own;
    it is refused by the same rules. With a `tracer` everything is traced. `straight` are the places
    that are led to without looking through the routes of `app`: paths as they are asked.
    """

    app: ASGIApp
    _: KW_ONLY
    headers: SafeHeaders
    log: RequestLog = field(default_factory=RequestLog)
    scenes: Scenes = field(default_factory=Scenes)
    hosts: Collection[str] = ()
    front_ends: FrontEnds | None = None
    leaving: Leaving = field(default_factory=Leaving)
    gate: Gate | None = None
    tracer: Tracer | None = None
    straight: Mapping[str, ASGIApp] = field(default_factory=dict)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request, or serve a WebSocket."""
        kind = scope["type"]
        if kind == "lifespan":
            return self.app(scope, receive, send)
        walk = self._request if kind == "http" else self._connection
        if self.tracer is None:
            return walk(scope, receive, send)
        return _traced(self.tracer, walk(scope, receive, send))

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        at_hand, noted = self.log.begin(scope)
        scene = self.scenes.begin(scope)
        answering = _Answering(self, scope, send, at_hand)
        try:
            if self.tracer is None:
                await self._walk(scope, receive, answering)
            else:
                with step("request", told_of(scope, at_hand)) as taken:
                    await self._walk(scope, receive, answering)
                    taken.tell("http.response.status_code", at_hand.status)
        finally:
            self.scenes.end(scene)
            self.log.end(scope, at_hand, noted)

    async def _walk(self, scope: Scope, receive: Receive, answering: "_Answering") -> None:
        """Answer, whatever happens; an answer that has begun breaks off."""
        try:
            answer = self._refused(scope) or self._preflight(scope)
            if answer is None:
                answering.is_for_front_ends = self.front_ends is not None
                place = self.straight.get(scope["path"], self.app)
                lane = LANES.get(answering.at_hand.route)
                if lane is None or self.gate is None:
                    await place(scope, receive, answering.send)
                else:
                    await _in_turn(self.gate, lane, place)(scope, receive, answering.send)
            else:
                await answer(scope, receive, answering.send)
        except asyncio.CancelledError:
            # The process ends and cannot wait any longer: it may be asked again.
            if answering.has_begun:
                raise
            await _told(restarting())(scope, receive, answering.send)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is answered
            # Whoever logged the exception itself would write down what its message holds.
            _log.error("request failed", error=type(error).__name__, at=frame_of(error))
            if not answering.has_begun:
                await _told(broken())(scope, receive, answering.send)

    async def _connection(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket, or refuse it before it is opened."""
        scene = self.scenes.begin(scope)
        try:
            answer = self._refused(scope)
            if answer is None:
                await self.app(scope, receive, send)
            else:
                answer.raw_headers = self.dressed(answer.raw_headers, begin_connection())
                _log.warning("websocket refused", reason=_WHY[answer.status_code])
                end_connection()
                await answer(scope, receive, send)
        finally:
            self.scenes.end(scene)

    def _refused(self, scope: Scope) -> Response | None:
        if is_too_large(scope):
            return _told(too_large())
        return None if is_for(self.hosts, scope) else _told(not_ours())

    def _preflight(self, scope: Scope) -> Response | None:
        return None if self.front_ends is None else self.front_ends.preflight(scope)

    def dressed(self, headers: list[Pair], request_id: str) -> list[Pair]:
        """Return the headers of an answer with those that every answer has."""
        if self.leaving.has_begun:
            put(headers, b"connection", b"close")
        self.headers.add_to(headers)
        put(headers, ID, request_id.encode("ascii"))
        return headers


@dataclass(slots=True)
class _Answering:
    """Sends the answer to one request, and adds to its head what every answer has."""

    street: Street
    scope: Scope
    to: Send
    at_hand: AtHand
    is_for_front_ends: bool = False

    @property
    def has_begun(self) -> bool:
        """Was its head sent?"""
        return self.at_hand.status > 0

    async def send(self, message: Message) -> None:
        """Send a part of the answer, or all of it in one go where that can be."""
        kind = message["type"]
        if kind != "http.response.body":
            self.at_hand.status = message["status"]
            headers = list(message.get("headers", ()))
            if self.is_for_front_ends and self.street.front_ends is not None:
                self.street.front_ends.add_to(headers, self.scope)
            dressed = self.street.dressed(headers, self.at_hand.id)
            # Whoever answers may send the same message again, and it stays as theirs.
            message = {**message, "headers": dressed}
            if (heard := heard_in(self.scope)) is not None:
                heard.head = dressed
        if kind != TYPE:
            await self.to(message)
        elif not self._is_written(message):
            for part in parts_of(message):
                await self.to(part)

    def _is_written(self, message: Message) -> bool:
        whole = whole_in(self.scope)
        return whole is not None and whole.is_written(
            message["status"], message["headers"], message["body"]
        )


async def _traced(tracer: Tracer, walk: Awaitable[None]) -> None:
    with traced_by(tracer):
        await walk


def _in_turn(gate: Gate, lane: Lane, place: ASGIApp) -> ASGIApp:
    """Return the place where there are turns."""

    async def visited(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            entry = await gate.enter(lane)
        except Refused as refused:
            await _told(refused)(scope, receive, send)
            return
        with entry:
            await place(scope, receive, send)

    return visited


def _told(refused: Refused) -> Response:
    answer = refused.answer()
    return Response(answer.body, answer.status, dict(answer.headers), JSON)
