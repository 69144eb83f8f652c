"""How many steps a run tells of, for the bar that shows how far it is."""

from tests.bench.budget import Budget

_STARTS = 5
_COLD_QUESTIONS = 2
_SHARED = 2 + 2
"""Events and mailings: one worker and two, two screens."""


def steps_of(budget: Budget) -> int:
    """Return the number of times a run with this budget calls `step`."""
    return _STARTS + _SHARED + budget.rounds + _COLD_QUESTIONS * budget.cold_starts
