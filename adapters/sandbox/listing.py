"""One page of a list: which rows, in which order, in ServiceTitan's envelope."""

from collections.abc import Callable, Mapping

from adapters.sandbox.clock import ticks
from adapters.sandbox.collection import Collection
from adapters.sandbox.problems import invalid, missing
from adapters.sandbox.reading import flagged, whole
from adapters.sandbox.rows import Row, Shape
from adapters.sandbox.store import Store

LARGEST_PAGE = 5000
USUAL_PAGE = 50

Query = Mapping[str, str]
Wish = tuple[bool, ...]

ACTIVE: dict[str, Wish] = {"true": (True,), "any": (True, False), "false": (False,)}
ACTIVE_STATE: dict[str, Wish] = {
    "activeonly": (True,),
    "all": (True, False),
    "inactiveonly": (False,),
}


def page(store: Store, collection: Collection, query: Query, *, filtered: bool = True) -> bytes:
    """Return a page of a list; `filtered=False` ignores every filter, as ServiceTitan may."""
    number = whole(query, "page", 1, 2**31 - 1)
    size = whole(query, "pageSize", USUAL_PAGE, LARGEST_PAGE)
    with_total = flagged(query, "includeTotal")
    rows = selected(store, collection, query) if filtered else everybody(store, collection)
    return envelope(rows, collection.listed(query), number, size, with_total=with_total)


def envelope(rows: list[Row], shape: Shape, number: int, size: int, *, with_total: bool) -> bytes:
    """Return the rows of this page as a `PaginatedResponse`."""
    start, end = (number - 1) * size, number * size
    more = b"true" if end < len(rows) else b"false"
    total = b"%d" % len(rows) if with_total else b"null"
    data = b",".join([row.encoded(shape) for row in rows[start:end]])
    head = b'{"page":%d,"pageSize":%d,"hasMore":%b,"totalCount":%b,"data":[' % (
        number,
        size,
        more,
        total,
    )
    return head + data + b"]}"


def everybody(store: Store, collection: Collection) -> list[Row]:
    """Return every active row, whatever was asked."""
    return [row for row in store.tables[collection.name].in_order() if row.active]


def selected(store: Store, collection: Collection, query: Query) -> list[Row]:
    """Return the rows that answer the query, in its order."""
    if collection.demands and not any(name in query for name in collection.demands):
        raise invalid(
            collection.demands[0], f"One of {', '.join(collection.demands)} must be given."
        )
    effects = {one.then for one in collection.confusions if one.caused_by(query)}
    rows = _kept(store, collection, query)
    order = _order(collection, query)
    if "no rows" in effects:
        return []
    return rows if "unsorted" in effects else order(rows)


def _kept(store: Store, collection: Collection, query: Query) -> list[Row]:
    table = store.tables[collection.name]
    asked = [(one, one.wanted(query)) for one in collection.filters if one.name in query]
    by_index = [table.holding(one.path, wanted) for one, wanted in asked if one.path]
    rest = [(one, wanted) for one, wanted in asked if not one.path]
    wish = wished(collection, query)
    ids = set.intersection(*by_index) if by_index else None
    rows = [row for row in table.in_order(ids) if row.active in wish]
    for one, wanted in rest:
        rows = [row for row in rows if one.matches(row.data, store, wanted)]
    return rows


def wished(collection: Collection, query: Query) -> Wish:
    """Return which of active and inactive rows are asked for; active alone by default."""
    match collection.activity:
        case "none":
            return (True,)
        case "any":
            return (True, False)
        case name:
            text = query.get(name, "true" if name == "active" else "ActiveOnly")
            known = ACTIVE if name == "active" else ACTIVE_STATE
    if text.casefold() not in known:
        raise invalid(name, f"The value '{text}' is not valid.")
    return known[text.casefold()]


def _order(collection: Collection, query: Query) -> Callable[[list[Row]], list[Row]]:
    parameter, text = _asked_order(collection, query)
    if text is None:
        return lambda rows: rows
    fields = {name.casefold(): name for name in collection.sorts}
    name = fields.get(text.lstrip(" +-").casefold())
    if name is None:
        raise invalid(parameter, f"The value '{text}' is not valid for Sort.")
    column = name[0].lower() + name[1:]
    backwards = text.startswith("-")
    return lambda rows: sorted(rows, key=lambda row: _rank(row, column), reverse=backwards)


def _asked_order(collection: Collection, query: Query) -> tuple[str, str | None]:
    if "sort" in collection.sorting and "sort" in query:
        return "sort", query["sort"]
    if "orderBy" in collection.sorting and "orderBy" in query:
        falling = query.get("orderByDirection", "asc").casefold().startswith("desc")
        return "orderBy", ("-" if falling else "+") + query["orderBy"]
    return "sort", None


def _rank(row: Row, column: str) -> tuple[int, int, str]:
    value = row.data.get(column)
    if isinstance(value, int):
        return (1, value, "")
    if not isinstance(value, str):
        return (0, 0, "")
    try:
        return (1, ticks(value), "")
    except ValueError:
        return (1, 0, value.casefold())


def single(store: Store, collection: Collection, query: Query, number: int) -> bytes:
    """Return one record by id, active or not; 404 in ServiceTitan's own form when there is none."""
    row = store.tables[collection.name].rows.get(number)
    if row is None:
        raise missing(collection.path, number)
    return row.encoded(collection.detailed(query))
