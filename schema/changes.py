"""The one subscription: that something has changed, and which record to read again."""

from collections.abc import AsyncIterator
from typing import Any

import strawberry

from resolvers import changes as model
from schema.edges import tells
from schema.info import Info
from schema.scalars import Instant

Parent = strawberry.Parent[model.Changed]


@strawberry.type(
    description="That a record has changed. Not a record of its own: nodeId names the one that has."
)
class Change:
    """Shows what `resolvers.changes` tells."""

    @tells("The id of the record that changed: read it again by node(id:).")
    def node_id(change: Parent) -> strawberry.ID:
        return strawberry.ID(change.node_id)

    type: str = strawberry.field(description='Its type in this graph, such as "Invoice".')

    @tells("When the gateway knew of it; the change itself was earlier.")
    def at(change: Parent) -> Instant:
        return Instant(change.at)


def _changed(info: Info) -> AsyncIterator[Any]:
    return model.changed(info.context)


@strawberry.type
class ChangeSubscription:
    """What is told while it happens."""

    changed = strawberry.subscription(
        resolver=_changed,
        graphql_type=Change,
        description=(
            "Something this viewer may see has changed: read it again by its id. What changed "
            "before is not told: read what you show whenever you begin to listen, and after an "
            "error CHANGES_MISSED."
        ),
    )
