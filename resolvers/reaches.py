"""What people reach, told once for as long as nothing it was made of is another."""

from typing import Final, NamedTuple

from adapters.directory.people import Standing
from adapters.remembered import Remembered
from resolvers.access import Reach, reach_of
from resolvers.levels import AccessLevel
from resolvers.policy import Access

MOST_REMEMBERED: Final = 100_000
"""How many records are remembered in all: some tens of megabytes."""


class _Told(NamedTuple):
    standing: Standing
    access: Access
    reach: Reach


class Reaches:
    """Remembers reaches by email and level, beside the standing and the choices they came from.

    Both must be the very same: whoever reads a standing anew has another. It is for people alone,
    whose reach nobody adds to.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._told: Remembered[tuple[str, AccessLevel], _Told] = Remembered(most)

    def of(self, email: str, standing: Standing, access: Access, most: AccessLevel) -> Reach:
        """Return as `reach_of`."""
        told = self._told.find((email, most))
        if told is not None and told.standing is standing and told.access is access:
            return told.reach
        reach = reach_of(email, standing, access, most)
        weight = 1 + len(reach.parties) + len(reach.places)
        self._told.keep((email, most), _Told(standing, access, reach), weight)
        return reach

    def last(self, email: str, access: Access, most: AccessLevel) -> Reach | None:
        """Return what was last told of them by these choices, be it true still or not."""
        told = self._told.find((email, most))
        return told.reach if told is not None and told.access is access else None
