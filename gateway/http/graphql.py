"""The GraphQL endpoint: HTTP in, one request to the graph, HTTP out (GraphQL over HTTP)."""

from collections.abc import Callable
from contextlib import nullcontext

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.admitting import Admitting
from gateway.http.bodies import MAX_BYTES, MAX_BYTES_OF_STAFF, read_body, too_large
from gateway.http.connections import Connections, Credentials, TooMany
from gateway.http.event_stream import EventStream, refused_for
from gateway.http.exchange import JSON, Graph, GraphQLRequest, HTTPInfo, MediaType
from gateway.http.gone import UnlessGone
from gateway.http.media import negotiated, require_json, wants_events
from gateway.http.refusals import (
    Refused,
    bad_request,
    forbidden,
    unauthenticated,
    unverifiable,
)
from gateway.http.requests import from_body, from_query_string
from gateway.http.validators import NOT_MODIFIED, unless_had
from gateway.identity.errors import (
    BadRequestHeader,
    InvalidToken,
    NotAllowed,
    SessionEnded,
    Unverifiable,
)
from gateway.security import What, tell, tell_refused
from gateway.telemetry import note_viewer, request_id
from resolvers.origins import origin_of
from resolvers.viewer import Viewer

_log = structlog.get_logger("http")


class GraphQLEndpoint:
    """An ASGI endpoint over the graph's `execute` and `results`, and the door of `connections`.

    The shape of a request is judged first, then who is asking, and only then its document
    (security.md, 3.7). `address_of` tells where a request comes from. While too many ask, some are
    sent away between the first two (`admitting`). A client that leaves ends what it only reads;
    what it changes is done to its end.
    """

    def __init__(
        self,
        graph: Graph,
        connections: Connections,
        address_of: Callable[[Request], str] | None = None,
        admitting: Admitting | None = None,
    ) -> None:
        self._graph = graph
        self._admitting = admitting or Admitting()
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
            refused = refused_for(full)
            tell_refused(refused.status, refused.code)
            answer = refused.answer()
            headers = dict(answer.headers)
            await Response(answer.body, answer.status, headers, JSON)(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        accepts = request.headers.getlist("accept")
        media_type: MediaType = JSON
        address = self._address_of(request)
        try:
            _check_method(request)
            if not wants_events(accepts, is_subscription=True):
                media_type = negotiated(accepts)
            asked, size = await _read(request, self._most(request))
            with await self._admitting.enter(request.headers, address, asked) as entry:
                viewer = await self._viewer(request)
                note_viewer(viewer)
                if size > MAX_BYTES and viewer.staff is None:
                    raise too_large(MAX_BYTES)
                asked = await self._graph.read(asked, viewer)
                changes = self._graph.changes(asked, viewer)
                await self._admitting.settle(entry, asked, viewer, changes=changes)
                if wants_events(accepts, is_subscription=self._graph.listens(asked, viewer)):
                    return self._events(request, asked, viewer)
                media_type = negotiated(accepts)
                with nullcontext() if changes else UnlessGone(request.receive):
                    how = self._how(request, media_type)
                    answer = await self._graph.execute(asked, viewer, how)
                if how.method == "GET" and answer.whole:
                    answer = unless_had(answer, media_type, viewer, request.headers)
        except Refused as refused:
            tell_refused(refused.status, refused.code)
            await self._admitting.refuse(refused, request.headers, address)
            answer = refused.answer()
        kind = None if answer.status == NOT_MODIFIED else media_type
        return Response(answer.body, answer.status, dict(answer.headers), kind)

    def _events(self, request: Request, asked: GraphQLRequest, viewer: Viewer) -> EventStream:
        return EventStream(
            self._graph.results(asked, viewer, self._how(request, JSON)),
            self._connections,
            Credentials(request.headers, viewer),
            lasts=self._graph.listens(asked, viewer),
        )

    def _most(self, request: Request) -> int:
        """How large may a body be that is read before it is known who sends it?"""
        return MAX_BYTES_OF_STAFF if self._admitting.is_staffs(request.headers) else MAX_BYTES

    def _how(self, request: Request, media_type: MediaType) -> HTTPInfo:
        address = self._address_of(request)
        return HTTPInfo(
            method="GET" if request.method == "GET" else "POST",
            media_type=media_type,
            request_id=request_id(),
            origin=origin_of(address, request.headers.get("user-agent")),
            address=address,
        )

    async def _viewer(self, request: Request) -> Viewer:
        try:
            return await self._connections.identify(request.headers, request.method)
        except InvalidToken as error:
            tell(What.CREDENTIALS, error.reason)
            clearing = error.clearing if isinstance(error, SessionEnded) else None
            raise unauthenticated(clearing) from None
        except NotAllowed as error:
            tell(What.ACCESS, error.reason)
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


async def _read(request: Request, most: int) -> tuple[GraphQLRequest, int]:
    """Return what is asked, and the size of the body that it came in."""
    if request.method == "GET":
        return from_query_string(request.query_params), 0
    require_json(request.headers.getlist("content-type"))
    body = await read_body(request, most)
    return from_body(body), len(body)
