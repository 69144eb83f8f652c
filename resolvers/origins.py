"""Where a request came from: for evidence as coarsely as it needs it, for a bank in full."""

from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

_NETWORK: Final = {4: 24, 6: 48}
_MOBILE: Final = ("mobi", "android", "iphone", "ipad")
_REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True)
class Origin:
    """The network a request came from, such as 203.0.113.0/24, and what kind of program sent it.

    Behind a proxy that is not known as one, the network is the proxy's. `address` and `agent` are
    the whole of it: a bank is told where its debit was authorized, and nobody logs or keeps them.
    """

    address_class: str | None = None
    agent_class: str | None = None
    address: str | None = field(default=None, repr=False)
    agent: str | None = field(default=None, repr=False)


def origin_of(host: str | None, agent: str | None) -> Origin:
    """Return where a request from this address came from, sent by what calls itself so."""
    network, whole = _told(host)
    return Origin(network, _kind(agent), whole, agent or None)


@lru_cache(_REMEMBERED)
def _told(host: str | None) -> tuple[str | None, str | None]:
    """Return the network and the whole address, as texts; to read them takes longer than the rest.

    What programs call themselves is remembered of nobody: it may be long.
    """
    address = _address(host)
    return _network(address), None if address is None else str(address)


def _address(host: str | None) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host or "")
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _network(address: IPv4Address | IPv6Address | None) -> str | None:
    if address is None:
        return None
    return str(ip_network((address, _NETWORK[address.version]), strict=False))


def _kind(agent: str | None) -> str | None:
    told = (agent or "").casefold()
    if not told:
        return None
    if any(sign in told for sign in _MOBILE):
        return "mobile browser"
    return "browser" if "mozilla/" in told else "program"


UNTOLD: Final = Origin()
"""Nobody knows where it came from."""
