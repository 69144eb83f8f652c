"""How long what is remembered may be answered: fresh, while it is read again, while that fails."""

from collections.abc import Callable
from math import log
from typing import NamedTuple

import msgspec

HOLD_SECONDS = 3.0
"""For how long after a forgetting a fill is believed no longer than this: the servers behind
ServiceTitan may still tell the old row (security.md CA-10)."""

NOBODY_SECONDS = 30.0
"""For how long it is believed that nothing answers a question by id."""

_EARLIEST = 30.0
"""How many times its own fetching a refresh may be early; chance gives more once in 10^13."""


class Ages(NamedTuple):
    """A kind of record's three ages, in seconds (decision 8).

    Until `fresh` it is answered, until `refreshing` answered while it is read again, and until
    `failing` answered where ServiceTitan fails.
    """

    fresh: float = 60.0
    refreshing: float = 300.0
    failing: float = 900.0


class Life(msgspec.Struct, frozen=True, gc=False):
    """When a fill stops being fresh, refreshable, and answerable at all, on the process's clock.

    `born` is when it was begun to be asked for, `took` is how many seconds that took, and `number`
    is where its resource's counter stood before.
    """

    born: float
    fresh_until: float
    refresh_until: float
    fail_until: float
    took: float = 0.0
    number: int = 0

    def with_(self, other: "Life") -> "Life":
        """Return the life of what is made of both: each age ends with the first to end."""
        return Life(
            min(self.born, other.born),
            min(self.fresh_until, other.fresh_until),
            min(self.refresh_until, other.refresh_until),
            min(self.fail_until, other.fail_until),
            max(self.took, other.took),
            min(self.number, other.number),
        )

    @property
    def surely_until(self) -> float:
        """Until when is it due for nobody, whatever their chance?"""
        return self.fresh_until - self.took * _EARLIEST

    def at_most(self, until: float) -> "Life":
        """Return this life, cut off for all ages at that moment."""
        return self.with_(Life(self.born, until, until, until, self.took, self.number))

    def is_due(self, now: float, chance: Callable[[], float]) -> bool:
        """Should whoever reads it now have it read again?

        Surely once it is not fresh, and before with a likelihood that grows towards that moment,
        sooner for what takes long to fetch, so that few readers of a hot record do it together
        (XFetch, beta 1). `chance` gives a number from 0 to below 1.
        """
        left = self.fresh_until - now
        if left <= 0:
            return True
        return left < self.took * _EARLIEST and left <= -self.took * log(1.0 - chance())


def life_of(ages: Ages, born: float, took: float, number: int, chance: Callable[[], float]) -> Life:
    """Return the life of a fill begun at `born`, up to a tenth shorter than the policy lets it be.

    The difference spreads what would all be due together (security.md CA-5).
    """
    part = 1.0 - 0.1 * chance()
    fresh, refreshing, failing = (born + age * part for age in ages)
    return Life(born, fresh, max(fresh, refreshing), max(fresh, refreshing, failing), took, number)
