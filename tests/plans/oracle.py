"""graphql-core as the truth, and what "the same answer" means.

The order of errors among fields that wait is nobody's promise. Plans tell errors in the order of
the answer, which is the order of graphql-core where no resolver waits: that twin of the graph is
asked for the errors, and the graph itself for the data.
"""

import json
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute, parse, validate

from gateway.plans.plans import Plans
from gateway.plans.views import plain


@dataclass(frozen=True)
class Told:
    """An answer, as clients compare it: data is JSON's text, keys in order."""

    data: str
    errors: list[dict[str, Any]]

    def loosely(self) -> tuple[str, set[str]]:
        """Return the data, and the places that errors left null."""
        data = json.loads(self.data)
        return self.data, {str(null_above(data, one.get("path", []))) for one in self.errors}


def told(result: ExecutionResult) -> Told:
    """Return a result as it is compared."""
    data = {key: plain(value) for key, value in result.data.items()} if result.data else result.data
    errors = [dict(one.formatted) for one in result.errors or ()]
    return Told(json.dumps(data, default=repr), errors)


def null_above(data: Any, path: list[Any]) -> list[Any] | None:  # noqa: ANN401  # JSON
    """Return the place at or above `path` where the answer is null."""
    for depth, key in enumerate(path):
        if data is None:
            return path[:depth]
        data = data[key]
    return path if data is None else None


def document_of(schema: GraphQLSchema, text: str) -> DocumentNode | None:
    """Return the document, None for one that is not valid."""
    node = parse(text)
    return None if validate(schema, node) else node


async def by_core(
    schema: GraphQLSchema, node: DocumentNode, context: object, values: dict[str, object]
) -> Told:
    """Ask graphql-core."""
    result = execute(schema, node, context_value=context, variable_values=values)
    return told(await result if isawaitable(result) else result)


async def by_plan(
    plans: Plans, node: DocumentNode, context: object, values: dict[str, object]
) -> Told:
    """Ask a plan."""
    return told(await plans.execute(node, context, values))
