"""What passes between the HTTP endpoint and the graph: a request, how it came, its answer."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Final, Literal, Protocol

import msgspec

from resolvers.origins import UNTOLD, Origin
from resolvers.viewer import Viewer

MediaType = Literal["application/json", "application/graphql-response+json"]

JSON: Final = "application/json"
GRAPHQL_RESPONSE: Final = "application/graphql-response+json"
EVENTS: Final = "text/event-stream"


class NoDocument(msgspec.Struct, frozen=True):
    """Why a request has no document to run: a sentence for anybody, and its code."""

    message: str
    code: str


class GraphQLRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The members of a GraphQL request, each of the type it must have.

    Without a `query` one names its document, by `document_id` or by its SHA-256 `digest`. Once it
    `is_read`, `query` is the document's text, or `unread` tells why there is none; whether it asks
    for a mutation (`changes`) or a subscription (`listens`) is known then.
    """

    query: str = ""
    variables: dict[str, object] | None = None
    operation_name: str | None = None
    extensions: dict[str, object] | None = None
    document_id: str | None = None
    digest: str | None = None
    is_read: bool = False
    unread: NoDocument | None = None
    changes: bool = False
    listens: bool = False

    @property
    def wants_plan(self) -> bool:
        """Is it asked how this would run (`extensions.plan`), in place of its being run?"""
        return self.extensions is not None and self.extensions.get("plan") is True


class HTTPInfo(msgspec.Struct, frozen=True, kw_only=True):
    """How a request came: its method, the media type its answer will have, and its id.

    By GET only queries may run; under `application/json` an answer to a document that does not
    validate has the status 200, under `application/graphql-response+json` it has 400. `origin` is
    kept as evidence of what somebody signs; `address` is whose budget it is where nobody signed in.
    """

    method: Literal["GET", "POST"]
    media_type: MediaType
    request_id: str
    origin: Origin = UNTOLD
    address: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a GraphQL response, with the status and the headers that go with them.

    `failed` is an answer that has errors and no data: nothing was done. `whole` is one without
    errors. `is_kept` is one that was told from what is kept, and may be again.
    """

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}
    failed: bool = False
    whole: bool = False
    is_kept: bool = False


Execute = Callable[[GraphQLRequest, Viewer, HTTPInfo], Awaitable[Answer]]


class Graph(Protocol):
    """What the street asks of the graph."""

    async def read(self, asked: GraphQLRequest, viewer: Viewer) -> GraphQLRequest:
        """Return the request with the document that it names, and with what it asks for."""

    async def execute(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Answer:
        """Answer a query or a mutation; raises Refused."""

    def results(
        self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo
    ) -> AsyncGenerator[Answer, None]:
        """Answer once, or for as long as a subscription lasts; raises Refused."""
