"""Edges to a list that is told in pages, answered for all parents of a level at once."""

from collections.abc import Sequence
from typing import Any

import strawberry

from resolvers.paging import Listing
from schema.arguments import After, Before, First, Last
from schema.connections import connection_of, paged, paging
from schema.edges import Load, alone, field, together
from schema.info import Info


def paged_edge(
    load: Load, rows: object, description: str, *, directives: Sequence[object] = ()
) -> Any:  # noqa: ANN401  # as schema.edges.field
    """Return the connection to what `load(parents, context)` lists for each parent.

    It gives a Listing, or an error, for each; `rows` is the graph's type of what is listed.
    """

    async def resolve(
        parent: strawberry.Parent[Any],
        info: Info,
        first: First = 20,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> object:
        asked = paging(info, first, after, last, before)
        listing: Listing[Any] = await info.context.each(load, parent)
        return paged(info, listing, asked)

    async def resolve_all(
        parents: Sequence[Any],
        info: Info,
        first: int | None = 20,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Sequence[object]:
        asked = paging(info, first, after, last, before)
        listings = await info.context.every(load, parents)
        return alone(lambda listing: paged(info, listing, asked), listings)

    both = together(resolve, resolve_all)
    return field(both, connection_of(rows) | None, description, directives=directives)
