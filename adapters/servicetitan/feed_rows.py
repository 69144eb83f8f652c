"""From the bytes of a feed's page to rows; one that cannot be read must not block its feed."""

from collections import Counter
from typing import Annotated, Any, TypeVar

import msgspec

from adapters.servicetitan.decoding import UNDECODABLE, Envelope, at_once, unreadable
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Feed
from adapters.servicetitan.salvage import Unreadable, salvage

M = TypeVar("M", bound=Model)
Told = tuple[Envelope[M], tuple[int, ...], int]


class _Named(msgspec.Struct, frozen=True):
    """As much of a row as says which record it is: by a number that a database can hold."""

    id: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


def decode_feed(feed: Feed[M], body: bytes, oddities: Counter[str]) -> Told[M]:
    """Read a page: its rows, the ids of those that cannot be read, and how many cannot.

    A row without an id names nothing that could be closed: it is counted, in `oddities` too, and
    passed over. Raises `UpstreamRejected` where the page as a whole cannot be read.
    """
    try:
        return at_once(feed.model).decode(body), (), 0
    except msgspec.ValidationError:
        pass
    except UNDECODABLE:
        raise unreadable(feed.name) from None
    try:
        told = at_once(msgspec.Raw).decode(body)
    except UNDECODABLE:
        raise unreadable(feed.name) from None
    return _with_care(feed, told, oddities)


def _with_care(feed: Feed[M], told: Envelope[Any], oddities: Counter[str]) -> Told[M]:
    rows: list[M] = []
    closed: dict[int, None] = {}
    unreadable = 0
    for raw in told.data:
        row = _row(feed, raw, oddities)
        if row is None:
            unreadable += 1
            closed |= dict.fromkeys(_ids(raw))
        else:
            rows.append(row)
            closed.pop(row.id, None)  # type: ignore[attr-defined]  # every feed's row has an id
    return msgspec.structs.replace(told, data=rows), tuple(closed), unreadable


def _row(feed: Feed[M], raw: msgspec.Raw, oddities: Counter[str]) -> M | None:
    """Read a row with what of it can be read, or None where that does not do."""
    odd: Counter[str] = Counter()
    try:
        row = salvage(feed.model, raw, feed.name, odd)
    except (*UNDECODABLE, Unreadable) as error:
        oddities[str(error) if isinstance(error, Unreadable) else feed.name] += 1
        return None
    oddities.update(odd)
    return None if any(f"{feed.name}.{name}" in odd for name in feed.decisive) else row


def _ids(raw: msgspec.Raw) -> list[int]:
    try:
        return [msgspec.json.decode(raw, type=_Named).id]
    except UNDECODABLE:
        return []
