"""The built schema walked: which field of which type leads to which records, and how to ask it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
)

from gateway.graph import build_schema, core
from resolvers.ids import read_id

SCHEMA: GraphQLSchema = core(build_schema())
NODE = SCHEMA.type_map["Node"]
IDS = "__typename id"
BY_ONE = {"Viewer.paymentMethods"}
"""Fields that have to be told of whom: they are asked by tests of their own."""
Found = tuple[str, str]
"""A record in an answer: its type, and the key in its global id."""


def objects() -> dict[str, GraphQLObjectType]:
    """Return every object type of the schema, introspection's own left out."""
    return {
        name: kind
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    }


def records() -> list[str]:
    """Return the types that have a global id."""
    assert isinstance(NODE, GraphQLInterfaceType)
    return sorted(kind.name for kind in SCHEMA.get_possible_types(NODE))


def fields() -> Iterator[tuple[str, str, GraphQLField]]:
    """Return every field of every object type."""
    for name, kind in objects().items():
        for told, field in kind.fields.items():
            yield name, told, field


@dataclass(frozen=True, slots=True)
class Edge:
    """A field of `of` through which records of the type `to` are reached, and how it is asked."""

    of: str
    field: str
    to: str
    asked: tuple[str, ...]

    def selection(self, inner: str) -> str:
        """Return the text that asks for it, with this of each record; once for each argument."""
        shape = _shape(objects()[self.of].fields[self.field], inner)
        return " ".join(
            f"{self.field}_{turn}: {self.field}{arguments} {shape}"
            for turn, arguments in enumerate(self.asked)
        )


def edges_of(kind: str) -> list[Edge]:
    """Return the fields of this type that lead to records, through lists and pages alike."""
    return [
        Edge(kind, name, to, _arguments(field))
        for name, field in objects()[kind].fields.items()
        for to in [leads_to(field)]
        if to is not None and f"{kind}.{name}" not in BY_ONE
    ]


def leads_to(field: GraphQLField) -> str | None:
    """Return the type of the records that this field leads to, None where it leads to none."""
    kind = get_named_type(field.type)
    if isinstance(kind, GraphQLObjectType) and kind.name.endswith("Connection"):
        kind = get_named_type(kind.fields["nodes"].type)
    return kind.name if isinstance(kind, GraphQLObjectType) and NODE in kind.interfaces else None


def _shape(field: GraphQLField, inner: str) -> str:
    if get_named_type(field.type).name.endswith("Connection"):
        told = "totalCount pageInfo { hasNextPage hasPreviousPage }"
        return f"{{ {told} nodes {{ {inner} }} edges {{ node {{ {IDS} }} }} }}"
    return f"{{ {inner} }}"


def _arguments(field: GraphQLField) -> tuple[str, ...]:
    """Return the ways to ask for as much as there is: once for each value of what must be said."""
    most = ["first: 100"] if "first" in field.args else []
    needed = [(n, a) for n, a in field.args.items() if is_required_argument(a)]
    ways = [[*most, *said] for said in _said(needed)]
    return tuple(f"({', '.join(way)})" if way else "" for way in ways)


def _said(needed: list[tuple[str, GraphQLArgument]]) -> list[list[str]]:
    if not needed:
        return [[]]
    (name, argument), *rest = needed
    kind = get_named_type(argument.type)
    assert isinstance(kind, GraphQLEnumType), f"say in tests/authz/walk.py what `{name}` is"
    return [[f"{name}: {value}", *more] for value in kind.values for more in _said(rest)]


def found_in(told: Any) -> Iterator[Found]:  # noqa: ANN401  # JSON
    """Return every record that stands anywhere in an answer."""
    if isinstance(told, Mapping):
        if told.get("__typename") in records():
            yield key_of(told)
        for value in told.values():
            yield from found_in(value)
    elif isinstance(told, list):
        for value in told:
            yield from found_in(value)


def key_of(told: Mapping[str, str]) -> Found:
    """Return type and key of a record in an answer; its id must be of the type it says."""
    read = read_id(told["id"])
    assert read is not None, told
    assert read[0] == told["__typename"], f"{json.dumps(told)} has another type's id"
    return read
