"""Records with a global id, and the fields that find any of them by it."""

from collections.abc import Callable
from typing import Any

import strawberry

from resolvers import nodes as found
from resolvers.ids import global_id
from schema.arguments import Id, Ids
from schema.edges import field, tells
from schema.info import Info


@strawberry.interface(description="A record with a global id.")
class Node:
    """Every type that has an id of its own; each says by `is_type_of` which model it shows."""

    @tells("Opaque, and stable for ever.")
    def id(record: strawberry.Parent[Any], info: Info) -> strawberry.ID:
        return strawberry.ID(global_id(info._raw_info.parent_type.name, record.id))  # noqa: SLF001  # Strawberry's Info tells no parent type


def shows(model: type) -> Callable[[object, object], bool]:
    """Return the `is_type_of` of the type that shows this model; it says so, for gateway.plans."""

    def is_type_of(value: object, _info: object) -> bool:
        return isinstance(value, model)

    vars(is_type_of)["model"] = model
    return is_type_of


async def _node(info: Info, id: Id) -> Any:  # noqa: ANN401  # whatever the id names
    return await found.node(info.context, id)


async def _nodes(info: Info, ids: Ids) -> list[Any]:
    return await found.nodes(info.context, list(ids))


@strawberry.type
class NodeQuery:
    """Any record by its id."""

    node = field(_node, Node | None, "Any record in reach by its id; anything else is NOT_FOUND.")
    nodes = field(_nodes, list[Node | None], "At most 100 ids; one entry for each, in order.")


def by_id(kind: str, of: object, description: str) -> Any:  # noqa: ANN401  # as schema.edges.field
    """Return the root field that finds a record of one kind by its id."""

    async def resolve(info: Info, id: Id) -> Any:  # noqa: ANN401  # a record of this kind
        return await found.node(info.context, id, kind)

    return field(resolve, of, description)
