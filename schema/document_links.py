"""Fields that tell where a record can be opened as a document."""

from collections.abc import Callable
from typing import Any

import strawberry

from resolvers.context import Context
from schema.edges import field
from schema.info import Info
from schema.scalars import URL


def document(address: Callable[[Any, Context], str | None], description: str) -> Any:  # noqa: ANN401  # as schema.edges.field
    """Return the field that tells this address of its parent; a new one each time it is asked."""

    def resolve(record: strawberry.Parent[Any], info: Info) -> URL | None:
        told = address(record, info.context)
        return None if told is None else URL(told)

    lasts = "It opens for ten minutes, for this viewer alone; ask again for another."
    return field(resolve, URL | None, f"{description} {lasts}")
