"""A graph that answers every operation once, by a function of the test's."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from msgspec import structs

from gateway.http.connections import Connections, Identify
from gateway.http.exchange import Answer, Execute, GraphQLRequest, HTTPInfo
from gateway.http.graphql import GraphQLEndpoint
from resolvers.policy import Subscriptions
from resolvers.viewer import Viewer


@dataclass
class Once:
    """It has no subscription."""

    answer: Execute

    async def execute(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Answer:
        """Answer once."""
        return await self.answer(asked, viewer, http)

    async def read(self, asked: GraphQLRequest, viewer: Viewer) -> GraphQLRequest:
        """Tell by its text what it asks for."""
        assert viewer.key
        return structs.replace(asked, changes=asked.query.startswith("mutation"))

    async def results(
        self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo
    ) -> AsyncGenerator[Answer, None]:
        """Answer once."""
        yield await self.execute(asked, viewer, http)


def endpoint(execute: Execute, identify: Identify) -> GraphQLEndpoint:
    """Return the endpoint over such a graph."""
    return GraphQLEndpoint(Once(execute), Connections(identify, Subscriptions))
