"""The GraphQL endpoint: HTTP in, one request to the graph, HTTP out (GraphQL over HTTP)."""

from collections.abc import Callable

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.bodies import read_body
from gateway.http.connections import Connections, Credentials, TooMany
from gateway.http.event_stream import EventStream, refused_for
from gateway.http.exchange import JSON, Graph, GraphQLRequest, HTTPInfo, MediaType
from gateway.http.media import negotiated, require_json, wants_events
from gateway.http.refusals import (
    Refused,
    bad_request,
    forbidden,
    unauthenticated,
    unverifiable,
)
from gateway.http.requests import from_body, from_query_string
from gateway.identity.errors import (
    BadRequestHeader,
    InvalidToken,
    NotAllowed,
    SessionEnded,
    Unverifiable,
)
from gateway.telemetry import note_viewer, request_id
from resolvers.origins import origin_of
from resolvers.viewer import Viewer

_log = structlog.get_logger("http")


class GraphQLEndpoint:
    """An ASGI endpoint over the graph's `execute` and `results`, and the door of `connections`.

    The shape of a request is judged first, then who is asking, and only then its document
    (security.md, 3.7). `address_of` tells where a request comes from.
    """

    def __init__(
        self,
        graph: Graph,
        connections: Connections,
        address_of: Callable[[Request], str] | None = None,
    ) -> None:
        self._graph = graph
        self._connections = connections
        self._address_of = address_of or _peer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that left gets nothing."""
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
            await response(scope, receive, send)
        except ClientDisconnect:
            return
        except TooMany as full:
            answer = refused_for(full).answer()
            headers = dict(answer.headers)
            await Response(answer.body, answer.status, headers, JSON)(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        accepts = request.headers.getlist("accept")
        media_type: MediaType = JSON
        try:
            _check_method(request)
            if not wants_events(accepts, is_subscription=True):
                media_type = negotiated(accepts)
            asked = await _read(request)
            viewer = await self._viewer(request)
            note_viewer(viewer)
            if wants_events(accepts, is_subscription=self._graph.listens(asked)):
                return self._events(request, asked, viewer)
            media_type = negotiated(accepts)
            answer = await self._graph.execute(asked, viewer, self._how(request, media_type))
        except Refused as refused:
            answer = refused.answer()
        return Response(answer.body, answer.status, dict(answer.headers), media_type)

    def _events(self, request: Request, asked: GraphQLRequest, viewer: Viewer) -> EventStream:
        return EventStream(
            self._graph.results(asked, viewer, self._how(request, JSON)),
            self._connections,
            Credentials(request.headers, viewer),
            lasts=self._graph.listens(asked),
        )

    def _how(self, request: Request, media_type: MediaType) -> HTTPInfo:
        return HTTPInfo(
            method="GET" if request.method == "GET" else "POST",
            media_type=media_type,
            request_id=request_id(),
            origin=origin_of(self._address_of(request), request.headers.get("user-agent")),
        )

    async def _viewer(self, request: Request) -> Viewer:
        try:
            return await self._connections.identify(request.headers, request.method)
        except InvalidToken as error:
            _log.warning("credentials refused", reason=error.reason)
            clearing = error.clearing if isinstance(error, SessionEnded) else None
            raise unauthenticated(clearing) from None
        except NotAllowed as error:
            _log.warning("credentials refused", reason=error.reason)
            raise forbidden(str(error)) from None
        except BadRequestHeader as error:
            raise bad_request(str(error)) from None
        except Unverifiable as error:
            _log.error("credentials not verifiable", problem=str(error))
            raise unverifiable() from None


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _check_method(request: Request) -> None:
    if request.method not in {"GET", "POST"}:
        raise Refused(405, "Ask with POST, or with GET.", headers={"allow": "GET, POST"})


async def _read(request: Request) -> GraphQLRequest:
    if request.method == "GET":
        return from_query_string(request.query_params)
    require_json(request.headers.getlist("content-type"))
    return from_body(await read_body(request))
