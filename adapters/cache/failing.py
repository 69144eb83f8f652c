"""How a question failed: whether it may be asked again, and whose failure it was."""

from adapters.cache.usage import Usage
from adapters.servicetitan.errors import NobodyWaits, UpstreamBusy, UpstreamUnavailable


def may_be_asked_again(told: object) -> bool:
    """Did ServiceTitan fail, rather than refuse?"""
    return isinstance(told, UpstreamUnavailable | UpstreamBusy)


def is_anothers(told: object, usage: Usage) -> bool:
    """Did this fail for another operation that asks the same, or travels with it?"""
    if usage.is_over:
        return False
    if isinstance(told, NobodyWaits):
        return True
    place = usage.place
    return isinstance(told, UpstreamBusy) and place is not None and place.told is None
