"""Whether a token was signed by its issuer, by an algorithm and of a type that are accepted."""

from collections.abc import Collection
from dataclasses import dataclass

from joserfc import jws, jwt
from joserfc.errors import JoseError

from gateway.identity.errors import InvalidToken
from gateway.identity.headers import read_header
from gateway.identity.keys import Keys
from gateway.identity.published import SigningKey

ALGORITHMS = ("RS256",)


@dataclass(frozen=True, slots=True)
class Signed:
    """What an issuer signed, not yet judged, and the key by which that was told."""

    claims: dict[str, object]
    kid: str
    key: SigningKey


class Signatures:
    """Verifies what one issuer signs, and counts how often (`checks`).

    `algorithms` may hold RS256 and ES256 and is fixed by configuration, never by a token; the empty
    text among `types` stands for a token that names no type.
    """

    def __init__(self, keys: Keys, types: Collection[str], algorithms: Collection[str]) -> None:
        self.checks = 0
        self._keys = keys
        self._types = frozenset(_plain(kind) for kind in types)
        self._algorithms = frozenset(algorithms)
        self._registry = jws.JWSRegistry(algorithms=list(algorithms), strict_check_header=False)

    async def claims(self, token: str) -> dict[str, object]:
        """Return what the issuer signed, not yet judged; raise InvalidToken, or KeysUnavailable."""
        return (await self.signed(token)).claims

    async def signed(self, token: str) -> Signed:
        """Return what the issuer signed and by which key; raise as `claims`."""
        header = read_header(token)
        if header.alg not in self._algorithms:
            raise InvalidToken("its algorithm is not accepted")
        if _plain(header.typ) not in self._types:
            raise InvalidToken("its type is not accepted")
        key = await self._keys.find(header.kid)
        self.checks += 1
        try:
            claims = jwt.decode(token, key, registry=self._registry).claims
        except (JoseError, ValueError, RecursionError):
            raise InvalidToken("its signature does not verify") from None
        return Signed(claims, header.kid, key)

    async def still_signed(self, signed: Signed) -> bool:
        """Is the key still the one of its id? Raise UnknownKey for none, or KeysUnavailable."""
        return await self._keys.find(signed.kid) is signed.key

    def surely_signed(self, signed: Signed) -> bool:
        """As `still_signed`, without asking anybody: False is no refusal."""
        return self._keys.at_hand(signed.kid) is signed.key


def _plain(kind: str) -> str:
    """Fold a media type as RFC 7515, 4.1.9 lets it be written."""
    return kind.lower().removeprefix("application/")
