"""Links to follow a technician on the way: each asked for once, remembered for half a minute."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from adapters.cache.flights import Flights
from adapters.cache.interest import Interest
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import NobodyWaits, UpstreamError
from adapters.servicetitan.together import together
from adapters.servicetitan.tracking import Tracking

MOST = 10_000
"""How many links are remembered; the oldest are forgotten first."""


class OnTheWay(NamedTuple):
    """Which technician is on the way to which appointment, by ServiceTitan's ids."""

    technician: int
    appointment: int


class Tracker(Protocol):
    """Whoever gives links that are not remembered: the ServiceTitan client."""

    async def tracking(self, technician: int, appointment: int) -> Tracking:
        """Give the link to this technician on the way to this visit."""


@dataclass(frozen=True, slots=True)
class _Known:
    url: str | None
    until: float


class TrackingLinks:
    """Links, whoever asks: who may follow whom is decided above this door.

    That there is no link is remembered as long as a link is; a failure is not remembered.
    """

    def __init__(
        self, upstream: Tracker, seconds: float = 30, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._upstream = upstream
        self._seconds = seconds
        self._clock = clock
        self._known: OrderedDict[OnTheWay, _Known] = OrderedDict()
        self._flights: Flights[OnTheWay, tuple[Tracking, Usage]] = Flights()

    async def links(
        self, asked: Sequence[OnTheWay], usage: Usage
    ) -> list[str | UpstreamError | None]:
        """Return an https address for each, None where there is none, or why nobody knows."""
        now = self._clock()
        known = {of: self._known[of] for of in asked if of in self._known}
        remembered = {of: told.url for of, told in known.items() if told.until > now}
        unknown = [of for of in dict.fromkeys(asked) if of not in remembered]
        usage.saved += len(asked) - len(unknown)
        futures, joined = self._flights.join(unknown, self._ask)
        usage.saved += joined
        await self._flights.landed(futures, usage)
        found: dict[OnTheWay, str | UpstreamError | None] = {**remembered}
        for of, future in zip(unknown, futures, strict=True):
            told, cost = future.result()
            found[of] = told.url
            usage.calls += cost.calls
            cost.calls = 0  # told to the first reader that lands, not to each
        return [found[of] for of in asked]

    async def _ask(
        self, asked: Sequence[OnTheWay], interest: Interest
    ) -> Mapping[OnTheWay, tuple[Tracking, Usage]]:
        try:
            answers = await interest.carry(together(self._upstream.tracking(*of) for of in asked))
        except NobodyWaits as nobody:
            answers = [Tracking(nobody, 0)] * len(asked)
        for of, told in zip(asked, answers, strict=True):
            if not isinstance(told.url, UpstreamError):
                self._keep(of, told.url)
        return {of: (told, Usage(told.calls)) for of, told in zip(asked, answers, strict=True)}

    def _keep(self, of: OnTheWay, url: str | None) -> None:
        self._known[of] = _Known(url, self._clock() + self._seconds)
        self._known.move_to_end(of)
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    async def aclose(self) -> None:
        """End the flights that are still under way."""
        await self._flights.aclose()
