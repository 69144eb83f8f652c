"""How often somebody had a card tried that nothing was paid with: counted in this process (PA-28).

The ledger holds attempts to pay alone, and whoever keeps a card learns by it whether it is good.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adapters.ledger.payment_states import AttemptState

REMEMBERED: Final = 10_000
"""Of how many viewers, those who tried last."""
MOST: Final = 100
"""How many tries of one viewer: more than anybody may make before they have to wait."""


@dataclass(slots=True)
class CardTry:
    """A card that was tried then; declined, as far as anybody knows, until it is told otherwise."""

    at: datetime
    state: AttemptState = AttemptState.DECLINED

    def succeeded(self) -> None:
        """Note that it was not declined."""
        self.state = AttemptState.RECORDED


@dataclass(slots=True)
class CardTries:
    """The tries of the viewers who tried last."""

    _tries: OrderedDict[str, list[CardTry]] = field(default_factory=OrderedDict)

    def begin(self, viewer: str, at: datetime) -> CardTry:
        """Note that this viewer has a card tried now, before it is."""
        one = CardTry(at)
        self._tries[viewer] = [*self._tries.pop(viewer, ()), one][-MOST:]
        if len(self._tries) > REMEMBERED:
            self._tries.popitem(last=False)
        return one

    def lately(self, viewer: str, since: datetime) -> list[tuple[AttemptState, datetime]]:
        """Return how this viewer's tries since then stand, as the ledger tells of attempts."""
        tries = self._tries.get(viewer, ())
        return [(one.state, one.at) for one in tries if one.at >= since]
