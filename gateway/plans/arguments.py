"""Variables and arguments, coerced once for a request.

What is plain (a scalar or an enum from a literal, or straight from a variable) is copied; all else
goes graphql-core's and Strawberry's own way, so that there is one truth about it, and it is theirs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_argument_values,
    get_variable_values,
    is_leaf_type,
    is_non_null_type,
    is_required_argument,
    type_from_ast,
    visit,
)
from graphql.execution.values import VariableValues
from strawberry.relay import GlobalID
from strawberry.types.arguments import StrawberryArgument, convert_arguments

from gateway.plans.tree import Field, Tree

Values = dict[str, Any]

MOST_ERRORS = 50
"""How many of a request's variables graphql-core tells to be wrong."""

_NONE: Final = VariableValues({}, {})
_UNCHANGING = (str, int, float, bool, type(None), Decimal, Enum)
_LARGEST, _SMALLEST = 2_147_483_647, -2_147_483_648

_ACCEPTS: Mapping[str, Callable[[object], bool]] = {
    "String": lambda value: type(value) is str,
    "ID": lambda value: type(value) is str,
    "Boolean": lambda value: type(value) is bool,
    "Int": lambda value: type(value) is int and _SMALLEST <= value <= _LARGEST,
}


@dataclass(frozen=True, slots=True)
class _Plain:
    """A variable at a glance: what it takes as it is, and whether it may be absent."""

    name: str
    accepts: Callable[[object], bool] | None
    omissible: bool


class Variables:
    """The variables of one operation: what was told, coerced."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._plain = [self._seen(one) for one in self._definitions]

    def _seen(self, node: VariableDefinitionNode) -> _Plain:
        of = type_from_ast(self._schema, node.type)
        inner = of.of_type if is_non_null_type(of) else of
        omissible = not is_non_null_type(of) and node.default_value is None
        return _Plain(node.variable.name.value, _ACCEPTS.get(str(inner)), omissible)

    def coerce(self, told: Mapping[str, object]) -> Values | None:
        """Return the values; None where one is wrong, which graphql-core says best."""
        values: Values = {}
        for plain in self._plain:
            value = told.get(plain.name, Undefined)
            if plain.accepts is not None and plain.accepts(value):
                values[plain.name] = value
            elif not (plain.omissible and value is Undefined):
                found = self.fully(told)
                return None if found is None else found.coerced
        return values

    def fully(self, told: Mapping[str, object]) -> VariableValues | None:
        """Return graphql-core's own account of them, for arguments that go the long way."""
        if not self._definitions:
            return _NONE
        found = get_variable_values(self._schema, self._definitions, dict(told), MOST_ERRORS)
        return None if isinstance(found, list) else found


@dataclass(frozen=True, slots=True)
class Bare:
    """An argument given straight by a variable."""

    name: str
    variable: str
    required: bool


class Arguments:
    """The arguments of one field: `constant` where no request changes them."""

    def __init__(self, schema: strawberry.Schema, field: Field) -> None:
        self._schema = schema
        self._field = field
        self._base: Values = {}
        self._bare: list[Bare] | None = None
        self.constant: Values | None = None
        if not field.definition.args:
            self.constant = {}
        else:
            self._read()

    def bind(
        self, values: Values, fully: Callable[[], VariableValues], *, hides: bool = False
    ) -> Values:
        """Return the arguments of this request, as the resolver takes them; raises GraphQLError."""
        if self._bare is None:
            return self._fully(fully(), hides=hides)
        bound = self._base.copy()
        for bare in self._bare:
            value = values.get(bare.variable, Undefined)
            if value is Undefined:
                value = bound.get(bare.name, Undefined)
            if bare.required and (value is None or value is Undefined):
                return self._fully(fully(), hides=hides)
            if value is not Undefined:
                bound[bare.name] = value
        return bound

    def _fully(self, variables: VariableValues, *, hides: bool) -> Values:
        field, converter = self._field, self._schema.schema_converter
        node = field.nodes[0]
        values = get_argument_values(field.definition, node, variables, None, hides)
        return convert_arguments(values, self._told, converter.scalar_registry, self._schema.config)

    @property
    def _told(self) -> list[StrawberryArgument]:
        of = self._field.source.field
        return [] if of is None else of.arguments

    def _read(self) -> None:
        """Find out beforehand what no request changes, and what comes straight from a variable."""
        arguments = self._field.definition.args
        written = {one.name.value: one.value for one in self._field.nodes[0].arguments or ()}
        bare = {
            name: value.name.value
            for name, value in written.items()
            if isinstance(value, VariableNode)
        }
        if any(_mentions(value) for name, value in written.items() if name not in bare):
            return
        if not (all(map(_is_leaf, arguments.values())) and all(map(_is_taken_so, self._told))):
            return
        base = self._constants(bare)
        if base is None or not all(isinstance(one, _UNCHANGING) for one in base.values()):
            return
        names = {self._name(one): str(one.python_name) for one in self._told}
        self._base = {names[name]: value for name, value in base.items()}
        self._bare = [
            Bare(names[name], variable, is_non_null_type(arguments[name].type))
            for name, variable in bare.items()
        ]
        if not bare:
            self.constant = self._base

    def _constants(self, bare: Mapping[str, str]) -> Values | None:
        """Return what the literals and the defaults come to; None where one is refused."""
        definition = self._field.definition
        told = {
            name: one
            for name, one in definition.args.items()
            if name not in bare or not is_required_argument(one)
        }
        alone = GraphQLField(definition.type, told)
        try:
            return get_argument_values(alone, self._field.nodes[0], VariableValues({}, {}))
        except Exception:  # noqa: BLE001  # it is said again, and located, when the field is asked
            return None

    def _name(self, argument: StrawberryArgument) -> str:
        return self._schema.config.name_converter.from_argument(argument)


def _is_leaf(argument: GraphQLArgument) -> bool:
    """Is this a scalar or an enum, and no list or input object?"""
    of = argument.type
    return is_leaf_type(of.of_type if is_non_null_type(of) else of)


def _is_taken_so(argument: StrawberryArgument) -> bool:
    """Does a resolver take this argument just as graphql-core gives it?"""
    of = argument.type
    return not argument.is_maybe and getattr(of, "of_type", of) is not GlobalID


class _Look(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, *_: object) -> None:
        self.found = True


def _mentions(node: ValueNode) -> bool:
    """Does a variable stand in this value?"""
    look = _Look()
    visit(node, look)
    return look.found


def arguments_of(schema: strawberry.Schema, tree: Tree) -> list[Arguments]:
    """Return the arguments of every field of a plan, by its number."""
    return [Arguments(schema, one) for one in tree.fields]
