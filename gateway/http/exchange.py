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


class GraphQLRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The four members of a GraphQL request, each of the type it must have."""

    query: str
    variables: dict[str, object] | None = None
    operation_name: str | None = None
    extensions: dict[str, object] | None = None


class HTTPInfo(msgspec.Struct, frozen=True, kw_only=True):
    """How a request came: its method, the media type its answer will have, and its id.

    By GET only queries may run; under `application/json` an answer to a document that does not
    validate has the status 200, under `application/graphql-response+json` it has 400. `origin` is
    kept as evidence of what somebody signs.
    """

    method: Literal["GET", "POST"]
    media_type: MediaType
    request_id: str
    origin: Origin = UNTOLD


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a GraphQL response, with the status and the headers that go with them.

    `failed` is an answer that has errors and no data: nothing was done.
    """

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}
    failed: bool = False


Execute = Callable[[GraphQLRequest, Viewer, HTTPInfo], Awaitable[Answer]]


class Graph(Protocol):
    """What the street asks of the graph."""

    def listens(self, asked: GraphQLRequest) -> bool:
        """Does this ask for a subscription?"""

    async def execute(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Answer:
        """Answer a query or a mutation; raises Refused."""

    def results(
        self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo
    ) -> AsyncGenerator[Answer, None]:
        """Answer once, or for as long as a subscription lasts; raises Refused."""
