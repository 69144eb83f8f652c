"""Pages of a list, as Relay's connections have them."""

from dataclasses import dataclass
from operator import getitem
from typing import Any, Generic, TypeVar, cast

import strawberry
from graphql import VariableNode

from resolvers.errors import BadInput
from resolvers.paging import Listing, Page, Paging, page
from schema.edges import field, tells
from schema.info import Info, given

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a page; its cursor is made only when it is asked for."""

    page: Page[Any]
    node: Any


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's PageInfo."""

    @tells("Whether rows follow this page.")
    def has_next_page(page: strawberry.Parent[Page[Any]]) -> bool:
        return page.has_next

    @tells("Whether rows come before this page.")
    def has_previous_page(page: strawberry.Parent[Page[Any]]) -> bool:
        return page.has_previous

    @tells("The cursor of the first row; null on an empty page.")
    def start_cursor(page: strawberry.Parent[Page[Any]]) -> str | None:
        return page.cursor(page.rows[0]) if page.rows else None

    @tells("The cursor of the last row; null on an empty page.")
    def end_cursor(page: strawberry.Parent[Page[Any]]) -> str | None:
        return page.cursor(page.rows[-1]) if page.rows else None


@strawberry.type(description="A row and its place in the list.")
class Edge(Generic[T]):
    """Relay's edge."""

    @tells("Where this row stands; good for this viewer and this list.")
    def cursor(row: strawberry.Parent[Row]) -> str:
        return row.page.cursor(row.node)

    node: T = strawberry.field(description="The row itself.")


def _edges(page: strawberry.Parent[Page[Any]]) -> object:
    return [Row(page, row) for row in page.rows]


def _nodes(page: strawberry.Parent[Page[Any]]) -> object:
    return page.rows


def _itself(page: strawberry.Parent[Page[Any]]) -> object:
    return page


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """Relay's connection, with the rows also by themselves, and how many there are in all."""

    edges = field(_edges, list[Edge[T]], "The rows with their cursors.")
    nodes = field(_nodes, list[T], "The rows.")
    page_info = field(_itself, PageInfo, "Where the page stands in its list.")

    @tells("How many rows the list has in all.")
    def total_count(page: strawberry.Parent[Page[Any]]) -> int:
        return page.total


def paging(
    info: Info,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Paging:
    """Read a connection's arguments; raises BadInput.

    `first` has a default, so that asking for the `last` rows must take it back: only a `first`
    that was written down contradicts it.
    """
    if given(last) is None:
        return Paging(first, given(after), None, given(before))
    if first is not None and _is_written(info, "first"):
        raise BadInput("Ask for `first` or for `last`, not for both.")
    return Paging(None, given(after), last, given(before))


def _is_written(info: Info, argument: str) -> bool:
    """Was a value written down for this argument: by itself, or by a variable that was given?"""
    values = [
        told.value
        for field in info._raw_info.field_nodes  # noqa: SLF001  # Strawberry's Info tells no written arguments
        for told in field.arguments or ()
        if told.name.value == argument
    ]
    given_variables = info.variable_values
    return any(
        not isinstance(value, VariableNode) or value.name.value in given_variables
        for value in values
    )


def paged(info: Info, listing: Listing[T], asked: Paging) -> Page[T]:
    """Return the page of this list, its cursors sealed for this viewer; raises BadCursor."""
    context = info.context
    key, cursors = context.viewer.key, context.doors.cursors
    return page(
        listing,
        asked,
        lambda spot, name: cursors.seal(spot, key, name),
        lambda cursor, name: cursors.open(cursor, key, name),
    )


def connection_of(rows: object) -> Any:  # noqa: ANN401  # a type of the graph
    """Return the connection type of this type of rows."""
    return getitem(cast("Any", Connection), rows)
