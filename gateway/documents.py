"""Documents read once, however often they are asked: parsed, measured, validated, remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from adapters.remembered import Remembered
from gateway.guard.given import NONE, Uses, uses_of
from gateway.guard.inputs import text_bounds
from gateway.guard.introspection import closed
from gateway.guard.limits import EVERYBODY, STAFF, DocumentLimits, beyond
from gateway.guard.shape import shape_of
from gateway.guard.type_names import NOTHING, OfSchema, asked_of_schema

MOST_REMEMBERED: Final = 32 * 1024 * 1024
"""How much memory documents may take in all, in bytes, as reckoned."""

_BYTES_OF_A_TOKEN: Final = 400
_BYTES_OF_A_CHARACTER: Final = 4
_BYTES_OF_ANY: Final = 2_000
_MOST_ERRORS: Final = 20

_numbers = count()


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it was read: the document, or the errors for which it is none.

    `operations` are those of the document by their names, under None the only one. `subscribes` are
    the operation names by which a subscription would run, if it could. No other document that was
    read has the same `number`.
    """

    node: DocumentNode | None = None
    errors: tuple[GraphQLError, ...] = ()
    uses: Uses = NONE
    operations: Mapping[str | None, OperationDefinitionNode] = field(default_factory=dict)
    subscribes: frozenset[str | None] = frozenset()
    of_schema: OfSchema = NOTHING
    number: int = field(default_factory=_numbers.__next__)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation that would run, None where the name leaves that open."""
        return self.operations.get(name)

    def only_reads(self, name: str | None) -> bool:
        """Is the operation that would run a query?"""
        operation = self.operation(name)
        return operation is None or operation.operation is OperationType.QUERY

    def listens(self, name: str | None) -> bool:
        """Is the operation that would run, or would have if it could, a subscription?"""
        return name in self.subscribes

    def changes(self, name: str | None) -> bool:
        """Is the operation that would run a mutation?"""
        operation = self.operation(name)
        return operation is not None and operation.operation is OperationType.MUTATION


class Documents:
    """Reads documents against one schema, and remembers the last of them, good and bad.

    Raises Unbounded for a schema that has a list or a text among its arguments without a bound.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._bounds = text_bounds(schema)
        self._known: Remembered[tuple[str, bool], Document] = Remembered(MOST_REMEMBERED)

    def read(self, text: str, *, freely: bool = False) -> Document:
        """Return the document of this text; `freely` as staff may have it run, who may ask more."""
        limits = STAFF if freely else EVERYBODY
        if len(text) > limits.characters:
            told = f"A document may have at most {limits.characters} characters."
            return Document(None, (beyond("characters", told),))
        known = self._known.find((text, freely))
        if known is None:
            known = self._read(text, limits, freely=freely)
            self._known.keep((text, freely), known, weight_of(text, known))
        return known

    def known(self, text: str) -> Document | None:
        """Return the document of this text as customers may have it run, if it is remembered."""
        return self._known.find((text, False))

    def refusal_of(
        self, document: Document, variables: Mapping[str, object] | None
    ) -> tuple[GraphQLError, ...]:
        """For what is this document not run with these variables? Nothing, where it may be."""
        if document.errors or not variables:
            return document.errors
        if document.of_schema.tells_by(variables, self._schema.type_map):
            return (closed(),)
        too_long = document.uses.too_long(variables, self._bounds)
        return () if too_long is None else (too_long,)

    def _read(self, text: str, limits: DocumentLimits, *, freely: bool) -> Document:
        try:
            node = parse(text, max_tokens=limits.tokens)
            return self._judged(node, limits, freely=freely)
        except RecursionError:
            return Document(None, (beyond("depth", "The document is nested too deeply."),))
        except GraphQLError as error:
            if error.message.startswith("Syntax Error: Document contains more than"):
                most = limits.tokens
                error = beyond("tokens", f"A document may have at most {most} tokens.")
            elif error.message.startswith("Syntax Error: Document is nested too deeply"):
                error = beyond("depth", "The document is nested too deeply.")
            return Document(None, (_light(error),))

    def _judged(self, node: DocumentNode, limits: DocumentLimits, *, freely: bool) -> Document:
        """Measure first: what validates a document may be slow with one that is out of shape."""
        shape = shape_of(self._schema, node)
        refusal = limits.exceeded(shape)
        of_schema = asked_of_schema(node) if shape.introspects and not freely else NOTHING
        if refusal is None and of_schema.tells(self._schema.type_map):
            refusal = closed()
        uses = uses_of(node, self._bounds) if refusal is None else refusal
        subscribes = _subscriptions(node)
        if isinstance(uses, GraphQLError):
            return Document(None, (_light(uses),), subscribes=subscribes)
        errors = validate(self._schema, node, max_errors=_MOST_ERRORS, hide_suggestions=not freely)
        if errors:
            told = tuple(_light(error) for error in errors)
            return Document(None, told, subscribes=subscribes)
        return Document(node, (), uses, _operations(node), subscribes, of_schema)


def _operations(node: DocumentNode) -> Mapping[str | None, OperationDefinitionNode]:
    """Which operation runs by which name? By None the only one does."""
    told = [of for of in node.definitions if isinstance(of, OperationDefinitionNode)]
    named: dict[str | None, OperationDefinitionNode] = {
        of.name.value: of for of in told if of.name is not None
    }
    return named | ({None: told[0]} if len(told) == 1 else {})


def _subscriptions(node: DocumentNode) -> frozenset[str | None]:
    """By which operation names would a subscription run? None where it is the only operation."""
    operations = [of for of in node.definitions if isinstance(of, OperationDefinitionNode)]
    listening = [of for of in operations if of.operation is OperationType.SUBSCRIPTION]
    names = {of.name.value for of in listening if of.name is not None}
    return frozenset(names | {None} if listening and len(operations) == 1 else names)


def _light(error: GraphQLError) -> GraphQLError:
    """Return the same error with its places, and without the document that it was found in."""
    return GraphQLError(
        error.message,
        source=error.source,
        positions=error.positions,
        extensions=error.extensions,
    )


def weight_of(text: str, document: Document) -> int:
    """Reckon what it takes to remember a text and its document, in bytes."""
    tokens = 0 if document.node is None else document.node.token_count or 0
    return _BYTES_OF_ANY + len(text) * _BYTES_OF_A_CHARACTER + tokens * _BYTES_OF_A_TOKEN
