"""From a request's headers to its viewer: nobody, somebody verified, or a refusal."""

from collections.abc import Sequence
from typing import Final, Protocol

from starlette.datastructures import Headers

from gateway.identity.cookie_door import CookieDoor
from gateway.identity.errors import InvalidToken
from gateway.identity.headers import Claimed, read_claimed, token_of
from gateway.identity.of_tokens import OfTokens, Token
from gateway.identity.view_as import looking
from resolvers.viewer import ANONYMOUS, Viewer

MOST_REMEMBERED: Final = 8 * 1024 * 1024
"""How much memory what tokens claim may take in all, in bytes, as reckoned: some thousands."""

_BYTES_OF_ANY: Final = 1_000


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
    """Looks at Authorization, at a session's cookie, and at X-View-As: at nothing else (AZ-20).

    What a token claims is read once where it was verified. Else it is read anew each time: whoever
    is refused would choose what is remembered here.
    """

    def __init__(
        self, verifiers: Sequence[Verifier], cookie_door: CookieDoor | None = None
    ) -> None:
        self._verifiers = verifiers
        self._cookie_door = cookie_door
        self._claimed = OfTokens[Claimed](MOST_REMEMBERED, _BYTES_OF_ANY)

    async def identify(self, headers: Headers, method: str) -> Viewer:
        """Return ANONYMOUS without credentials, else whose they are, or through whose eyes.

        Authorization wins over a cookie. Raises InvalidToken (answered 401; SessionEnded takes the
        cookie away), NotAllowed (403), BadRequestHeader (400) and Unverifiable (503).
        """
        given = headers.getlist("authorization")
        if len(given) > 1:
            raise InvalidToken("more than one Authorization header")
        if given:
            asker = await self.verified(Token(token_of(given[0])))
        else:
            asker = await self._by_cookie(headers, method)
        return looking(asker, headers)

    async def verified(self, token: str) -> Viewer:
        """Return whose bearer token it is; raise InvalidToken, or KeysUnavailable.

        What the token claims chooses who verifies it, and is believed by nobody.
        """
        known = self._claimed.find(token)
        claimed = known or read_claimed(token)
        try:
            viewer = await self._verifier(claimed).viewer(token)
        except InvalidToken:
            self._claimed.forget(token)
            raise
        if known is None:
            self._claimed.keep(token, claimed)
        return viewer

    def claimed(self, token: str) -> Claimed:
        """Return what a token claims, be it true or not; raise InvalidToken for other text."""
        return self._claimed.find(token) or read_claimed(token)

    async def _by_cookie(self, headers: Headers, method: str) -> Viewer:
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
