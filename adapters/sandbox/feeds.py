"""Export feeds: every row in the order it changed, with a token to go on from."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from itertools import islice

import msgspec

from adapters.sandbox.clock import ticks
from adapters.sandbox.collection import Collection
from adapters.sandbox.listing import ACTIVE, Query
from adapters.sandbox.problems import invalid
from adapters.sandbox.reading import flagged
from adapters.sandbox.store import Store

FEED_PAGE = 1000


class Bookmark(msgspec.Struct, frozen=True, array_like=True):
    """Where a follower of a feed stands: after this change, and not before this moment."""

    collection: str
    sequence: int
    since: int

    def written(self) -> str:
        """Return it as an opaque continuation token."""
        return urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


def bookmark(collection: Collection, text: str | None) -> Bookmark:
    """Read `from`: nothing, a date, or the token an earlier answer gave."""
    if text is None:
        return Bookmark(collection.name, 0, 0)
    try:
        return Bookmark(collection.name, 0, ticks(text))
    except ValueError:
        pass
    try:
        token = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        mark = msgspec.json.decode(token, type=Bookmark)
    except (Error, ValueError, msgspec.MsgspecError):
        raise invalid("from", f"The value '{text}' is not valid.") from None
    if mark.collection != collection.name:
        raise invalid("from", "The token belongs to another feed.")
    return mark


def feed(store: Store, collection: Collection, query: Query) -> bytes:
    """Return the next rows of a feed: active, inactive and removed ones alike.

    `continueFrom` is always given; asking with the last one gives what changed since.
    """
    flagged(query, "includeRecentChanges")
    mark = bookmark(collection, query.get("from"))
    wish = _wish(collection, query)
    changed = (
        row
        for row in store.tables[collection.name].changed_after(mark.sequence)
        if row.active in wish and row.modified() >= mark.since
    )
    rows = list(islice(changed, FEED_PAGE + 1))
    shown = rows[:FEED_PAGE]
    last = shown[-1].sequence if shown else mark.sequence
    token = Bookmark(collection.name, last, mark.since).written()
    more = b"true" if len(rows) > FEED_PAGE else b"false"
    shape = collection.exported()
    data = b",".join([row.encoded(shape) for row in shown])
    return b'{"hasMore":%b,"continueFrom":"%b","data":[%b]}' % (more, token.encode(), data)


def _wish(collection: Collection, query: Query) -> tuple[bool, ...]:
    if collection.feed_activity is None:
        return (True, False)
    text = query.get("active", collection.feed_activity)
    if text.casefold() not in ACTIVE:
        raise invalid("active", f"The value '{text}' is not valid.")
    return ACTIVE[text.casefold()]
