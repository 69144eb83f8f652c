"""Values for a field's arguments, made from their types: well-formed, and of real people."""

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from resolvers.ids import global_id
from tests.authz.crossed import PAT
from tests.authz.walk import SCHEMA

_WORDS = {"ID": f'"{global_id("Customer", PAT)}"', "String": '"500106"', "Int": "1"}


def value(kind: GraphQLInputType) -> str:
    """Return a literal of this type, with everything that must be said and nothing else."""
    if isinstance(kind, GraphQLNonNull):
        return value(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{value(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        needed = [(n, f) for n, f in kind.fields.items() if is_required_input_field(f)]
        if kind.is_one_of:
            needed = [next(iter(kind.fields.items()))]
        needed = needed or [*kind.fields.items()][:1]  # one of them, and it does not matter which
        return "{ " + ", ".join(f"{n}: {value(f.type)}" for n, f in needed) + " }"
    return _WORDS.get(kind.name, '"1"')


def asked(root: str, name: str) -> str:
    """Return an operation that asks this root field alone."""
    field = SCHEMA.type_map[root].fields[name]  # type: ignore[attr-defined]  # roots are object types
    needed = [f"{n}: {value(a.type)}" for n, a in field.args.items() if is_required_argument(a)]
    arguments = f"({', '.join(needed)})" if needed else ""
    selection = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    return f"{root.lower()} {{ {name}{arguments}{selection} }}"
