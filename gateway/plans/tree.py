"""The plan of one operation as a tree: what stands where in the answer."""

import dataclasses
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
)

from gateway.plans.sources import Kind, Source
from gateway.plans.views import View, view_class


class Shape(Enum):
    """What may stand at a place."""

    LEAF = "leaf"
    LIST = "list"
    OBJECT = "object"
    ABSTRACT = "abstract"


@dataclasses.dataclass(eq=False, slots=True)
class Place:
    """One place of the answer; `up` is the one it stands in, None directly under the root."""

    shape: Shape
    nullable: bool
    up: "Place | None"
    field: "Field"
    type: Any
    item: "Place | None" = None
    selections: "dict[str, Selection]" = dataclasses.field(default_factory=dict)

    def steps_to_null(self) -> int | None:
        """How many steps up goes a null that may not stand here? None is up to the root."""
        place: Place | None = self
        steps = 0
        while place is not None and not place.nullable:
            place, steps = place.up, steps + 1
        return None if place is None else steps

    def objects(self) -> "Iterator[Selection]":
        """Give what is asked of the objects that may stand here, or in the list here."""
        if self.item is not None:
            yield from self.item.objects()
        yield from self.selections.values()

    def waiting(self) -> "list[Selection]":
        """Give those whose objects, made with what stands here, wait for a later field."""
        return [below for selection in self.objects() for below in selection.waiting()]


@dataclasses.dataclass(eq=False, slots=True)
class Field:
    """One response key of one object type at one place."""

    number: int
    key: str
    slot: str
    name: str
    nodes: list[FieldNode]
    definition: GraphQLField
    parent: GraphQLObjectType
    source: Source
    place: Place = dataclasses.field(init=False)

    @property
    def title(self) -> str:
        """The field as messages name it."""
        return f"{self.parent.name}.{self.name}"


@dataclasses.dataclass(eq=False, slots=True)
class Selection:
    """What is asked of one object type at one place; the root has none."""

    number: int
    type: GraphQLObjectType
    place: Place | None
    fields: list[Field] = dataclasses.field(default_factory=list)

    @property
    def now(self) -> list[Field]:
        """The fields that stand in the expression which makes the object."""
        return [one for one in self.fields if one.source.is_inline]

    @property
    def later(self) -> list[Field]:
        """The fields answered for all objects of this place together, once these are made."""
        return [one for one in self.fields if not one.source.is_inline]

    @property
    def view(self) -> Callable[..., View]:
        """The class of its objects' views."""
        return view_class(tuple(one.key for one in self.fields))

    def waiting(self) -> "list[Selection]":
        """Give this one, and those made with it, whose objects wait for a later field."""
        below = [waits for one in self.now for waits in one.place.waiting()]
        return [self, *below] if self.later else below


@dataclasses.dataclass(eq=False, slots=True)
class Tree:
    """All of it, and the list of its fields and selections by number."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    root: Selection = dataclasses.field(init=False)
    fields: list[Field] = dataclasses.field(default_factory=list)
    selections: list[Selection] = dataclasses.field(default_factory=list)

    def rounds(self) -> int:
        """How many times, one after the other, does the answer wait for later fields?"""
        return _rounds(self.root)


def _rounds(selection: Selection) -> int:
    deepest = 0
    for one in selection.fields:
        below = max((_rounds(down) for down in one.place.objects()), default=0)
        deepest = max(deepest, below + (not one.source.is_inline))
    return deepest


def is_free(one: Field) -> bool:
    """Does this field cost no call of anything?"""
    return one.source.kind in {Kind.TYPENAME, Kind.ATTRIBUTE}
