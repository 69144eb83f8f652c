"""The shape of a document: what it would come to with its fragments spread out, never doing so.

Each definition is read once, and each fragment is counted once: whoever spreads it adds its sums.
So the work is linear in the tokens, however often fragments spread each other (M1, M3, GD-5).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
)

from gateway.guard.introspection import INTROSPECTION
from gateway.guard.spreading import in_order, reached_by

ENDLESS: Final = 10**9
"""Where counting stops: no limit is as high."""


@dataclass(slots=True)
class Shape:
    """What a document comes to: sums over all its operations, and the deepest and widest of them.

    A fragment that no operation reaches counts as if it were one. `steps` tells how many nodes were
    looked at to know this.
    """

    fields: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    depth: int = 0
    lists: int = 0
    siblings: int = 0
    introspects: bool = False
    steps: int = 0


@dataclass(slots=True)
class _Set:
    """One selection set: its own sums, to which those of its parts are added.

    `within` is the set that it is a part of; `below` by how many fields it is deeper than that,
    none for an inline fragment, and `listed` by how many lists. Depths below introspection are not
    `told`.
    """

    within: "_Set | None" = None
    below: int = 0
    listed: int = 0
    told: bool = True
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    width: int = 0
    widest: int = 0
    depth: int = 0
    lists: int = 0
    introspects: bool = False

    def take(self, part: "_Set", *, below: int = 0, listed: int = 0, told: bool = True) -> None:
        """Add a part; of a fragment that is spread here, all that its own set came to."""
        self.fields = min(self.fields + part.fields, ENDLESS)
        self.aliases = min(self.aliases + part.aliases, ENDLESS)
        self.directives = min(self.directives + part.directives, ENDLESS)
        self.introspects = self.introspects or part.introspects
        if not below:
            self.width = min(self.width + part.width, ENDLESS)
        self.widest = max(self.widest, part.widest, part.width)
        if told:
            self.depth = max(self.depth, below + part.depth)
            self.lists = max(self.lists, listed + part.lists)


@dataclass(slots=True)
class _Definition:
    """An operation or a fragment: its sets, each behind the one that it is a part of."""

    sets: list[_Set]
    spreads: list[tuple[_Set, str]]
    is_operation: bool

    @property
    def names(self) -> list[str]:
        """The fragments it spreads."""
        return [name for _, name in self.spreads]


def shape_of(schema: GraphQLSchema, document: DocumentNode) -> Shape:
    """What is the shape of this document, valid or not? A cycle of fragments is gone round once."""
    reader = _Reader(schema)
    definitions = [
        reader.read(node)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    named = dict(reader.named)
    fragments = {name: definition.names for name, definition in named.items()}
    counted: dict[str, _Set] = {}
    shape = Shape(steps=reader.steps)
    for name in in_order(fragments):
        counted[name] = _folded(named[name], counted, shape)
    operations = [of for of in definitions if of.is_operation]
    reached = reached_by((name for of in operations for name in of.names), fragments)
    in_use = {id(named[name]) for name in reached}
    for definition in definitions:
        if id(definition) not in in_use:
            _add(shape, _folded(definition, counted, shape))
    return shape


def _folded(definition: _Definition, counted: Mapping[str, _Set], shape: Shape) -> _Set:
    """Return the outermost set with everything added that is in it; done once, it is done."""
    shape.steps += len(definition.spreads) + len(definition.sets)
    for at, name in definition.spreads:
        if name in counted:
            at.take(counted[name])
    definition.spreads = []
    whole = definition.sets[0]
    while len(definition.sets) > 1:
        part = definition.sets.pop()
        if part.within is not None:
            part.within.take(part, below=part.below, listed=part.listed, told=part.told)
    return whole


def _add(shape: Shape, whole: _Set) -> None:
    shape.fields = min(shape.fields + whole.fields, ENDLESS)
    shape.aliases = min(shape.aliases + whole.aliases, ENDLESS)
    shape.directives = min(shape.directives + whole.directives, ENDLESS)
    shape.root_fields = min(shape.root_fields + whole.width, ENDLESS)
    shape.depth = max(shape.depth, whole.depth)
    shape.lists = max(shape.lists, whole.lists)
    shape.siblings = max(shape.siblings, whole.widest, whole.width)
    shape.introspects = shape.introspects or whole.introspects


class _Reader:
    """Takes definitions apart, without recursion, and counts the nodes it looks at."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.steps = 0
        self.named: dict[str, _Definition] = {}
        self._schema = schema

    def read(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> _Definition:
        """Return the parts of this definition."""
        outer = _Set(directives=len(node.directives or ()))
        definition = _Definition([outer], [], isinstance(node, OperationDefinitionNode))
        if isinstance(node, FragmentDefinitionNode):
            self.named[node.name.value] = definition
        for variable in node.variable_definitions or ():
            outer.directives += len(variable.directives or ())
        todo = [(outer, node.selection_set, self._type_of(node))]
        while todo:
            into, selected, on = todo.pop()
            todo += self._parts(definition, into, selected, on)
        return definition

    def _parts(
        self,
        definition: _Definition,
        into: _Set,
        selected: SelectionSetNode,
        on: GraphQLNamedType | None,
    ) -> Iterator[tuple[_Set, SelectionSetNode, GraphQLNamedType | None]]:
        """Count a set's own selections; give the sets inside it."""
        for node in selected.selections:
            self.steps += 1
            into.directives += len(node.directives or ())
            if isinstance(node, FragmentSpreadNode):
                definition.spreads.append((into, node.name.value))
            elif isinstance(node, FieldNode):
                yield from self._field(definition, into, node, on)
            elif isinstance(node, InlineFragmentNode):
                part = _Set(within=into)
                definition.sets.append(part)
                yield part, node.selection_set, self._condition(node) or on

    def _field(
        self, definition: _Definition, into: _Set, node: FieldNode, on: GraphQLNamedType | None
    ) -> Iterator[tuple[_Set, SelectionSetNode, GraphQLNamedType | None]]:
        field, asks_schema = self._field_of(on, node.name.value), node.name.value in INTROSPECTION
        lists = 0 if field is None or asks_schema else _lists_of(field)
        into.fields += 1
        into.width += 1
        into.aliases += node.alias is not None
        into.depth = max(into.depth, 1)
        into.lists = max(into.lists, lists)
        into.introspects = into.introspects or asks_schema
        if node.selection_set is not None:
            part = _Set(within=into, below=1, listed=lists, told=not asks_schema)
            definition.sets.append(part)
            yield part, node.selection_set, None if field is None else get_named_type(field.type)

    def _field_of(self, on: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        return self._schema.get_field(on, name) if is_composite_type(on) else None

    def _type_of(
        self, node: OperationDefinitionNode | FragmentDefinitionNode
    ) -> GraphQLNamedType | None:
        if isinstance(node, OperationDefinitionNode):
            return self._schema.get_root_type(node.operation)
        return self._schema.get_type(node.type_condition.name.value)

    def _condition(self, node: InlineFragmentNode) -> GraphQLNamedType | None:
        on = node.type_condition
        return None if on is None else self._schema.get_type(on.name.value)


def _lists_of(field: GraphQLField) -> int:
    """How many lists inside each other is this field?"""
    lists, of = 0, get_nullable_type(field.type)
    while isinstance(of, GraphQLList):
        lists, of = lists + 1, get_nullable_type(of.of_type)
    return lists
