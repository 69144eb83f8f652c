"""Headers that every answer has, whoever made it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    """Middleware: nothing is stored or guessed at on the way, and https stays https (HT-16)."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = {**ALWAYS, **(_OVER_HTTPS if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add what the answer does not say itself."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
