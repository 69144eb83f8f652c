"""The graph's endpoint: by HTTP, as a stream of events, and by WebSocket, all by one door."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from gateway.counts import StreetCounts
from gateway.http.admitting import Admitting
from gateway.http.client_address import ClientAddresses
from gateway.http.connections import Connections, Identify
from gateway.http.exchange import Graph
from gateway.http.graphql import GraphQLEndpoint
from gateway.http.origins import Origins
from gateway.http.websocket import WebSocketEndpoint
from gateway.settings import Settings
from resolvers.policy import Policy

PATH = "/graphql"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the graph is asked; `connections` are those that last, ended before the gateway.

    `straight` leads there without a look at the `routes`: path and place.
    """

    routes: Sequence[BaseRoute]
    straight: Mapping[str, ASGIApp]
    connections: Connections


def endpoint_of(
    graph: Graph,
    identify: Identify,
    policy: Callable[[], Policy],
    settings: Settings,
    counts: StreetCounts | None = None,
    admitting: Admitting | None = None,
) -> Endpoint:
    """Put the graph on the street; `counts` are told how WebSockets end, `admitting` lets in."""
    connections = Connections(identify, lambda: policy().subscriptions)
    origins = Origins(settings.public_url, settings.cors_origins)
    addresses = ClientAddresses(settings.trusted_proxies)
    counts, admitting = counts or StreetCounts(), admitting or Admitting()
    socket = WebSocketEndpoint(graph, connections, origins, counts, addresses.of, admitting)
    place = GraphQLEndpoint(graph, connections, addresses.of, admitting)
    routes = Route(PATH, place), WebSocketRoute(PATH, socket)
    return Endpoint(routes, {PATH: place}, connections)
