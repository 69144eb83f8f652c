"""The staff's console: its page for who is signed in, and the assets it is made of."""

from dataclasses import dataclass
from html import escape
from secrets import token_urlsafe
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.ledger.staff_sessions import StaffSession
from gateway.console.built import Built
from gateway.http.headers import of_page
from gateway.http.staff_pages import StaffPages
from gateway.identity.cookie_door import CookieDoor
from gateway.identity.errors import Unverifiable

CONSOLE: Final = "/graphiql"

_NONCE_BYTES: Final = 18
_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf"}
# A worker goes by the policy of its own script, which is everybody's: it asks nobody, and imports
# nothing.
_ASSET: Final = {
    "cache-control": "public, max-age=31536000, immutable",
    "vary": "accept-encoding",
}
# Relative, so that the console works under any path of PORTAL_PUBLIC_URL. An icon of nothing.
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Console · {business}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="graphiql/{style}">
<script type="module" src="graphiql/{script}" nonce="{nonce}"></script>
</head>
<body>
<div id="console" data-business="{business}" data-email="{email}" data-billing="{billing}" \
data-until="{until}"></div>
<noscript>The console needs JavaScript.</noscript>
</body>
</html>
"""

_log = structlog.get_logger("http")


@dataclass(frozen=True, slots=True)
class ConsoleEndpoints:
    """Serves what was built, and says what to do where nothing was.

    The page is for staff with a session; others are led to sign in. The assets hold nothing that
    npm does not tell everybody.
    """

    built: Built | None
    door: CookieDoor
    pages: StaffPages
    public_url: str

    def routes(self) -> list[Route]:
        """Return the endpoints, where they stand."""
        return [
            Route(CONSOLE, self.page, methods=["GET"]),
            Route(f"{CONSOLE}/{{name}}", self.asset, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        """Give the console to whose session the browser brings; lead others to sign in."""
        if self.built is None:
            return self.pages.no_console()
        try:
            session = await self.door.session(request.headers)
        except Unverifiable as error:
            _log.error("credentials not verifiable", problem=str(error))
            return self.pages.unverifiable()
        if session is None:
            # Under another name of this host a sign-in could not end: its cookie is of one name.
            return RedirectResponse(f"{self.public_url}/auth/login?return_to={CONSOLE}", 303)
        return self._console(self.built, session)

    async def asset(self, request: Request) -> Response:
        """Give a part of the console: its name changes with what is in it."""
        name = request.path_params["name"]
        wanted = "gzip" in request.headers.get("accept-encoding", "")
        plain = self.built.file(name, compressed=False) if self.built else None
        if self.built is None or plain is None:
            return Response("Not Found", 404, media_type="text/plain")
        twin = self.built.file(name, compressed=True) if wanted else None
        encoded = {} if twin is None else {"content-encoding": "gzip"}
        return FileResponse(
            twin or plain, headers={**_ASSET, **encoded}, media_type=_TYPES[plain.suffix]
        )

    def _console(self, built: Built, session: StaffSession) -> HTMLResponse:
        nonce = token_urlsafe(_NONCE_BYTES)
        page = _PAGE.format(
            business=escape(self.pages.tenant().business_name),
            email=escape(session.email),
            billing="yes" if session.may_bill else "no",
            until=session.expires_at.isoformat(),
            style=built.style,
            script=built.script,
            nonce=nonce,
        )
        return HTMLResponse(page, headers=_page_headers(nonce))


def _page_headers(nonce: str) -> dict[str, str]:
    """Return the headers of the page: scripts and styles of ours, and nobody else's anything.

    The editor places its lines by style attributes, which no nonce can be given to.
    """
    return of_page(
        f"script-src 'nonce-{nonce}'",
        f"style-src-elem 'self' 'nonce-{nonce}'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
    )
