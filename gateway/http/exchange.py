"""What passes between the HTTP endpoint and the graph: a request, how it came, its answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

import msgspec

from resolvers.viewer import Viewer

MediaType = Literal["application/json", "application/graphql-response+json"]

JSON: Final = "application/json"
GRAPHQL_RESPONSE: Final = "application/graphql-response+json"


class GraphQLRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The four members of a GraphQL request, each of the type it must have."""

    query: str
    variables: dict[str, object] | None = None
    operation_name: str | None = None
    extensions: dict[str, object] | None = None


class HTTPInfo(msgspec.Struct, frozen=True, kw_only=True):
    """How a request came: its method, the media type its answer will have, and its id.

    By GET only queries may run; under `application/json` an answer to a document that does not
    validate has the status 200, under `application/graphql-response+json` it has 400.
    """

    method: Literal["GET", "POST"]
    media_type: MediaType
    request_id: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a GraphQL response, with the status and the headers that go with them."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}


Execute = Callable[[GraphQLRequest, Viewer, HTTPInfo], Awaitable[Answer]]
