"""The export feeds that fill the directory, followed from where they were left."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from adapters.directory.directory import Directory
from adapters.servicetitan.client import FeedPage
from adapters.servicetitan.feeds import (
    CUSTOMER_CONTACT_FEED,
    CUSTOMER_FEED,
    LOCATION_CONTACT_FEED,
    LOCATION_FEED,
)
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Feed

M = TypeVar("M", bound=Model)


class Feeds(Protocol):
    """Whoever reads a page of an export feed: the ServiceTitan client."""

    async def feed(self, feed: Feed[M], continue_from: str | None) -> FeedPage[M]:
        """Read the page after this token, or the first one."""


@dataclass(slots=True)
class _Reading:
    """One feed, how its rows are taken in, and where it was left."""

    feed: Feed[Any]
    take: Callable[[Any], None]
    continue_from: str | None = None


@dataclass(slots=True)
class Mirror:
    """Keeps a directory as new as its four feeds; `read_at` is when all of them were last read.

    A feed's token moves only after its page was taken in, so that a failure loses nothing:
    the page is read again, and taking a row in twice changes nothing.
    """

    source: Feeds
    directory: Directory
    clock: Callable[[], float] = time.monotonic
    read_at: float | None = None
    rows: int = 0
    readings: int = 0
    _readings: list[_Reading] = field(init=False)

    def __post_init__(self) -> None:
        into = self.directory
        self._readings = [
            _Reading(CUSTOMER_FEED, into.put_customer),
            _Reading(LOCATION_FEED, into.put_location),
            _Reading(CUSTOMER_CONTACT_FEED, into.put_customer_contact),
            _Reading(LOCATION_CONTACT_FEED, into.put_location_contact),
        ]

    def age(self) -> float | None:
        """Return the seconds since every feed was read to its end, None before the first time."""
        return None if self.read_at is None else self.clock() - self.read_at

    def unready(self, most: float) -> str | None:
        """Return why nobody can be let in by the directory, None while it is `most` seconds old.

        Rights fail closed: what was not read for too long opens nothing (decision 16).
        """
        age = self.age()
        if age is None:
            return f"The directory of people is still being read: {self.rows} rows so far."
        if age > most:
            return "The directory of people could not be read for too long. Ask again later."
        return None

    async def read(self) -> None:
        """Read every feed from where it was left to its end; raises UpstreamError."""
        began = self.clock()
        results = await asyncio.gather(
            *(self._follow(reading) for reading in self._readings), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result
        self.read_at = began
        self.readings += 1

    async def _follow(self, reading: _Reading) -> None:
        more = True
        while more:
            page = await self.source.feed(reading.feed, reading.continue_from)
            for row in page.rows:
                reading.take(row)
            self.rows += len(page.rows)
            reading.continue_from = page.continue_from
            more = page.has_more
