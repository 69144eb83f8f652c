"""How long lists and texts may be that somebody gives, by the name of what they are given for.

An argument, or a member of an input, of one name has one bound, wherever in the schema it stands.
Texts are bounded here so that nothing large reaches a resolver. What a resolver says about a text
that is a little too long (a name, a reason) is its own, kinder word: these bounds leave it room.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from graphql import (
    GraphQLArgument,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

_ID: Final = 10_240
"""Whatever is longer than 64 is answered like an id of nobody's, up to here (AZ-4)."""
_WORD: Final = 1_024
"""Numbers, emails, versions, keys: none of them is as long."""
_CURSOR: Final = 10_240
"""A cursor that is none is BAD_CURSOR, up to here."""
_TEXT: Final = 4_096
"""A name, a reason, a search, a processor's token: their resolvers allow 2,048 at most."""
_DRAWING: Final = 98_304
"""Base64 of 64 KiB has 87,384 characters; the whole request has 100 KiB at most."""

LISTS: Final = MappingProxyType({"ids": 100, "invoiceIds": 100, "estimateNumbers": 100})
"""How many entries each list may have."""

TEXTS: Final = MappingProxyType(
    {
        "after": _CURSOR,
        "authorizedBy": _TEXT,
        "before": _CURSOR,
        "customerNumber": _WORD,
        "email": _WORD,
        "estimateNumbers": _WORD,
        "idempotencyKey": _WORD,
        "invoiceNumber": _WORD,
        "locationNumber": _WORD,
        "name": _TEXT,
        "number": _WORD,
        "pngDataUrl": _DRAWING,
        "processorToken": _TEXT,
        "reason": _TEXT,
        "search": _TEXT,
        "serialNumber": _TEXT,
        "svgPath": _DRAWING,
        "typedName": _TEXT,
        "version": _WORD,
    }
)
"""How many characters each text may have."""


class Unbounded(Exception):  # noqa: N818  # what an argument is, told to who added it
    """An argument of the schema has no bound in these tables."""


def text_bounds(schema: GraphQLSchema) -> Mapping[str, int]:
    """Return how many characters what bears a name may have, ids among them.

    Raises Unbounded for a list or a text that nobody has set a bound for.
    """
    bounds = dict(TEXTS)
    for name, given in _inputs(schema):
        kind = get_named_type(given.type)
        if is_list_type(get_nullable_type(given.type)) and name not in LISTS:
            raise Unbounded(f"`{name}` is a list without a bound.")
        if kind is GraphQLID:
            bounds[name] = _ID
        elif kind is GraphQLString and name not in TEXTS:
            raise Unbounded(f"`{name}` is a text without a bound.")
    return bounds


def _inputs(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLArgument | GraphQLInputField]]:
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field in kind.fields.values():
                yield from field.args.items()
        elif isinstance(kind, GraphQLInputObjectType):
            yield from kind.fields.items()
