"""How many steps a run tells of, for the bar that shows how far it is."""

from collections.abc import Collection

from tests.bench.budget import Budget
from tests.bench.crowds.floods import FLOODS as KINDS
from tests.bench.run import (
    COLD,
    COSTS,
    DIRECTORY,
    EVENTS,
    FLOODS,
    MAILINGS,
    MEMORY,
    OVERLOAD,
    PARTS,
    WARM,
)

_COLD_KINDS = 2 * 2
"""Questions, each compiled and not."""


def steps_of(budget: Budget, wanted: Collection[str] = PARTS) -> int:
    """Return the number of times a run with this budget calls `step`."""
    steps = {
        WARM: 2 + budget.rounds,
        COLD: _COLD_KINDS * budget.cold_starts,
        COSTS: 1,
        DIRECTORY: 1,
        EVENTS: 2,  # one worker and two
        MAILINGS: 2,  # screens
        FLOODS: len(KINDS),
        OVERLOAD: 2,
        MEMORY: budget.memory_rounds,
    }
    starts = not {WARM, COLD, COSTS}.isdisjoint(wanted)
    return starts + sum(steps[part] for part in wanted)
