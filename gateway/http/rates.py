"""How often one address may be wrong: a bucket for each, in this process, and bounded."""

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

_REMEMBERED: Final = 4096


class Misses:
    """Counts what went wrong by address: `most` at once, and then one more every `seconds`.

    The addresses counted are the `remembered` that were wrong last. `now` is a monotonic clock in
    seconds.
    """

    def __init__(
        self,
        most: int,
        seconds: float,
        *,
        remembered: int = 10_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._remembered = remembered
        self._now = now
        self._empty_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, address: str) -> float:
        """For how many seconds may this address not ask? 0 where it may."""
        debt = self._empty_at.get(network_of(address), 0.0) - self._now()
        return max(0.0, debt - (self._most - 1) * self._seconds)

    def add(self, address: str) -> None:
        """Count one more."""
        of = network_of(address)
        before = self._empty_at.pop(of, 0.0)
        self._empty_at[of] = max(before, self._now()) + self._seconds
        if len(self._empty_at) > self._remembered:
            self._empty_at.popitem(last=False)


@lru_cache(_REMEMBERED)
def network_of(address: str) -> str:
    """Return whom an address belongs to: of IPv6 somebody has a whole network of /64."""
    try:
        told = ip_address(address)
    except ValueError:
        return address
    if isinstance(told, IPv6Address):
        return str(told.ipv4_mapped or ip_network((told, 64), strict=False))
    return str(told)
