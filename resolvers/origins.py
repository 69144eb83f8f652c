"""Where a request came from, as coarsely as evidence needs it: no address, and no browser."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

_NETWORK: Final = {4: 24, 6: 48}
_MOBILE: Final = ("mobi", "android", "iphone", "ipad")


@dataclass(frozen=True, slots=True)
class Origin:
    """The network a request came from, such as 203.0.113.0/24, and what kind of program sent it.

    Behind a proxy that is not known as one, the network is the proxy's.
    """

    address_class: str | None = None
    agent_class: str | None = None


def origin_of(host: str | None, agent: str | None) -> Origin:
    """Return where a request from this address came from, sent by what calls itself so."""
    return Origin(_network(host), _kind(agent))


def _network(host: str | None) -> str | None:
    try:
        address = ip_address(host or "")
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
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
