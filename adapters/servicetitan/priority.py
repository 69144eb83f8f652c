"""Who goes first where calls are short."""

from enum import IntEnum


class Priority(IntEnum):
    """How urgent a call is; the lower number goes first.

    MONEY is what a payment hangs on, WEBHOOK reads again what ServiceTitan says has changed, PEOPLE
    have somebody waiting, REFRESH keeps what is remembered new, WARMING is for nobody yet.
    """

    MONEY = 0
    WEBHOOK = 1
    PEOPLE = 2
    REFRESH = 3
    WARMING = 4

    @property
    def is_kept_for(self) -> bool:
        """Whether the shares that are kept are kept for this."""
        return self <= Priority.WEBHOOK
