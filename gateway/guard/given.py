"""What somebody gives to arguments, looked through before anything runs (GD-10, GD-22).

By the names of arguments and members alone: whether a value fits the schema is GraphQL's to say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

from gateway.guard.inputs import LISTS
from gateway.guard.limits import beyond
from resolvers.errors import BadInput

MOST_DIGITS: Final = 18
"""Of a number that stands in a document: as many as JSON may have, sign, point and all."""

Bounds = Mapping[str, int]


@dataclass(frozen=True)
class Uses:
    """For which arguments a document uses its variables."""

    by_variable: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def _in_order(self) -> Sequence[tuple[str, Sequence[str]]]:
        return [(name, sorted(of)) for name, of in sorted(self.by_variable.items())]

    def too_long(self, given: Mapping[str, object], bounds: Bounds) -> GraphQLError | None:
        """Which of these values is longer than what it is given for may be, if any?"""
        for variable, names in self._in_order:
            for name in names:
                refusal = _first_too_long(name, given.get(variable), bounds)
                if refusal is not None:
                    return refusal
        return None


NONE: Final = Uses()


def uses_of(document: DocumentNode, bounds: Bounds) -> Uses | GraphQLError:
    """For which arguments are the variables used? Or, what is written longer than it may be?"""
    arguments = _Arguments()
    visit(document, arguments)
    uses: dict[str, set[str]] = {}
    for argument in arguments.found:
        for name, value in _parts(argument.name.value, argument.value):
            if isinstance(value, VariableNode):
                uses.setdefault(value.name.value, set()).add(name)
            elif (refusal := _written_too_long(name, value, bounds)) is not None:
                return refusal
    for variable in arguments.variables:
        for use in sorted(uses.get(variable.variable.name.value, ())) or [""]:
            for name, value in _parts(use, variable.default_value):
                if (refusal := _written_too_long(name, value, bounds)) is not None:
                    return refusal
    return Uses({variable: frozenset(names) for variable, names in uses.items()})


class _Arguments(Visitor):
    """Gathers the arguments of fields and directives, and the variables that have a default."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[ArgumentNode] = []
        self.variables: list[VariableDefinitionNode] = []

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        self.found.append(node)

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        if node.default_value is not None:
            self.variables.append(node)


def _parts(name: str, value: ValueNode | None) -> Iterator[tuple[str, ValueNode]]:
    """Give a written value and what it is made of, each with the name of what it is given for."""
    todo = [] if value is None else [(name, value)]
    while todo:
        of, part = todo.pop()
        yield of, part
        if isinstance(part, ListValueNode):
            todo += [(of, entry) for entry in part.values]
        elif isinstance(part, ObjectValueNode):
            todo += [(member.name.value, member.value) for member in part.fields]


def _written_too_long(name: str, value: ValueNode, bounds: Bounds) -> GraphQLError | None:
    if isinstance(value, IntValueNode | FloatValueNode) and len(value.value) > MOST_DIGITS:
        told = BadInput(f"A number may have at most {MOST_DIGITS} digits.")
        return GraphQLError(str(told), [value], extensions=told.extensions)
    if isinstance(value, ListValueNode):
        return _judged(name, list(value.values), bounds, [value])
    if isinstance(value, StringValueNode):
        return _judged(name, value.value, bounds, [value])
    return None


def _first_too_long(name: str, given: object, bounds: Bounds) -> GraphQLError | None:
    todo = [(name, given)]
    while todo:
        of, value = todo.pop()
        if not isinstance(value, str | list | dict):
            continue
        refusal = _judged(of, value, bounds)
        if refusal is not None:
            return refusal
        if isinstance(value, dict):
            todo += [(str(member), part) for member, part in value.items()]
        elif isinstance(value, list):
            todo += [(of, entry) for entry in value]
    return None


def _judged(
    name: str, value: object, bounds: Bounds, nodes: Iterable[Node] = ()
) -> GraphQLError | None:
    """Is this list, or this text, longer than what is given for this name may be?"""
    error: GraphQLError | None = None
    if isinstance(value, list) and len(value) > LISTS.get(name, len(value)):
        error = beyond(name, f"`{name}` may have at most {LISTS[name]} entries.")
    elif isinstance(value, str) and len(value) > bounds.get(name, len(value)):
        told = BadInput(f"`{name}` may have at most {bounds[name]} characters.")
        error = GraphQLError(str(told), extensions=told.extensions)
    if error is None:
        return None
    return GraphQLError(error.message, list(nodes) or None, extensions=error.extensions)
