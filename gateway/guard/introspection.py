"""Questions about the schema itself: for staff alone, by whatever alias or fragment (GD-14)."""

from typing import Final

from graphql import GraphQLError

from resolvers.errors import Forbidden

INTROSPECTION: Final = frozenset({"__schema", "__type"})
"""The fields that tell of the schema; `__typename` tells of an answer, to anybody."""

_FORBIDDEN: Final = Forbidden("The schema is told to staff alone.")


def closed() -> GraphQLError:
    """Return the refusal of a document that asks for any of them."""
    return GraphQLError(str(_FORBIDDEN), extensions=_FORBIDDEN.extensions)
