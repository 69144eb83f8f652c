"""What a document asks of the schema, for those to whom it tells nothing.

A name that is no type's is answered as the specification has it, with null and no error; a type's
is refused. More than that a guess does not tell either: a fragment on a type that is none is wrong.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)


@dataclass(frozen=True, slots=True)
class OfSchema:
    """What is asked: the whole schema, types by these names, types by these variables."""

    whole: bool = False
    names: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()

    def tells(self, types: Container[str]) -> bool:
        """Would it tell something of these types, whatever the variables are?"""
        return self.whole or any(name in types for name in self.names)

    def tells_by(self, given: Mapping[str, object], types: Container[str]) -> bool:
        """Would it tell something of these types with these variables?"""
        if not self.variables:
            return False
        told = [given.get(variable) for variable in self.variables]
        return any(isinstance(name, str) and name in types for name in told)


NOTHING: Final = OfSchema()


def asked_of_schema(document: DocumentNode) -> OfSchema:
    """What does this document ask of the schema, in any of its operations and fragments?"""
    asking = _Asking()
    visit(document, asking)
    variables = {of.name.value for of in asking.named if isinstance(of, VariableNode)}
    written = [of for of in asking.named if isinstance(of, StringValueNode)]
    written += [of for variable, of in asking.defaults if variable in variables]
    names = frozenset(of.value for of in written)
    return OfSchema(asking.whole, names, frozenset(variables))


class _Asking(Visitor):
    """Collects by what types are named, and what variables are where they are not given."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = False
        self.named: list[ValueNode] = []
        self.defaults: list[tuple[str, StringValueNode]] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401  # where it was found
        """Note a question of the schema."""
        if node.name.value == "__schema":
            self.whole = True
        elif node.name.value == "__type":
            self.named += [argument.value for argument in node.arguments or ()]

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:  # noqa: ANN401  # as above
        """Note what a variable is by default."""
        if isinstance(node.default_value, StringValueNode):
            self.defaults.append((node.variable.name.value, node.default_value))
