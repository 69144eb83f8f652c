"""What resolvers are told of their field, made only as far as they ask for it."""

from typing import Any, Protocol

import strawberry
from graphql import GraphQLResolveInfo
from graphql.execution.values import VariableValues

from gateway.plans.tree import Field


class Telling(Protocol):
    """What a request can tell of a field."""

    context: object

    def raw_info(self, field: Field) -> GraphQLResolveInfo[Any]:
        """Return what graphql-core tells resolvers, but the path."""

    def fully(self) -> VariableValues:
        """Return graphql-core's own account of the variables."""


class Told(strawberry.Info[Any, Any]):
    """Strawberry's Info, of which most resolvers ask the context alone."""

    context: Any = None  # Strawberry looks for it each time

    def __init__(self, request: Telling, field: Field) -> None:
        self._request = request
        self._told_of = field
        self._field = field.source.field  # type: ignore[assignment]  # a resolver's has one
        self.context = request.context

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # graphql-core's info
        """Make graphql-core's info for the first who asks."""
        if name != "_raw_info":
            raise AttributeError(name)
        raw = self._raw_info = self._request.raw_info(self._told_of)
        return raw


class Lazily:
    """Stands for graphql-core's variables, which few resolvers look at."""

    def __init__(self, request: Telling) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever stands there
        """Give what stands there."""
        return getattr(self._request.fully(), name)
