"""The reading operations of every collection: list, by id, feed, and contacts of one record."""

from functools import partial

from adapters.sandbox.collection import Collection
from adapters.sandbox.collections import COLLECTIONS
from adapters.sandbox.feeds import feed
from adapters.sandbox.listing import LARGEST_PAGE, USUAL_PAGE, envelope, page, single
from adapters.sandbox.operations import Asked, Operation
from adapters.sandbox.problems import missing, refused
from adapters.sandbox.reading import flagged, whole
from adapters.sandbox.rows import Shape
from adapters.sandbox.store import Store

#: The older name of the estimates' feed, still published.
FEED_ALIASES = {"estimates": "estimates/export"}


def reading(store: Store) -> dict[tuple[str, str, str], Operation]:
    """Return the operations that only read, by method, module and path."""
    operations: dict[tuple[str, str, str], Operation] = {}
    for collection in COLLECTIONS.values():
        module, path = collection.module, collection.path
        operations["GET", module, path] = partial(_list, store, collection)
        if collection.singled:
            operations["GET", module, f"{path}/{{id}}"] = partial(_single, store, collection)
        if collection.fed:
            operations["GET", module, f"export/{path}"] = partial(_feed, store, collection)
        if path in FEED_ALIASES:
            operations["GET", module, FEED_ALIASES[path]] = partial(_feed, store, collection)
    for owner in ("customer", "location"):
        operations["GET", "crm", f"{owner}s/{{id}}/contacts"] = partial(_contacts, store, owner)
    return operations


def _list(store: Store, collection: Collection, asked: Asked) -> bytes:
    return page(store, collection, asked.query, filtered=asked.filtered)


def _single(store: Store, collection: Collection, asked: Asked) -> bytes:
    return single(store, collection, asked.query, asked.number)


def _feed(store: Store, collection: Collection, asked: Asked) -> bytes:
    return feed(store, collection, asked.query)


def _contacts(store: Store, owner: str, asked: Asked) -> bytes:
    """Answer with the contacts of one customer or location; 409 when it is not active."""
    known = store.tables[f"{owner}s"].rows.get(asked.number)
    if known is None:
        raise missing(owner.capitalize(), asked.number)
    if not known.active:
        raise refused(409, f"{owner.capitalize()} ID = {asked.number} is not active")
    table = store.tables[f"{owner}-contacts"]
    ids = table.holding(f"{owner}Id", (asked.number,))
    rows = [row for row in table.in_order(ids) if row.active]
    return envelope(
        rows,
        Shape(frozenset({"active", f"{owner}Id"})),
        whole(asked.query, "page", 1, 2**31 - 1),
        whole(asked.query, "pageSize", USUAL_PAGE, LARGEST_PAGE),
        with_total=flagged(asked.query, "includeTotal"),
    )
