"""What one operation will cost, reckoned before it runs: in calls to ServiceTitan, and in rows.

Reckoned from the validated document and the values it comes with. It is an upper figure for a
viewer of one customer whose records are not remembered; what is remembered costs less in truth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    get_named_type,
    get_nullable_type,
    get_variable_values,
    is_list_type,
)
from graphql.execution.values import VariableValues

from resolvers.paging import MOST
from schema.weights import BLOCK, FREE, SAME_PARENT, WEIGHTS, Weight

ROWS_OF_A_POINT: Final = 100
"""How many rows weigh as much as one call to ServiceTitan."""

MOST_STEPS: Final = 10_000
"""How many selections are looked at; a document that has more is dearer than any may be."""

_ENDLESS: Final = 10**9

_Asked = dict[str, int]
"""How many calls each question of one set of parents takes."""


@dataclass(frozen=True, slots=True)
class Cost:
    """So many calls to ServiceTitan, and rows looked at."""

    calls: int = 0
    rows: int = 0

    @property
    def points(self) -> int:
        """What it is charged as: a point a call, and one for every hundred rows."""
        return self.calls + self.rows // ROWS_OF_A_POINT


NOTHING: Final = Cost()


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode | None,
    given: Mapping[str, Any],
) -> Cost:
    """What will this operation cost with these variables?

    Nothing where it will not run: without an operation, or with variables that do not fit.
    """
    root = None if operation is None else schema.get_root_type(operation.operation)
    if operation is None or root is None:
        return NOTHING
    told = get_variable_values(schema, operation.variable_definitions or (), dict(given))
    if isinstance(told, list):
        return NOTHING
    reckoning = _Reckoning(schema, document, told)
    reckoning.add(operation.selection_set, root, 1, {}, set())
    return Cost(min(reckoning.calls, _ENDLESS), min(reckoning.rows, _ENDLESS))


class _Reckoning:
    """Adds up what the selections of one operation cost."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: VariableValues
    ) -> None:
        self.calls = 0
        self.rows = 0
        self._schema = schema
        self._variables = variables
        self._steps = 0
        self._fragments: dict[str, FragmentDefinitionNode] = {
            of.name.value: of
            for of in document.definitions
            if isinstance(of, FragmentDefinitionNode)
        }

    def add(
        self, selected: SelectionSetNode, of: object, parents: int, asked: _Asked, spread: set[str]
    ) -> None:
        """Add what is selected of so many parents, of which `asked` was asked already.

        A fragment counts once for the same parents, as it is run once.
        """
        if not isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
            return
        for selection in selected.selections:
            self._steps += 1
            if self._steps > MOST_STEPS:
                self.calls = _ENDLESS
                return
            if self._is_left_out(selection):
                continue
            if isinstance(selection, FieldNode):
                field = of.fields.get(selection.name.value)
                if field is not None:
                    self._add_field(selection, field, of.name, parents, asked)
                continue
            fragment: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name in spread:
                    continue
                spread.add(name)
                fragment = self._fragments[name]
            on = fragment.type_condition
            kind = of if on is None else self._schema.get_type(on.name.value)
            self.add(fragment.selection_set, kind, parents, asked, spread)

    def _add_field(
        self, node: FieldNode, field: GraphQLField, of: str, parents: int, asked: _Asked
    ) -> None:
        place = f"{of}.{node.name.value}"
        weight = WEIGHTS.get(place, FREE)
        told = self._arguments(node, field) if field.args else {}
        listed = told.get(weight.by_list or "")
        length = len(listed) if isinstance(listed, list) else 1
        self._ask(weight, parents, length, asked)
        kind = get_named_type(field.type)
        rows = _rows(weight, field, told, length)
        if rows is not None:
            self.rows += parents * rows
            parents = min(parents * rows, _ENDLESS)
        if node.selection_set is not None and parents:
            is_same = place in SAME_PARENT or _is_of_a_page(of)
            self.add(node.selection_set, kind, parents, asked if is_same else {}, set())

    def _ask(self, weight: Weight, parents: int, length: int, asked: _Asked) -> None:
        blocks = ceil(parents * length / BLOCK)
        for question in weight.asks:
            before = 0 if weight.again else asked.get(question, 0)
            self.calls += max(0, blocks - before)
            asked[question] = max(before, blocks)
        self.calls += weight.of_each * parents

    def _is_left_out(self, selection: SelectionNode) -> bool:
        if not selection.directives:
            return False
        skip = get_directive_values(GraphQLSkipDirective, selection, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, selection, self._variables)
        return bool(skip and skip["if"]) or bool(include and not include["if"])

    def _arguments(self, node: FieldNode, field: GraphQLField) -> Mapping[str, Any]:
        try:
            return get_argument_values(field, node, self._variables)
        except GraphQLError:
            return {"first": MOST}  # it will be refused where it runs


def _rows(weight: Weight, field: GraphQLField, told: Mapping[str, Any], length: int) -> int | None:
    """How many rows has each parent's list, at most? None for what is no list."""
    if "first" in field.args:
        asked = told.get("last") or told.get("first")
        return MOST if asked is None else max(0, min(asked, MOST))
    if weight.by_list is not None and is_list_type(get_nullable_type(field.type)):
        return length
    return weight.rows or None


def _is_of_a_page(name: str) -> bool:
    """Do a connection's and an edge's fields stand for the rows of their page?"""
    return name.endswith(("Connection", "Edge"))
