"""Documents parsed and validated once, however often they are asked."""

from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    validate,
)

LONGEST = 15_000
"""How many characters a document may have."""
MOST_TOKENS = 1_000
REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it was read: the document, or the errors for which it is none."""

    node: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation that would run, None where the name leaves that open."""
        return None if self.node is None else get_operation_ast(self.node, name)

    def only_reads(self, name: str | None) -> bool:
        """Is the operation that would run a query?"""
        operation = self.operation(name)
        return operation is None or operation.operation is OperationType.QUERY

    def listens(self, name: str | None) -> bool:
        """Is the operation that would run a subscription?"""
        operation = self.operation(name)
        return operation is not None and operation.operation is OperationType.SUBSCRIPTION

    def changes(self, name: str | None) -> bool:
        """Is the operation that would run a mutation?"""
        operation = self.operation(name)
        return operation is not None and operation.operation is OperationType.MUTATION


class Documents:
    """Reads documents against one schema, and remembers the last of them, good and bad."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.read = lru_cache(REMEMBERED)(self._read)

    def _read(self, text: str) -> Document:
        """Return the document of this text."""
        if len(text) > LONGEST:
            return _refused(f"A document may have at most {LONGEST} characters.", "characters")
        try:
            node = parse(text, max_tokens=MOST_TOKENS)
        except RecursionError:
            return _refused("The document is nested too deeply.", "depth")
        except GraphQLError as error:
            if error.message.startswith("Syntax Error: Document contains more than"):
                return _refused(f"A document may have at most {MOST_TOKENS} tokens.", "tokens")
            return Document(None, (error,))
        return Document(node, tuple(validate(self._schema, node, max_errors=20)))


def _refused(message: str, limit: str) -> Document:
    extensions = {"code": "LIMIT_EXCEEDED", "limit": limit}
    return Document(None, (GraphQLError(message, extensions=extensions),))
