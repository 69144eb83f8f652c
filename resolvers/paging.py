"""Pages of a list: which rows, and whether there are more on either side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from resolvers.cursors import Spot
from resolvers.errors import BadCursor, BadInput

R = TypeVar("R")

MOST = 100
"""How many rows a page may have."""


class Paging(msgspec.Struct, frozen=True):
    """Which page is asked for: the first so many after a cursor, or the last so many before one."""

    first: int | None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no page answers; raises BadInput."""
        if self.first is not None and self.last is not None:
            raise BadInput("Ask for `first` or for `last`, not for both.")
        if self.first is None and self.last is None:
            raise BadInput(f"Say how many: `first` or `last`, from 1 to {MOST}.")
        name, count = ("first", self.first) if self.last is None else ("last", self.last)
        if count is not None and not 1 <= count <= MOST:
            raise BadInput(f"`{name}` must be from 1 to {MOST}; it was {count}.")


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """Rows in their order, the spot of each, and what the list is called with its arguments."""

    rows: Sequence[R]
    spot: Callable[[R], Spot]
    name: str
    newest_first: bool = False
    _places: dict[int, int] = field(default_factory=dict, init=False, compare=False, repr=False)

    def place(self, of: int) -> int | None:
        """Return where the row of this id stands, None where it has left the list.

        All places are found by the first who asks: a listing is asked for many pages.
        """
        if not self._places:
            self._places.update((self.spot(row).id, at) for at, row in enumerate(self.rows))
        return self._places.get(of)


class Page(msgspec.Struct, Generic[R], frozen=True):
    """A part of a listing, and how to name its rows' places in it."""

    rows: Sequence[R]
    total: int
    has_next: bool
    has_previous: bool
    cursor: Callable[[R], str]


def page(
    listing: Listing[R],
    paging: Paging,
    seal: Callable[[Spot, str], str],
    unseal: Callable[[str, str], Spot],
) -> Page[R]:
    """Return the page asked for; raises BadCursor for a cursor of another list or viewer."""
    start, end = 0, len(listing.rows)
    if paging.after is not None:
        start = _past(listing, unseal(paging.after, listing.name), after=True)
    if paging.before is not None:
        end = max(start, _past(listing, unseal(paging.before, listing.name), after=False))
    if paging.first is not None:
        end = min(end, start + paging.first)
    elif paging.last is not None:
        start = max(start, end - paging.last)
    return Page(
        rows=listing.rows[start:end],
        total=len(listing.rows),
        has_next=end < len(listing.rows),
        has_previous=start > 0,
        cursor=lambda row: seal(listing.spot(row), listing.name),
    )


def _past(listing: Listing[R], spot: Spot, *, after: bool) -> int:
    """Return where the list goes on after a spot, or ends before it.

    A row that has left its list meanwhile is looked for by its day: rows of that day may be told
    twice, and none is passed over.
    """
    place = listing.place(spot.id)
    if place is not None:
        return place + 1 if after else place
    if spot.day is None:
        raise BadCursor
    for index, other in enumerate(map(listing.spot, listing.rows)):
        if _reached(other, spot, newest_first=listing.newest_first, beyond=not after):
            return index
    return len(listing.rows)


def _reached(other: Spot, spot: Spot, *, newest_first: bool, beyond: bool) -> bool:
    if other.day is None or spot.day is None:
        return True
    if beyond and other.day == spot.day:
        return False
    return other.day <= spot.day if newest_first else other.day >= spot.day
