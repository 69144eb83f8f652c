"""From a request's headers to its viewer: nobody, somebody verified, or a refusal."""

from collections.abc import Sequence
from typing import Protocol

from starlette.datastructures import Headers

from gateway.identity.cookie_door import CookieDoor
from gateway.identity.errors import InvalidToken
from gateway.identity.headers import Claimed, read_claimed
from gateway.identity.view_as import looking
from resolvers.viewer import ANONYMOUS, Viewer


class Verifier(Protocol):
    """Verifies the tokens of one issuer for one audience, whatever they claim."""

    @property
    def issuer(self) -> str:
        """Whose tokens."""

    @property
    def audience(self) -> str:
        """For whom."""

    async def viewer(self, token: str) -> Viewer:
        """Return whose token it is; raise InvalidToken, or KeysUnavailable."""


class Door:
    """Looks at Authorization, at a session's cookie, and at X-View-As: at nothing else (AZ-20)."""

    def __init__(
        self, verifiers: Sequence[Verifier], cookie_door: CookieDoor | None = None
    ) -> None:
        self._verifiers = verifiers
        self._cookie_door = cookie_door

    async def identify(self, headers: Headers, method: str) -> Viewer:
        """Return ANONYMOUS without credentials, else whose they are, or through whose eyes.

        Authorization wins over a cookie. Raises InvalidToken (answered 401; SessionEnded takes the
        cookie away), NotAllowed (403), BadRequestHeader (400) and Unverifiable (503).
        """
        return looking(await self._asker(headers, method), headers)

    async def verified(self, token: str) -> Viewer:
        """Return whose bearer token it is; raise InvalidToken, or KeysUnavailable.

        What the token claims chooses who verifies it, and is believed by nobody.
        """
        claimed = read_claimed(token)
        return await self._verifier(claimed).viewer(token)

    async def _asker(self, headers: Headers, method: str) -> Viewer:
        given = headers.getlist("authorization")
        if len(given) > 1:
            raise InvalidToken("more than one Authorization header")
        if given:
            return await self.verified(_token(given[0]))
        found = await self._cookie_door.viewer(headers, method) if self._cookie_door else None
        return found or ANONYMOUS

    def _verifier(self, claimed: Claimed) -> Verifier:
        """Return the one for this issuer; where it has several audiences, the one for this one."""
        found = [each for each in self._verifiers if each.issuer == claimed.iss]
        if len(found) > 1:
            found = [each for each in found if each.audience in claimed.audiences]
        if not found:
            raise InvalidToken("its issuer and audience are not accepted")
        if len(found) > 1:
            raise InvalidToken("it is for more than one audience of ours")
        return found[0]


def _token(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken("not a Bearer credential")
    return token.strip()
