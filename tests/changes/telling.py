"""A cache that only writes down what it is told, and feeds that tell what a test puts in them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.cache.changes import Question
from adapters.cache.errors import CacheUnavailable
from adapters.servicetitan.client import FeedPage
from adapters.servicetitan.errors import QuestionRefused, UpstreamUnavailable
from adapters.servicetitan.resource import Feed, Resource

NOON = datetime(2026, 7, 14, 12, 0, tzinfo=UTC)
Forgotten = tuple[str, list[int], set[Question], bool]


@dataclass
class Clock:
    """The time of day, until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def move(self, **by: float) -> None:
        """Let so much time pass."""
        self.now += timedelta(**by)


@dataclass
class FakeCache:
    """Writes down what is forgotten; `broken` is how many more times it cannot."""

    forgotten: list[Forgotten] = field(default_factory=list)
    read_again: list[tuple[str, list[int]]] = field(default_factory=list)
    broken: int = 0
    cursed: set[int] = field(default_factory=set)

    async def forget(
        self,
        resource: Resource[Any],
        ids: Sequence[int],
        questions: Sequence[Question] = (),
        *,
        every_question: bool = False,
    ) -> None:
        """Write it down."""
        self._answer()
        assert len(set(questions)) == len(questions)
        self.forgotten.append((resource.name, list(ids), set(questions), every_question))

    async def remembered(self, resource: Resource[Any], ids: Sequence[int]) -> dict[int, Any]:
        """Remember nothing."""
        del resource, ids
        return {}

    async def changed(self, resource: Resource[Any], ids: Sequence[int]) -> Sequence[Any]:
        """Write it down; what is cursed makes an error that nobody foresaw."""
        self._answer()
        if self.cursed.intersection(ids):
            raise ZeroDivisionError
        self.read_again.append((resource.name, list(ids)))
        return ()

    def _answer(self) -> None:
        if self.broken:
            self.broken -= 1
            raise CacheUnavailable("Redis does not answer.")


@dataclass
class FakeFeeds:
    """Feeds whose tokens are `age:place in the line`; `forget` makes those given out worthless."""

    page: int = 1000
    age: int = 1
    lines: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    calls: list[tuple[str, str | None]] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    cursed: set[str] = field(default_factory=set)

    async def feed(self, feed: Feed[Any], continue_from: str | None) -> FeedPage[Any]:
        """Give a page, as the client does: from a date everything that is in the line."""
        self.calls.append((feed.name, continue_from))
        if feed.name in self.cursed:
            raise ZeroDivisionError
        if self.broken[feed.name] > 0:
            self.broken[feed.name] -= 1
            raise UpstreamUnavailable("ServiceTitan fails.")
        age, _, start = str(continue_from).rpartition(":")
        if age and int(age) != self.age:
            raise QuestionRefused("ServiceTitan refused the question.")
        begin = int(start) if age else 0
        line = self.lines[feed.name]
        told = line[begin : begin + self.page]
        end = begin + len(told)
        closed = tuple(row for row in told if isinstance(row, int))
        return FeedPage(
            rows=tuple(row for row in told if not isinstance(row, int)),
            continue_from=f"{self.age}:{end}",
            has_more=end < len(line),
            closed=tuple(of for of in closed if of),
            unreadable=len(closed),
        )

    def asked(self, name: str) -> list[str | None]:
        """Return from where this feed was read since the last time."""
        made = [token for of, token in self.calls if of == name]
        self.calls = [call for call in self.calls if call[0] != name]
        return made
