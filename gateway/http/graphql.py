"""The GraphQL endpoint: HTTP in, one request to the graph, HTTP out (GraphQL over HTTP)."""

from collections.abc import Awaitable, Callable

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.http.bodies import read_body
from gateway.http.exchange import JSON, Answer, Execute, GraphQLRequest, HTTPInfo, MediaType
from gateway.http.media import negotiated, require_json
from gateway.http.refusals import Refused, keys_unavailable, unauthenticated
from gateway.http.requests import from_body, from_query_string
from gateway.identity.errors import InvalidToken, KeysUnavailable
from gateway.telemetry import note_viewer, request_id
from resolvers.viewer import Viewer

Identify = Callable[[Headers], Awaitable[Viewer]]

_log = structlog.get_logger("http")


class GraphQLEndpoint:
    """An ASGI endpoint over the graph's `execute` and the door's `identify`.

    The shape of a request is judged first, then who is asking, and only then its document
    (security.md, 3.7).
    """

    def __init__(self, execute: Execute, identify: Identify) -> None:
        self._execute = execute
        self._identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that left gets nothing."""
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        media_type: MediaType = JSON
        try:
            _check_method(request)
            media_type = negotiated(request.headers.getlist("accept"))
            answer = await self._answer(request, media_type)
        except Refused as refused:
            answer = refused.answer()
        return Response(answer.body, answer.status, dict(answer.headers), media_type)

    async def _answer(self, request: Request, media_type: MediaType) -> Answer:
        asked = await _read(request)
        viewer = await self._viewer(request.headers)
        note_viewer(viewer.kind.value)
        info = HTTPInfo(
            method="GET" if request.method == "GET" else "POST",
            media_type=media_type,
            request_id=request_id(),
        )
        return await self._execute(asked, viewer, info)

    async def _viewer(self, headers: Headers) -> Viewer:
        try:
            return await self._identify(headers)
        except InvalidToken as error:
            _log.warning("credentials refused", reason=error.reason)
            raise unauthenticated() from None
        except KeysUnavailable as error:
            _log.error("credentials not verifiable", problem=str(error))
            raise keys_unavailable() from None


def _check_method(request: Request) -> None:
    if request.method not in {"GET", "POST"}:
        raise Refused(405, "Ask with POST, or with GET.", headers={"allow": "GET, POST"})


async def _read(request: Request) -> GraphQLRequest:
    if request.method == "GET":
        return from_query_string(request.query_params)
    require_json(request.headers.getlist("content-type"))
    return from_body(await read_body(request))
