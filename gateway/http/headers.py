"""Headers that every answer has, whoever made it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.header_pairs import Pair

ALWAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cache-control": "no-store",
        # What is no page runs nothing and stands in no frame, whatever a browser takes it for.
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
)
_OF_PAGES = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    # Without an origin to name, a browser would call its own form's sender unknown.
    "referrer-policy": "same-origin",
}
_OVER_HTTPS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


def of_page(*policy: str) -> dict[str, str]:
    """Return the headers of a page of ours, with these directives and in nobody's frame (HT-14)."""
    directives = ("default-src 'none'", *policy, "base-uri 'none'", "frame-ancestors 'none'")
    return {"content-security-policy": "; ".join(directives), **_OF_PAGES}


class SafeHeaders:
    """What answers say beside: nothing is stored or guessed at on the way, https stays https.

    HT-16: that is added which an answer does not say itself.
    """

    def __init__(self, *, https: bool) -> None:
        told = {**ALWAYS, **(_OVER_HTTPS if https else {})}
        self._pairs = tuple((name.encode(), value.encode()) for name, value in told.items())
        self._names = frozenset(dict(self._pairs))

    def add_to(self, headers: list[Pair]) -> None:
        """Add them."""
        said = dict(headers)
        if self._names.isdisjoint(said):
            headers.extend(self._pairs)
        else:
            headers.extend(pair for pair in self._pairs if pair[0] not in said)
