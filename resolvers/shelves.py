"""What outlives operations: one shelf for each viewer, of what they are told again while it stands.

Nobody but that viewer is ever told it, and only with the very rights, choices and payments it was
made with. What it was made of is proven anew each time.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from operator import is_
from typing import Any, Final, TypeVar

from adapters.cache.readings import Readings
from adapters.cache.recall import Proof
from adapters.ledger.pending_amounts import Pending
from adapters.remembered import Remembered
from resolvers.access import Reach
from resolvers.pending import OnTheWay
from resolvers.policy import Policy
from resolvers.viewer import Link, Viewer, ViewerKind

F = TypeVar("F", bound=Callable[..., Any])

MOST_BYTES: Final = 64 * 1024 * 1024
"""How much memory it may take in all, in bytes, as reckoned, with the rows it was made of."""

MOST_OF_ONE: Final = 16 * 1024 * 1024
"""How much of one viewer's is remembered, before all of theirs is made anew."""

ENTRY: Final = 1_000
"""What is reckoned for anything that stands here, in bytes."""

PAGES: Final = 4
"""Of how many pages of one list it is remembered what they show: the last that were shown."""

_TRIES: Final = 3
_MOST_SEEN: Final = 100

_Person = tuple[ViewerKind, str, str | None, Link | None]
_LASTING: set[object] = set()


def lasting(work: F) -> F:
    """Let what this work came to be told again by later operations.

    It has to come to values alone: nothing of them may hold the context, and nobody changes them.
    """
    _LASTING.add(work)
    return work


def is_lasting(work: object) -> bool:
    """May what this came to be told again?"""
    return work in _LASTING


@dataclass(slots=True)
class Part:
    """What some work came to, what it read for that, and what was `pending` on what it read.

    `rows` are those it was done for: while they lie here no others lie there.
    """

    value: Any
    rows: Sequence[object]
    readings: Readings
    saved: int
    pending: OnTheWay
    weight: int = 0
    proof: Proof | None = None

    def is_of(self, rows: Sequence[object]) -> bool:
        """Was it done for these very rows, in this order?"""
        return len(self.rows) == len(rows) and all(map(is_, self.rows, rows))


@dataclass(slots=True)
class Shelf:
    """What one viewer is told again, as long as they go by the very same.

    `works` are by what was done, `pages` by the list that they are of, the last shown first.
    `by_rights` is what changes with the revision of rights alone.
    """

    reach: Reach
    policy: Policy
    pending: Pending
    works: dict[Hashable, Part] = field(default_factory=dict)
    pages: dict[object, list[Part]] = field(default_factory=dict)
    by_rights: dict[Hashable, Any] = field(default_factory=dict)
    weight: int = ENTRY
    _seen: dict[int, int] = field(default_factory=dict)

    def goes_by(self, reach: Reach, policy: Policy, pending: Pending) -> bool:
        """Would it be made of the same rights, choices and payments now?"""
        return (
            self.policy is policy
            and self.reach.revision == reach.revision
            and (self.reach is reach or self.reach == reach)
            and (self.pending is pending or self.pending == pending)
        )

    def is_worth_it(self, listed: object, rows: Sequence[object]) -> bool:
        """Is this page asked for again, and was it not tried in vain?"""
        seen, page = self._seen, hash((listed, *map(id, rows)))
        times = seen.get(page, 0)
        if len(seen) > _MOST_SEEN:
            seen.clear()
        seen[page] = times + 1
        return 0 < times < _TRIES

    def page(self, listed: object, rows: Sequence[object]) -> Part | None:
        """Return what these rows of this list show."""
        for part in self.pages.get(listed, ()):
            if part.is_of(rows):
                return part
        return None

    def put_page(self, listed: object, part: Part) -> None:
        """Keep what a page shows, in place of the one that was kept longest ago."""
        pages = self.pages.setdefault(listed, [])
        pages.insert(0, part)
        self.weight += part.weight
        for old in pages[PAGES:]:
            self.weight -= old.weight
        del pages[PAGES:]

    def drop_page(self, listed: object, part: Part) -> None:
        """Keep it no more."""
        self.pages[listed].remove(part)
        if not self.pages[listed]:
            del self.pages[listed]
        self.weight -= part.weight

    def put_work(self, key: Hashable, part: Part) -> None:
        """Keep what some work came to, in place of what it came to before."""
        self.drop_work(key)
        self.works[key] = part
        self.weight += part.weight

    def drop_work(self, key: Hashable) -> None:
        """Keep it no more."""
        old = self.works.pop(key, None)
        if old is not None:
            self.weight -= old.weight

    def clear(self) -> None:
        """Keep nothing."""
        for held in (self.works, self.pages, self.by_rights, self._seen):
            held.clear()
        self.weight = ENTRY


class Shelves:
    """Every viewer's shelf, as much as weighs `most` together; who asked longest ago goes first.

    `told` is how often something of one was told again.
    """

    def __init__(self, most: int = MOST_BYTES, most_of_one: int = MOST_OF_ONE) -> None:
        self.told = 0
        self._most_of_one = most_of_one
        self._shelves: Remembered[_Person, Shelf] = Remembered(most)

    def __len__(self) -> int:
        """How many viewers have one?"""
        return len(self._shelves)

    @property
    def weight(self) -> int:
        """How many bytes they take, as reckoned."""
        return self._shelves.weight

    def of(self, viewer: Viewer, reach: Reach, policy: Policy, pending: Pending) -> Shelf:
        """Return this viewer's shelf; an empty one where they go by anything else than before."""
        shelf = self._shelves.find(_person(viewer))
        if shelf is None or not shelf.goes_by(reach, policy, pending):
            shelf = Shelf(reach, policy, pending)
            self._shelves.keep(_person(viewer), shelf, shelf.weight)
        return shelf

    def weigh(self, viewer: Viewer, shelf: Shelf) -> None:
        """Take in what now stands on this shelf; one that is too heavy is emptied."""
        if self._shelves.find(_person(viewer)) is not shelf:
            return
        if shelf.weight > self._most_of_one:
            shelf.clear()
        self._shelves.keep(_person(viewer), shelf, shelf.weight)


def _person(viewer: Viewer) -> _Person:
    """Return what is the same for one person by one door, whichever token they showed."""
    return viewer.kind, viewer.key, viewer.email, viewer.link
