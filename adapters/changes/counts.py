"""How new this process's knowledge is, and what it was told, in plain numbers."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class EventCounts:
    """Events that were sent to this process since its start.

    `received` are those that were believed; of them `known` had come before, `altered` had come
    before and said something else, `unheard_of` are of a type that is not documented, and `odd` is
    how many of their ids could not be read. `refused` counts the others by the reason. `applied`
    are done with, `failures` the times that could not be, `given_up` those that never could.
    """

    received: int = 0
    known: int = 0
    altered: int = 0
    unheard_of: int = 0
    odd: int = 0
    applied: int = 0
    failures: int = 0
    given_up: int = 0
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class FeedCounts:
    """A feed as the process that follows it sees it.

    `read_at` is when the last reading that came to the feed's end began, None before the first;
    `changes` are rows it told of, `unreadable` those of them that could not be read. `refused`
    counts the tokens that ServiceTitan did not accept.
    """

    read_at: datetime | None = None
    pages: int = 0
    changes: int = 0
    unreadable: int = 0
    failures: int = 0
    refused: int = 0

    def note(self, rows: int, unreadable: int) -> None:
        """Count a page that told of so many rows, and of so many that could not be read."""
        self.pages += 1
        self.changes += rows + unreadable
        self.unreadable += unreadable

    def lag(self, now: datetime) -> float | None:
        """How many seconds may a change have been made and not been told? None if never read."""
        return None if self.read_at is None else max(0.0, (now - self.read_at).total_seconds())
