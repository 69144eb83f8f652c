"""What was just recorded in ServiceTitan, and may not be in the balance that it tells yet (R34)."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Final

JUST: Final = timedelta(minutes=15)
"""For how long it is doubted whether a balance has what was recorded; then it is believed.

As long as a remembered invoice may be told (decision 8): one may be of the moment in which it was
recorded. Where the balance tells that it has the payment, nothing is doubted.
"""


@dataclass(frozen=True, slots=True)
class JustRecorded:
    """Payments of one invoice that were recorded a while ago at most: `amounts`, first the oldest.

    `left` is the balance that ServiceTitan tells once it has them all and nobody else has changed
    it; None where that is not known.
    """

    amounts: tuple[Decimal, ...]
    left: Decimal | None

    def lacking(self, balance: Decimal) -> Decimal:
        """How much of what was recorded does this balance not have yet?

        It has all of it, or all but the latest ones: the sums tell. Any other balance was changed
        by somebody else too, and then all of it may be lacking: too little is owed for a while, and
        never too much.
        """
        not_there_yet = (Decimal(0), *accumulate(reversed(self.amounts)))
        if self.left is not None and balance - self.left in not_there_yet:
            return balance - self.left
        return not_there_yet[-1]


def left_when_all_are_there(left: Decimal, latest: Decimal, pending: Decimal) -> Decimal:
    """Which balance does ServiceTitan tell once it has all that was recorded?

    `left` is what was left to pay when the latest payment of this invoice was begun, whatever was
    on its way then; `latest` is its amount, and `pending` what is not recorded yet.
    """
    return left - latest + pending
