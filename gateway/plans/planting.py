"""How an operation's document becomes the tree of its plan."""

from collections.abc import Mapping

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_operation_ast,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    visit,
)
from graphql.language.ast import BooleanValueNode

from gateway.plans.sources import source_of
from gateway.plans.tree import Field, Place, Selection, Shape, Tree
from gateway.plans.unplannable import Reason, Unplannable
from gateway.plans.views import slot_of

LARGEST = 3000
"""How many fields a plan may have; abstract types multiply them."""

TYPENAME = GraphQLField(GraphQLNonNull(GraphQLString))

Fragments = dict[str, FragmentDefinitionNode]
Flags = Mapping[str, bool]


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the query that would run; raises Unplannable for anything else."""
    operation = get_operation_ast(document, name)
    if operation is None:
        raise Unplannable("no such operation, or more than one", Reason.OPERATION)
    if operation.operation is not OperationType.QUERY:
        raise Unplannable(
            "only queries are planned: what changes something never runs twice", Reason.OPERATION
        )
    return operation


def fragments_of(document: DocumentNode) -> Fragments:
    """Return a document's fragments by name; raises Unplannable where one has variables."""
    found = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
    if any(one.variable_definitions for one in found):
        raise Unplannable("fragments with variables")
    return {one.name.value: one for one in found}


class _FlagFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value not in {"skip", "include"}:
            raise Unplannable(f"the directive @{node.name.value}", Reason.DIRECTIVE)
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)


def flags_of(operation: OperationDefinitionNode, fragments: Fragments) -> tuple[str, ...]:
    """Return the variables that decide what is asked for: each combination has its own plan."""
    finder = _FlagFinder()
    for node in (operation, *fragments.values()):
        visit(node, finder)
    return tuple(sorted(finder.names))


def plant(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments, flags: Flags
) -> Tree:
    """Return the tree of a query with these flags; raises Unplannable."""
    tree = Tree(schema, operation, fragments)
    root = schema.query_type
    if root is None:
        raise Unplannable("no queries")
    tree.root = _Planter(tree, flags).selection(root, None, [operation.selection_set])
    return tree


class _Planter:
    def __init__(self, tree: Tree, flags: Flags) -> None:
        self.tree = tree
        self.flags = flags

    def selection(
        self, of: GraphQLObjectType, place: Place | None, sets: list[SelectionSetNode]
    ) -> Selection:
        selection = Selection(len(self.tree.selections), of, place)
        self.tree.selections.append(selection)
        asked: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for one in sets:
            self.collect(of, one, asked, seen)
        for index, (key, nodes) in enumerate(asked.items()):
            selection.fields.append(self.field(selection, index, key, nodes))
        return selection

    def field(self, selection: Selection, index: int, key: str, nodes: list[FieldNode]) -> Field:
        if len(self.tree.fields) >= LARGEST:
            raise Unplannable(f"more than {LARGEST} fields", Reason.SIZE)
        name = nodes[0].name.value
        definition = TYPENAME if name == "__typename" else selection.type.fields.get(name)
        parent = selection.type
        if definition is None:
            raise Unplannable(f"introspection: {parent.name}.{name}", Reason.INTROSPECTION)
        source = source_of(name, definition)
        number = len(self.tree.fields)
        field = Field(number, key, slot_of(index), name, nodes, definition, parent, source)
        self.tree.fields.append(field)
        field.place = self.place(field, definition.type, selection.place)
        return field

    def place(self, field: Field, of: GraphQLOutputType, up: Place | None) -> Place:
        nullable = not is_non_null_type(of)
        inner = of.of_type if is_non_null_type(of) else of
        if is_list_type(inner):
            place = Place(Shape.LIST, nullable, up, field, inner)
            place.item = self.place(field, inner.of_type, place)
        elif is_leaf_type(inner):
            place = Place(Shape.LEAF, nullable, up, field, inner)
        else:
            abstract = is_abstract_type(inner)
            place = Place(Shape.ABSTRACT if abstract else Shape.OBJECT, nullable, up, field, inner)
            sets = [node.selection_set for node in field.nodes if node.selection_set]
            for kind in self._kinds(inner):
                place.selections[kind.name] = self.selection(kind, place, sets)
        return place

    def _kinds(self, of: GraphQLOutputType) -> list[GraphQLObjectType]:
        if is_abstract_type(of):
            return list(self.tree.schema.get_possible_types(of))
        return [of] if is_object_type(of) else []

    def collect(
        self,
        of: GraphQLObjectType,
        asked_here: SelectionSetNode,
        asked: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in asked_here.selections:
            if not self.is_included(node):
                continue
            if isinstance(node, FieldNode):
                asked.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                fragment = self.tree.fragments[name]
                if name not in seen and self.applies(fragment.type_condition, of):
                    seen.add(name)
                    self.collect(of, fragment.selection_set, asked, seen)
            elif isinstance(node, InlineFragmentNode) and self.applies(node.type_condition, of):
                self.collect(of, node.selection_set, asked, seen)

    def is_included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            told = next((one.value for one in directive.arguments or ()), None)
            if isinstance(told, VariableNode):
                is_on = self.flags[told.name.value]
            elif isinstance(told, BooleanValueNode):
                is_on = told.value
            else:
                raise Unplannable("a directive without its argument", Reason.DIRECTIVE)
            if is_on is (directive.name.value == "skip"):
                return False
        return True

    def applies(self, condition: NamedTypeNode | None, of: GraphQLObjectType) -> bool:
        if condition is None:
            return True
        wanted = self.tree.schema.get_type(condition.name.value)
        return wanted is of or (
            is_abstract_type(wanted) and self.tree.schema.is_sub_type(wanted, of)
        )
