"""The endpoints of staff sign-in: out to the identity provider, back, who is in, and out again."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.staff_sessions import StaffSession
from gateway.http.client_address import ClientAddresses
from gateway.http.exchange import JSON
from gateway.http.rates import Misses
from gateway.http.refusals import Refused, forbidden, unauthenticated, unverifiable
from gateway.http.staff_pages import StaffPages
from gateway.identity.cookie_door import CookieDoor
from gateway.identity.errors import SignInRefused, Unverifiable
from gateway.identity.return_to import local_path
from gateway.identity.sessions import Opened, staff_of
from gateway.identity.sign_in import LASTS, Finished, SignIn
from gateway.security import What, tell
from resolvers.viewer import Staff

MISSES_AT_ONCE: Final = 20
SECONDS_EACH: Final = 3.0

Audit = Callable[[str, Staff], Awaitable[None]]
"""Writes down what a member of staff did: `staff.sign-in` or `staff.sign-out`."""

_ONCE = "Your sign-in could not be completed. Please sign in again."
_TOO_MANY = "Too many sign-ins from here have failed. Try again in a minute."
_FOREIGN = "Sign out on the page of this gateway."

_log = structlog.get_logger("identity")


@dataclass(frozen=True, slots=True)
class SignInEndpoints:
    """Signs staff in and out; `public_url` is where the gateway is, `home` where a sign-in leads.

    A sign-in that fails leaves no session, and its page says no more than that. Those that fail are
    counted by address, as `address_of` tells it.
    """

    sign_in: SignIn
    door: CookieDoor
    pages: StaffPages
    audit: Audit
    public_url: str
    home: str
    address_of: Callable[[Request], str] = field(default_factory=lambda: ClientAddresses().of)
    misses: Misses = field(default_factory=lambda: Misses(MISSES_AT_ONCE, SECONDS_EACH))

    def routes(self) -> list[Route]:
        """Return the endpoints, where they stand."""
        return [
            Route("/auth/login", self.log_in, methods=["GET"]),
            Route("/auth/callback", self.callback, methods=["GET"]),
            Route("/auth/session", self.session, methods=["GET"]),
            Route("/auth/logout", self.log_out, methods=["POST"]),
        ]

    async def log_in(self, request: Request) -> Response:
        """Send the browser to the identity provider."""
        return_to = local_path(request.query_params.get("return_to"), self.home)
        try:
            begun = await self.sign_in.begin(return_to)
        except Unverifiable as error:
            return self._unverifiable(error)
        return self._with(
            RedirectResponse(begun.address, 303),
            self._cookie(self.door.cookies.sign_in, begun.cookie, int(LASTS.total_seconds())),
        )

    async def callback(self, request: Request) -> Response:
        """Take the browser back from the identity provider: with a session, or with a reason."""
        over = self.door.cookies.taken(self.door.cookies.sign_in)
        try:
            finished = await self._finished(request)
            opened = await self._opened(finished, request.headers)
        except SignInRefused as error:
            return self._with(self._refused(request, error), over)
        except (Unverifiable, LedgerUnavailable) as error:
            return self._with(self._unverifiable(error), over)
        _log.info("staff signed in", staff=finished.staff.key)
        session = self._cookie(self.door.cookies.session, opened.secret, opened.seconds)
        led = f"{urlsplit(self.public_url).path}{finished.return_to}"
        return self._with(RedirectResponse(led, 303), over, session)

    async def session(self, request: Request) -> Response:
        """Tell who is signed in, as JSON or as a page."""
        as_page = _wants_page(request.headers)
        try:
            found = await self.door.session(request.headers)
        except Unverifiable as error:
            return self._unverifiable(error) if as_page else _json(unverifiable())
        if found is None:
            return self.pages.nobody() if as_page else _json(unauthenticated())
        return self.pages.session(found) if as_page else JSONResponse(_told(found))

    async def log_out(self, request: Request) -> Response:
        """End the session, for a page of our own alone."""
        if not self.door.origin.sent(request.headers):
            tell(What.ACCESS, "a sign-out that may be forged")
            return _json(forbidden(_FOREIGN))
        cookies, as_page = self.door.cookies, _wants_page(request.headers)
        try:
            await self._end(request.headers)
        except (Unverifiable, LedgerUnavailable) as error:
            return self._unverifiable(error) if as_page else _json(unverifiable())
        answer = self.pages.signed_out() if as_page else Response(status_code=204)
        return self._with(answer, cookies.taken(cookies.session))

    async def _finished(self, request: Request) -> Finished:
        cookies = self.door.cookies
        cookie = cookies.alone(request.headers, cookies.sign_in)
        answer = request.query_params
        if len(answer.multi_items()) > len(answer):
            raise SignInRefused(_ONCE, "a parameter is given twice")
        return await self.sign_in.finish(answer, cookie)

    async def _opened(self, finished: Finished, headers: Headers) -> Opened:
        """Begin a session, with a new secret whatever the browser held, and end the one it held."""
        await self._end(headers)
        opened = await self.door.sessions.open(finished.staff, finished.state)
        if opened is None:
            raise SignInRefused(_ONCE, "it has opened a session already")
        await self.audit("staff.sign-in", finished.staff)
        return opened

    async def _end(self, headers: Headers) -> None:
        secret = self.door.cookies.alone(headers, self.door.cookies.session)
        ended = None if secret is None else await self.door.sessions.end(secret)
        if ended is not None:
            _log.info("staff signed out", staff=ended.staff_key)
            await self.audit("staff.sign-out", staff_of(ended))

    def _cookie(self, name: str, value: str, seconds: int) -> str:
        return self.door.cookies.given(name, value, seconds)

    def _refused(self, request: Request, error: SignInRefused) -> Response:
        """Say why nobody was signed in, or that too many from there were not.

        Whoever can sign in is let in whatever others behind the same address tried.
        """
        address = self.address_of(request)
        seconds = self.misses.wait(address)
        if seconds > 0:
            tell(What.LIMIT, "sign-ins paced")
            page = self.pages.refused(_TOO_MANY, 429)
            page.headers["retry-after"] = str(ceil(seconds))
            return page
        tell(What.SIGN_IN, error.reason)
        self.misses.add(address)
        return self.pages.refused(str(error), 403 if error.lacks_role else 400)

    def _unverifiable(self, error: Exception) -> Response:
        _log.error("credentials not verifiable", problem=str(error))
        return self.pages.unverifiable()

    def _with(self, answer: Response, *cookies: str) -> Response:
        for cookie in cookies:
            answer.headers.append("set-cookie", cookie)
        return answer


def _told(session: StaffSession) -> Mapping[str, object]:
    until = session.expires_at.isoformat().replace("+00:00", "Z")
    return {"email": session.email, "billing": session.may_bill, "expiresAt": until}


def _wants_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")


def _json(refused: Refused) -> Response:
    answer = refused.answer()
    return Response(answer.body, answer.status, dict(answer.headers), JSON)
