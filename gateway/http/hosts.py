"""Requests are answered that were sent to a name of ours (HT-17).

Nothing here is made of that name. But who leads a browser to this address by a name of their own
is, to the browser, of one origin with us.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import Final

from starlette.types import Scope

from gateway.host_names import host_of
from gateway.http.refusals import Refused, bad_request

PROBES: Final = frozenset(("/health/live", "/health/ready"))
"""Who asks these knows the machine by its address, and no name of it."""

_host_of: Final = lru_cache(maxsize=128)(host_of)


def is_for(hosts: Collection[str], scope: Scope) -> bool:
    """Was this sent to one of these names, and to one alone? Where there are none, any will do."""
    if not hosts or scope["path"] in PROBES:
        return True
    told = [value for name, value in scope["headers"] if name == b"host"]
    return len(told) == 1 and _host_of(told[0]) in hosts


def not_ours() -> Refused:
    """Ask by a name that is ours."""
    return bad_request("Nothing is served here under this host's name.")
