"""Who pays for an operation, and whether they still can: told before anything is asked upstream."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from gateway.guard.buckets import Allowance, Buckets
from gateway.guard.cost import NOTHING, Cost
from gateway.http.rates import network_of
from gateway.http.refusals import too_often
from resolvers.policy import Limits
from resolvers.viewer import Viewer, ViewerKind

_MOST_OWING: Final = 10_000


class Payer(NamedTuple):
    """Whose budget an operation is charged to, and how large that is."""

    key: str
    allowed: Allowance


class Charge(NamedTuple):
    """What was charged for an operation, and what its payer has left for the minute."""

    payer: Payer
    cost: Cost
    remaining: int

    def told(self) -> dict[str, object]:
        """Return what `extensions.cost` tells, in points."""
        return {
            "requested": self.cost.points,
            "remaining": self.remaining,
            "perMinute": self.payer.allowed.cost,
        }


class Budgets:
    """Charges operations by the policy in force.

    What an operation cost beyond its reckoning is owed, and charged with its payer's next.
    """

    def __init__(self, buckets: Buckets, limits: Callable[[], Limits]) -> None:
        self._buckets = buckets
        self._limits = limits
        self._owed: OrderedDict[str, int] = OrderedDict()

    def ceiling(self, viewer: Viewer) -> int:
        """How many points may one operation of this viewer cost?"""
        limits = self._limits()
        return min(limits.cost_per_operation, _allowed(viewer, limits).cost)

    async def charge(self, viewer: Viewer, address: str, cost: Cost = NOTHING) -> Charge:
        """Charge one operation; raises Refused (429) where its payer has to wait."""
        payer = payer_of(viewer, address, self._limits())
        points = self._points(payer, cost)
        taken = await self._buckets.take(payer.key, payer.allowed, points)
        if taken.wait_ms:
            raise too_often(taken.wait_ms)
        self._owed.pop(payer.key, None)
        return Charge(payer, cost, taken.remaining)

    def charge_at_once(self, payer: Payer, cost: Cost) -> Charge | None:
        """Charge one operation of this payer's; None where `charge` waits or refuses.

        Nothing is charged then.
        """
        points = self._points(payer, cost)
        taken = self._buckets.take_at_once(payer.key, payer.allowed, points)
        if taken is None or taken.wait_ms:
            return None
        self._owed.pop(payer.key, None)
        return Charge(payer, cost, taken.remaining)

    def is_affordable(self, payer: Payer, cost: Cost) -> bool:
        """Would `charge_at_once` charge this?"""
        return self._buckets.has(payer.key, payer.allowed, self._points(payer, cost))

    def _points(self, payer: Payer, cost: Cost) -> int:
        return min(cost.points + self._owed.get(payer.key, 0), payer.allowed.cost)

    def settle(self, charge: Charge, calls: int) -> None:
        """Take in how many calls it came to."""
        more = calls - charge.cost.calls
        if more <= 0:
            return
        key = charge.payer.key
        self._owed[key] = self._owed.pop(key, 0) + more
        if len(self._owed) > _MOST_OWING:
            self._owed.popitem(last=False)

    async def aclose(self) -> None:
        """Let go of the buckets."""
        await self._buckets.aclose()


def payer_of(viewer: Viewer, address: str, limits: Limits) -> Payer:
    """Who pays for what this viewer asks?

    Staff and customers for themselves; whoever comes by a link, or as nobody, with all that come
    from the same address (of IPv6 the same /64). Staff pay as staff when they look as a customer.
    """
    allowed = _allowed(viewer, limits)
    if viewer.staff is not None:
        return Payer(f"staff:{viewer.staff.key}", allowed)
    if viewer.kind is ViewerKind.CUSTOMER:
        return Payer(f"customer:{viewer.key}", allowed)
    return Payer(f"address:{_digest(network_of(address))}", allowed)


def _allowed(viewer: Viewer, limits: Limits) -> Allowance:
    """How much has this viewer for a minute?"""
    if viewer.staff is not None:
        return Allowance(limits.staff_operations_per_minute, limits.staff_cost_per_minute)
    if viewer.kind is ViewerKind.CUSTOMER:
        return Allowance(limits.operations_per_minute, limits.cost_per_minute)
    return Allowance(limits.address_operations_per_minute, limits.address_cost_per_minute)


def _digest(text: str) -> str:
    """Return what tells addresses apart without naming them."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
