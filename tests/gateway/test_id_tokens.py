"""ID tokens that end a sign-in, forged one thing at a time (OpenID Connect Core, 3.1.3.7)."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jws

from gateway.identity.errors import InvalidToken
from gateway.identity.id_tokens import IdTokens
from gateway.identity.keys import Keys
from tests.gateway.verifiers import ISSUER

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider

CLIENT, NONCE = "portal-console", "n" * 43


@pytest.fixture
def id_tokens(provider: "Provider", keys: Keys) -> IdTokens:
    provider.publish()
    return IdTokens(ISSUER, CLIENT, keys, now=provider.clock)


def told(provider: "Provider", **changes: object) -> dict[str, Any]:
    return provider.claims(**({"aud": CLIENT, "nonce": NONCE} | changes))


async def refusal(id_tokens: IdTokens, token: str) -> str:
    with pytest.raises(InvalidToken) as caught:
        await id_tokens.claims(token, NONCE)
    return caught.value.reason


@pytest.mark.parametrize("typ", ["JWT", "jwt", None])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": [CLIENT]},
        {"azp": CLIENT},
        {"exp": 9_999_999_999},
    ],
    ids=repr,
)
async def test_good_id_tokens(
    provider: "Provider", id_tokens: IdTokens, typ: str | None, changes: dict[str, object]
) -> None:
    token = provider.token(told(provider, **changes), typ=typ)
    assert (await id_tokens.claims(token, NONCE))["sub"] == "person-1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.example"}, "a claim does not hold: invalid_claim"),
        ({"iss": None}, "a claim does not hold: missing_claim"),
        ({"aud": "another"}, "a claim does not hold: invalid_claim"),
        ({"aud": None}, "a claim does not hold: missing_claim"),
        ({"aud": [CLIENT, "another"]}, "it is for others as well"),
        ({"aud": [CLIENT, "another"], "azp": CLIENT}, "it is for others as well"),
        ({"azp": "another"}, "it was made for another client"),
        ({"azp": None, "sub": ""}, "a claim does not hold: invalid_claim"),
        ({"exp": 1}, "a claim does not hold: expired_token"),
        ({"exp": None}, "a claim does not hold: missing_claim"),
        ({"iat": None}, "a claim does not hold: missing_claim"),
        ({"iat": 9_999_999_999}, "a claim does not hold: invalid_claim"),
        ({"nonce": None}, "its nonce is not of this sign-in"),
        ({"nonce": ""}, "its nonce is not of this sign-in"),
        ({"nonce": NONCE.upper()}, "its nonce is not of this sign-in"),
        ({"nonce": NONCE + "n"}, "its nonce is not of this sign-in"),
        ({"nonce": [NONCE]}, "its nonce is not of this sign-in"),
        ({"events": {}}, "it is a logout token"),
    ],
    ids=repr,
)
async def test_one_claim_forged(
    provider: "Provider", id_tokens: IdTokens, changes: dict[str, object], reason: str
) -> None:
    token = provider.token(told(provider, **changes), typ="JWT")
    assert await refusal(id_tokens, token) == reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"typ": "at+jwt"}, "its type is not accepted"),
        ({"typ": "logout+jwt"}, "its type is not accepted"),
        ({"kid": "unknown"}, "signed by a key that is not published"),
        ({"kid": None}, "its header cannot be read"),
    ],
    ids=repr,
)
async def test_one_header_member_forged(
    provider: "Provider", id_tokens: IdTokens, header: dict[str, Any], reason: str
) -> None:
    token = provider.token(told(provider), **({"typ": "JWT"} | header))
    assert await refusal(id_tokens, token) == reason


async def test_another_key_does_not_verify(provider: "Provider", id_tokens: IdTokens) -> None:
    token = provider.token(told(provider), key=provider.stranger, typ="JWT")
    assert await refusal(id_tokens, token) == "its signature does not verify"


async def test_half_a_character_is_no_nonce(provider: "Provider", id_tokens: IdTokens) -> None:
    header = {"alg": "RS256", "kid": "k1", "typ": "JWT"}
    payload = json.dumps(told(provider, nonce="\ud800")).encode()
    token = jws.serialize_compact(header, payload, provider.signing, algorithms=["RS256"])
    assert await refusal(id_tokens, token) == "its nonce is not of this sign-in"
