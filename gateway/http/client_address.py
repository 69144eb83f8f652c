"""Where a request comes from, when proxies stand in between: believed as far as they are known."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from typing import Final

from starlette.requests import HTTPConnection

MOST_HOPS: Final = 20
"""How many proxies a request may have come through; what is told before those is not looked at."""

HEADER: Final = "x-forwarded-for"

_REMEMBERED: Final = 4096
_LONGEST_REMEMBERED: Final = 200
"""How many characters of the header may be remembered: anybody writes it."""

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class ClientAddresses:
    """Tells a client's address; `proxies` are the networks whose word is taken for it.

    Each proxy adds whom it heard from to the right of `X-Forwarded-For`. So the list is read from
    the right, for as long as who told it is one of ours: the first that is none of ours is the
    client. What stands left of that anybody can have written.
    """

    def __init__(self, proxies: Sequence[Network] = ()) -> None:
        self._proxies = tuple(proxies)
        self._known = lru_cache(_REMEMBERED)(self._client)

    def of(self, request: HTTPConnection) -> str:
        """Return the address that a request comes from; empty where the connection has none."""
        client = request.scope.get("client")
        peer: str = client[0] if client else ""
        if not self._proxies:
            return peer
        line = ",".join(request.headers.getlist(HEADER))
        return (self._known if len(line) <= _LONGEST_REMEMBERED else self._client)(peer, line)

    def _client(self, peer: str, line: str) -> str:
        nearest = _read(peer)
        if nearest is None:
            return peer
        for told in _hops(line):
            if not self._is_ours(nearest):
                break
            before = _read(told)
            if before is None:
                break
            nearest = before
        return str(nearest)

    def _is_ours(self, address: Address) -> bool:
        return any(address in network for network in self._proxies)


def _hops(line: str) -> Iterator[str]:
    """Give what the header tells, the last first."""
    for _ in range(MOST_HOPS):
        line, _, hop = line.rpartition(",")
        yield hop
        if not line:
            return


def _read(told: str) -> Address | None:
    """Read an address as proxies write it, with a port or without; None where it is none.

    One of version 4 that is spelled as one of version 6 is the same.
    """
    text = told.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
