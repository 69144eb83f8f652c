"""Floods: one viewer asks ten times what is fit, and what others notice of it (targets: ≤ 2 times).

The gateway has the limits that it has where its operator chose none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from resolvers.policy import Limits
from tests.bench.budget import Budget
from tests.bench.crowds.faring import fared
from tests.bench.crowds.town import Town, town_open
from tests.bench.results import Flood
from tests.bench.wishes import Stream

TENFOLD: Final = 10
OTHERS_PER_SECOND: Final = 20.0
"""Together; each of them far less than a person may."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A flood: how many a second, or how many at once (ten times what a person may)."""

    name: str
    per_second: float = 0.0
    at_once: int = 0


_LIMITS = Limits()
FLOODS: Final = (
    Kind("nobody floods"),
    Kind("ten a second", TENFOLD * _LIMITS.operations_per_minute / 60),
    Kind("ten times theirs", TENFOLD * OTHERS_PER_SECOND),
    Kind("three hundred at once", at_once=TENFOLD * _LIMITS.at_once),
)


async def measure_floods(budget: Budget, step: Callable[[str], None]) -> list[Flood]:
    """Return how the others fare beside each flood, one flood after the other."""
    found = []
    async with town_open(budget, bounded=True) as town:
        step("floods: until everybody's screen is warm")
        await _one(town, budget, FLOODS[0])
        for kind in FLOODS:
            step(f"floods: {kind.name}")
            found.append(await _one(town, budget, kind))
    return found


async def _one(town: Town, budget: Budget, kind: Kind) -> Flood:
    flooder, *others = town.people
    over = 2 * budget.crowd_seconds
    theirs = Stream(
        name="others",
        askings=town.reading(others),
        begins=0.0,
        ends=over,
        per_second=OTHERS_PER_SECOND,
    )
    flood = Stream(
        name="flood",
        askings=town.reading([flooder]),
        begins=0.0,
        ends=over,
        per_second=kind.per_second,
        at_once=kind.at_once,
    )
    if not kind.per_second and not kind.at_once:
        (heard,) = (await town.crowd(theirs)).streams
        return Flood(others=fared(kind.name, theirs, heard), flood=None)
    heard, own = (await town.crowd(theirs, flood)).streams
    return Flood(others=fared(kind.name, theirs, heard), flood=fared(kind.name, flood, own))
