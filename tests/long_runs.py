"""How long hypothesis's machines run: short by themselves, long by `make fuzz` (LONG_RUNS=1)."""

import os

from hypothesis import HealthCheck, settings

IS_LONG = os.environ.get("LONG_RUNS") == "1"


def runs(examples: int, steps: int, *, at_length: tuple[int, int]) -> settings:
    """Give the settings of a machine: so many runs of so many steps, or `at_length` as many."""
    count, length = at_length if IS_LONG else (examples, steps)
    return settings(
        max_examples=count,
        stateful_step_count=length,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=True,
    )
