"""From a session's cookie to the member of staff it speaks for."""

from dataclasses import dataclass

from starlette.datastructures import Headers

from adapters.ledger.staff_sessions import StaffSession
from gateway.identity.cookies import Cookies
from gateway.identity.errors import NotAllowed, SessionEnded
from gateway.identity.same_origin import OwnOrigin
from gateway.identity.sessions import Sessions, staff_of
from gateway.identity.staff import by_themselves
from resolvers.viewer import Viewer

_FOREIGN = "A session counts only for a POST from a page of this gateway."


@dataclass(frozen=True, slots=True)
class CookieDoor:
    """Lets staff in by cookie, where a foreign site cannot have made the browser ask (HT-5)."""

    sessions: Sessions
    cookies: Cookies
    origin: OwnOrigin

    async def viewer(self, headers: Headers, method: str) -> Viewer | None:
        """Return whose session the browser brings, None where it brings none.

        Raises NotAllowed for what a foreign site may have sent, SessionEnded for a session that is
        over, InvalidToken for two of them, SessionsUnavailable when nobody can tell.
        """
        secret = self.cookies.read(headers, self.cookies.session)
        if secret is None:
            return None
        if method != "POST" or not self.origin.sent(headers):
            raise NotAllowed(_FOREIGN, "a session cookie on a request that may be forged")
        session = await self.sessions.find(secret)
        if session is None:
            clearing = self.cookies.taken(self.cookies.session)
            raise SessionEnded("its session has ended", clearing)
        return by_themselves(staff_of(session))

    async def session(self, headers: Headers) -> StaffSession | None:
        """Return the session that a page is to be shown for, None where none is open.

        It opens no record: whoever made the browser ask cannot read the page. Raises
        SessionsUnavailable when nobody can tell.
        """
        secret = self.cookies.alone(headers, self.cookies.session)
        return None if secret is None else await self.sessions.find(secret)
