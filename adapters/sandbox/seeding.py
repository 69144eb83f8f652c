"""The seeded rows of a day, made once in a process and shared by its sandboxes."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from adapters.sandbox.homes import TIME_ZONE, build
from adapters.sandbox.options import SandboxOptions
from adapters.sandbox.store import Seed, planted


def seeded(options: SandboxOptions) -> Seed:
    """Return the rows that these options ask for."""
    today = options.today or datetime.now(ZoneInfo(TIME_ZONE)).date()
    return _seed(options.seed, today, options.homes)


@lru_cache(maxsize=4)
def _seed(seed: int, today: date, homes: int) -> Seed:
    return planted(build(seed, today, homes))
