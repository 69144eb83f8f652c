"""The identity provider as an ordinary OpenID Connect client meets it (authlib)."""

import warnings

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would have httpx2 instead of httpx
    from authlib.integrations.httpx_client import AsyncOAuth2Client

CALLBACK = "http://127.0.0.1:3000/callback"
VERIFIER = "a-verifier-of-the-tests-that-is-long-enough-for-pkce-0123456789"


async def test_an_oidc_client_signs_somebody_in_with_a_code_and_pkce() -> None:
    options = SandboxOptions(homes=0)
    wire = httpx.ASGITransport(create_sandbox(options))
    given = options.credentials()
    async with (
        httpx.AsyncClient(transport=wire) as browser,
        AsyncOAuth2Client(
            client_id="a-front-end",
            redirect_uri=CALLBACK,
            scope="openid email",
            code_challenge_method="S256",
            token_endpoint_auth_method="none",
            transport=wire,
        ) as client,
    ):
        issuer = str(given["issuer"])
        told = (await browser.get(f"{issuer}/.well-known/openid-configuration")).json()
        assert told["issuer"] == issuer
        address, state = client.create_authorization_url(
            told["authorization_endpoint"],
            code_verifier=VERIFIER,
            nonce="once",
            prompt="none",
            login_hint="pat@example.com",
        )
        back = await browser.get(address)
        assert back.status_code in {302, 303}
        token = await client.fetch_token(
            told["token_endpoint"],
            authorization_response=back.headers["location"],
            code_verifier=VERIFIER,
            state=state,
        )
        keys = KeySet.import_key_set((await browser.get(told["jwks_uri"])).json())
    identity = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    assert identity.claims["email"] == "pat@example.com"
    assert identity.claims["nonce"] == "once"
    access = jwt.decode(token["access_token"], keys, algorithms=["RS256"])
    assert access.header["typ"] == "at+jwt"
    assert access.claims["aud"] == given["audience"]
