"""The signing key of each identity provider, made anew in every process."""

from functools import cache
from secrets import token_hex

from joserfc.jwk import RSAKey

BITS = 2048


@cache
def signing_key(name: str) -> RSAKey:
    """Return the key of this provider; no two ever made share a `kid`."""
    return RSAKey.generate_key(
        BITS, {"use": "sig", "alg": "RS256", "kid": f"sandbox-{name}-{token_hex(6)}"}
    )


def published(name: str) -> dict[str, object]:
    """Return the provider's key set: public parts alone."""
    return {"keys": [signing_key(name).as_dict(private=False)]}
