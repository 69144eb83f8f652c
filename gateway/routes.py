"""Where a request went, in as many words as there are places: for measuring."""

from typing import Final

OTHER: Final = "other"

_PLACES: Final = frozenset(
    (
        "/graphql",
        "/graphiql",
        "/links/exchange",
        "/auth/login",
        "/auth/callback",
        "/auth/session",
        "/auth/logout",
        "/health/live",
        "/health/ready",
    )
)
_BELOW: Final = ("/documents/", "/calendar/", "/webhooks/", "/graphiql/")


def route_of(path: str) -> str:
    """Return which of the gateway's places a path leads to; `other` for what is none of them.

    What stands below a place (the seal of a document, say) is not told, nor what anybody made up.
    """
    if path in _PLACES:
        return path
    return next((f"{front}*" for front in _BELOW if path.startswith(front)), OTHER)
