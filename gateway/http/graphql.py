"""The GraphQL endpoint: HTTP in, one request to the graph, HTTP out (GraphQL over HTTP)."""

from collections.abc import Callable

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.begun import Begun
from gateway.http.admitting import Admitting
from gateway.http.bodies import MAX_BYTES, MAX_BYTES_OF_STAFF, read_body, too_large
from gateway.http.connections import Connections, Credentials, TooMany
from gateway.http.event_stream import EventStream, refused_for
from gateway.http.exchange import JSON, Graph, GraphQLRequest, HTTPInfo, MediaType
from gateway.http.gone import UnlessGone
from gateway.http.heard import heard_in
from gateway.http.media import accepted, require_json
from gateway.http.read_headers import ReadRequest
from gateway.http.refusals import (
    Refused,
    bad_request,
    forbidden,
    unauthenticated,
    unverifiable,
)
from gateway.http.replies import Reply
from gateway.http.requests import from_body, from_query_string
from gateway.http.validators import unless_had
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
        request = ReadRequest(scope, receive)
        try:
            reply = await self._respond(request)
            await reply(scope, receive, send)
        except ClientDisconnect:
            return
        except TooMany as full:
            refused = refused_for(full)
            tell_refused(refused.status, refused.code)
            await Reply(refused.answer())(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        wanted = accepted(request.headers.getlist("accept"))
        media_type: MediaType = JSON
        address = self._address_of(request)
        try:
            _check_method(request)
            if not wanted.lasting_events:
                media_type = wanted.media_type()
            asked, size = await _read(request, lambda: self._most(request))
            with await self._admitting.enter(request.headers, address, asked) as entry:
                viewer = await self._viewer(request)
                note_viewer(viewer)
                if size > MAX_BYTES and viewer.staff is None:
                    raise too_large(MAX_BYTES)
                asked = await self._graph.read(asked, viewer)
                await self._admitting.settle(entry, asked, viewer, changes=asked.changes)
                if wanted.lasting_events if asked.listens else wanted.events:
                    how = _how(request, JSON, address)
                    return self._events(request, asked, viewer, how)
                media_type = wanted.media_type()
                how = _how(request, media_type, address)
                answering = Begun(self._graph.execute(asked, viewer, how))
                if answering.is_over or asked.changes:
                    answer = await answering
                else:
                    with UnlessGone(request.receive):
                        answer = await answering
                if how.method == "GET" and answer.whole:
                    answer = unless_had(answer, media_type, viewer, request.headers)
                if answer.whole and (heard := heard_in(request.scope)) is not None:
                    heard.answered(asked, viewer, how, answer)
        except Refused as refused:
            tell_refused(refused.status, refused.code)
            await self._admitting.refuse(refused, request.headers, address)
            answer = refused.answer()
        return Reply(answer, media_type)

    def _events(
        self, request: Request, asked: GraphQLRequest, viewer: Viewer, how: HTTPInfo
    ) -> EventStream:
        return EventStream(
            self._graph.results(asked, viewer, how),
            self._connections,
            Credentials(request.headers, viewer),
            lasts=asked.listens,
        )

    def _most(self, request: Request) -> int:
        """How large may a body be that is large, and read before it is known who sends it?"""
        return MAX_BYTES_OF_STAFF if self._admitting.is_staffs(request.headers) else MAX_BYTES

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


def _how(request: Request, media_type: MediaType, address: str) -> HTTPInfo:
    return HTTPInfo(
        method="GET" if request.method == "GET" else "POST",
        media_type=media_type,
        request_id=request_id(),
        origin=origin_of(address, request.headers.get("user-agent")),
        address=address,
    )


def _check_method(request: Request) -> None:
    if request.method not in {"GET", "POST"}:
        raise Refused(405, "Ask with POST, or with GET.", headers={"allow": "GET, POST"})


async def _read(request: Request, more: Callable[[], int]) -> tuple[GraphQLRequest, int]:
    """Return what is asked, and the size of the body that it came in."""
    if request.method == "GET":
        return from_query_string(request.query_params), 0
    require_json(request.headers.getlist("content-type"))
    body = await read_body(request, MAX_BYTES, more)
    return from_body(body), len(body)
