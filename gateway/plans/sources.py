"""What gives a field its value. The only file, with `arguments`, that knows Strawberry's insides.

A resolver that can answer all parents of a level at once says so by an attribute: `for_all`, a
coroutine function `for_all(parents, **arguments)` with the same keywords, which gives one value, or
one exception, for each parent. `for_all.one` has to be the resolver itself: what wraps a resolver
copies its attributes, and is not to be passed by.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from inspect import Parameter, iscoroutinefunction, signature, unwrap
from typing import Any, cast

import strawberry
from graphql import GraphQLField, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from gateway.plans.unplannable import Unplannable

MADE_BY = "strawberry.schema.schema_converter"
"""The module whose resolvers do no more than what is done here in their place."""


class Kind(Enum):
    """How a field is answered."""

    TYPENAME = "known beforehand"
    ATTRIBUTE = "read from the model"
    CALL = "a function of the model"
    EACH = "a coroutine for each parent"
    ALL = "one coroutine for all parents"


@dataclass(frozen=True, slots=True)
class Source:
    """Who answers a field; `parent` is the keyword of its parent, empty where it goes first."""

    kind: Kind
    name: str = ""
    function: Callable[..., Any] | None = None
    parent: str | None = None
    info: str | None = None
    field: StrawberryField | None = None

    @property
    def is_inline(self) -> bool:
        """Does it stand inside the expression that makes its object?"""
        return self.kind in {Kind.TYPENAME, Kind.ATTRIBUTE, Kind.CALL}


def core_of(schema: strawberry.Schema) -> GraphQLSchema:
    """Return graphql-core's schema; raises Unplannable for one with rules about every field."""
    if schema.extensions:
        raise Unplannable("extensions around every operation")
    if schema.exception_handlers:
        raise Unplannable("exception handlers")
    return schema._schema  # noqa: SLF001  # Strawberry gives it to no one by another name


def source_of(name: str, definition: GraphQLField) -> Source:
    """Return who answers this field; raises Unplannable where more is asked than is known here."""
    if name == "__typename":
        return Source(Kind.TYPENAME)
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if type(field) is not StrawberryField or type(field).get_result is not _GET_RESULT:
        raise Unplannable(f"{name} is no plain field of Strawberry's")
    if field.extensions or field.permission_classes:
        raise Unplannable(f"{name} has an extension or a permission")
    if getattr(definition.resolve, "__module__", None) != MADE_BY or definition.subscribe:
        raise Unplannable(f"{name} has a resolver of its own")
    if field.base_resolver is not None:
        return _resolver_source(field, field.base_resolver)
    if field.default_resolver is not getattr:
        raise Unplannable(f"{name} is not read by getattr")
    return Source(Kind.ATTRIBUTE, name=field.python_name, field=field)


def _resolver_source(field: StrawberryField, resolver: StrawberryResolver[Any]) -> Source:
    function = cast("Callable[..., Any]", resolver.wrapped_func)
    if resolver.self_parameter or resolver.root_parameter:
        raise Unplannable(f"{field.python_name} asks for self or root")
    parent, info = resolver.parent_parameter, resolver.info_parameter
    for_all = vars(function).get("for_all")
    is_own = for_all is not None and getattr(for_all, "one", None) is function
    waits = iscoroutinefunction(unwrap(function))
    return Source(
        Kind.ALL if is_own else Kind.EACH if waits else Kind.CALL,
        function=for_all if is_own else function,
        parent=None if parent is None else "" if _leads(function, parent.name) else parent.name,
        info=None if info is None else info.name,
        field=field,
    )


def _leads(function: Callable[..., Any], parent: str) -> bool:
    """May the parent be given first, without its name?"""
    first = next(iter(signature(function, follow_wrapped=False).parameters.values()), None)
    return (
        first is not None and first.name == parent and first.kind is Parameter.POSITIONAL_OR_KEYWORD
    )


def takes(function: object) -> type | None:
    """Return the one class that a scalar's serializer says it takes, where it gives a string."""
    hints = dict(getattr(function, "__annotations__", {}))
    given = hints.pop("return", None)
    taken = list(hints.values())
    return taken[0] if given is str and len(taken) == 1 and isinstance(taken[0], type) else None


_GET_RESULT = StrawberryField.get_result
