"""From a bearer token to the viewer it speaks for, or to the reason why it does not."""

import time
from collections.abc import Callable, Collection
from dataclasses import replace

from gateway.identity.claims import ClaimRules, check_access
from gateway.identity.emails import EmailClaims
from gateway.identity.keys import Keys
from gateway.identity.people import Person, customer, person
from gateway.identity.signatures import ALGORITHMS, Signatures
from resolvers.viewer import Viewer


class Bearer:
    """Verifies the access tokens of one issuer for one audience (security.md, 4.2).

    `whose` makes the viewer of the person a token names, or raises InvalidToken. `max_lifetime` is
    in seconds; `now` is the time of day in seconds since 1970.
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
        self._signatures = Signatures(keys, token_types, algorithms)
        self._rules = ClaimRules(issuer, audience, now)
        self._max_lifetime = max_lifetime
        self._emails = EmailClaims(email_claim, email_verified_claim)
        self._whose = whose

    async def viewer(self, token: str) -> Viewer:
        """Return whose token it is; raise InvalidToken, or KeysUnavailable."""
        claims = await self._signatures.claims(token)
        self._rules.check(claims)
        ends = check_access(claims, self._max_lifetime)
        return replace(self._whose(person(claims, self._emails)), until=ends)
