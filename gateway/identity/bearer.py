"""From a bearer token to the viewer it speaks for, or to the reason why it does not."""

import time
from collections.abc import Callable, Collection, Sequence

from gateway.identity.claims import ClaimRules, check_access, span_of
from gateway.identity.emails import EmailClaims
from gateway.identity.errors import InvalidToken
from gateway.identity.headers import token_of
from gateway.identity.keys import Keys
from gateway.identity.people import Person, customer, person
from gateway.identity.signatures import ALGORITHMS, Signatures
from gateway.identity.verified import Verified, VerifiedTokens
from resolvers.viewer import Viewer


class Bearer:
    """Verifies the access tokens of one issuer for one audience (security.md, 4.2).

    `whose` makes the viewer of the person a token names, for as long as that person is believed, or
    raises InvalidToken; it is asked each time, for the policy may have changed. What was verified
    is `remembered`: the next time its key and its times alone are looked at. `max_lifetime` is in
    seconds; `now` is the time of day in seconds since 1970.
    """

    def __init__(  # noqa: PLR0913  # every one is named, and none has a default worth hiding
        self,
        *,
        issuer: str,
        audience: str,
        token_types: Collection[str],
        max_lifetime: int,
        email_claim: str,
        email_verified_claim: str,
        keys: Keys,
        whose: Callable[[Person], Viewer] = customer,
        algorithms: Collection[str] = ALGORITHMS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.issuer = issuer
        self.audience = audience
        self.remembered = VerifiedTokens()
        self._signatures = Signatures(keys, token_types, algorithms)
        self._rules = ClaimRules(issuer, audience, now)
        self._max_lifetime = max_lifetime
        self._emails = EmailClaims(email_claim, email_verified_claim)
        self._whose = whose

    @property
    def checks(self) -> int:
        """How many signatures were verified, or found not to be, since the start?"""
        return self._signatures.checks

    async def viewer(self, token: str) -> Viewer:
        """Return whose token it is; raise InvalidToken, or KeysUnavailable."""
        found = self.remembered.find(token)
        if found is None or not (self.surely_holds(found) or await self._still_holds(found)):
            self.remembered.forget(token)
            found = await self._verified(token)
            self.remembered.keep(token, found)
        return self._whose(found.person)

    def remembered_of(self, given: Sequence[str]) -> Verified | None:
        """Return what is remembered of the one token in these Authorization headers."""
        if len(given) != 1:
            return None
        try:
            return self.remembered.find(token_of(given[0]))
        except InvalidToken:
            return None

    def surely_holds(self, found: Verified) -> bool:
        """Does this still hold that was `remembered`, as far as is known at once?

        False is no refusal: `viewer` tells.
        """
        is_signed = self._signatures.surely_signed(found.signed)
        return is_signed and self._rules.hold_at_this_moment(found.span)

    async def _still_holds(self, found: Verified) -> bool:
        """Has nothing changed by which it was verified? Raise as `viewer`."""
        is_signed = await self._signatures.still_signed(found.signed)
        return is_signed and self._rules.hold_at_this_moment(found.span)

    async def _verified(self, token: str) -> Verified:
        signed = await self._signatures.signed(token)
        claims = signed.claims
        self._rules.check(claims)
        until = check_access(claims, self._max_lifetime)
        return Verified(signed, person(claims, self._emails, until), span_of(claims))
