"""What operations cost, reckoned once for all that are asked alike."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from graphql import (
    GraphQLSchema,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeNode,
)

from adapters.remembered import Remembered
from gateway.documents import Document
from gateway.guard.cost import NOTHING, Cost, cost_of

MOST_REMEMBERED: Final = 4 * 1024 * 1024
"""How much memory costs may take in all, in bytes, as reckoned."""

_BYTES_OF_ANY: Final = 400
_TEXTS: Final = frozenset({"String", "ID"})
_NONE: Final[Mapping[str, object]] = {}

_Alike = tuple[int, str | None, bytes]


class Costs:
    """Reckons what operations will cost, and remembers it by their documents and variables."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: Remembered[_Alike, Cost] = Remembered(MOST_REMEMBERED)

    def of(self, document: Document, name: str | None, given: Mapping[str, Any] | None) -> Cost:
        """What will this operation of the document cost with these variables?"""
        operation = document.operation(name)
        if operation is None or document.node is None:
            return NOTHING
        told = given or _NONE
        alike = _alike(operation, told)
        key = (document.number, name, alike)
        known = self._known.find(key)
        if known is None:
            known = cost_of(self._schema, document.node, operation, told)
            self._known.keep(key, known, _BYTES_OF_ANY + len(alike))
        return known


def _alike(operation: OperationDefinitionNode, given: Mapping[str, object]) -> bytes:
    """Spell the variables as far as a cost goes by them: no text changes what is read."""
    told: dict[str, object] = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        if name in given:
            value = given[name]
            is_text = type(value) is str and _is_text(definition.type)
            told[name] = "" if is_text else value
    return msgspec.json.encode(told) if told else b""


def _is_text(kind: TypeNode) -> bool:
    """Does a variable of this type take every text there is?"""
    named = kind.type if isinstance(kind, NonNullTypeNode) else kind
    return isinstance(named, NamedTypeNode) and named.name.value in _TEXTS
