"""What is asked of the staff's provider, and what its answers may be."""

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import httpx
import pytest

from gateway.identity.errors import InvalidToken, KeysUnavailable
from gateway.identity.keys import Keys
from gateway.identity.oidc_client import Client, OidcClient, Secrets
from tests.gateway.verifiers import ISSUER

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider

TOKEN = "https://login.example.com/token"
CALLBACK = "https://gateway.test/auth/callback"
SECRETS = Secrets("s", "n", "v" * 43)


def published(provider: "Provider", **members: object) -> None:
    """Publish a discovery with these members beside the usual ones."""
    provider.publish()
    document: dict[str, Any] = {
        "issuer": ISSUER,
        "jwks_uri": "https://login.example.com/keys",
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_endpoint": TOKEN,
    }
    provider.router.get(f"{ISSUER}/.well-known/openid-configuration").respond(
        json=document | members
    )


@pytest.fixture
async def client(keys: Keys) -> AsyncIterator[OidcClient]:
    client = OidcClient(Client(ISSUER, "console", "a secret: +%", CALLBACK), keys)
    yield client
    await client.aclose()


FORM = {
    "grant_type": "authorization_code",
    "redirect_uri": CALLBACK,
    "code": "c&=",
    "code_verifier": "v",
}


@pytest.mark.parametrize(
    ("methods", "form", "authorization"),
    [
        (
            ["client_secret_basic", "client_secret_post"],
            {"client_id": "console", "client_secret": "a secret: +%"},
            None,
        ),
        (["client_secret_basic"], {}, "Basic " + b64encode(b"console:a secret: +%").decode()),
        (None, {}, "Basic " + b64encode(b"console:a secret: +%").decode()),
    ],
    ids=repr,
)
async def test_a_code_is_redeemed_in_the_way_the_provider_offers(
    provider: "Provider",
    client: OidcClient,
    methods: list[str] | None,
    form: dict[str, str],
    authorization: str | None,
) -> None:
    published(provider, token_endpoint_auth_methods_supported=methods)
    route = provider.router.post(TOKEN).respond(json={"id_token": "a.b.c"})
    assert await client.redeem("c&=", "v") == "a.b.c"
    asked = route.calls.last.request
    assert dict(parse_qsl(asked.content.decode())) == FORM | form
    assert asked.headers.get("authorization") == authorization
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_a_client_without_a_secret_names_itself(provider: "Provider", keys: Keys) -> None:
    published(provider)
    route = provider.router.post(TOKEN).respond(json={"id_token": "a.b.c"})
    client = OidcClient(Client(ISSUER, "console", None, CALLBACK), keys)
    await client.redeem("c&=", "v")
    await client.aclose()
    asked = route.calls.last.request
    assert dict(parse_qsl(asked.content.decode())) == FORM | {"client_id": "console"}
    assert "authorization" not in asked.headers


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), "invalid_grant"),
        (httpx.Response(400, json={"error": "pat@example.com"}), "400"),
        (httpx.Response(400, json={"error": ["invalid_grant"]}), "400"),
        (httpx.Response(400, json={"id_token": "a.b.c"}), "400"),
        (httpx.Response(302, headers={"location": "https://evil.example"}), "302"),
        (httpx.Response(200, json={"access_token": "a.b.c"}), "200"),
        (httpx.Response(200, json={"id_token": 7}), "200"),
        (httpx.Response(200, content=b"\xff"), "200"),
        (httpx.Response(200, html="<html>"), "200"),
    ],
    ids=repr,
)
async def test_a_code_that_gives_no_id_token(
    provider: "Provider", client: OidcClient, answer: httpx.Response, why: str
) -> None:
    published(provider)
    provider.router.post(TOKEN).mock(return_value=answer)
    with pytest.raises(InvalidToken) as caught:
        await client.redeem("c", "v")
    assert caught.value.reason == f"the provider gave no ID token for the code ({why})"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(503, json={"error": "invalid_grant"}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(200, content=b" " * (256 * 1024 + 1)),
    ],
    ids=repr,
)
async def test_a_provider_that_cannot_redeem_now(
    provider: "Provider", client: OidcClient, answer: httpx.Response | Exception
) -> None:
    published(provider)
    provider.router.post(TOKEN).mock(
        side_effect=answer if isinstance(answer, Exception) else None,
        return_value=answer if isinstance(answer, httpx.Response) else None,
    )
    with pytest.raises(KeysUnavailable):
        await client.redeem("c", "v")


@pytest.mark.parametrize(
    "members",
    [
        {"authorization_endpoint": None, "token_endpoint": None},
        {
            "authorization_endpoint": "http://login.example.com/a",
            "token_endpoint": "http://login.example.com/t",
        },
        {"authorization_endpoint": "http://127.0.0.1/a", "token_endpoint": "http://127.0.0.1/t"},
        {"authorization_endpoint": "javascript:x", "token_endpoint": "file:///etc/passwd"},
        {
            "authorization_endpoint": "https://a@login.example.com",
            "token_endpoint": "https://a@login.example.com",
        },
    ],
    ids=repr,
)
async def test_endpoints_that_are_not_believed(
    provider: "Provider", client: OidcClient, members: dict[str, object]
) -> None:
    published(provider, **members)
    with pytest.raises(KeysUnavailable):
        await client.address(SECRETS)
    with pytest.raises(KeysUnavailable):
        await client.redeem("c", "v")
    assert all(call.request.method == "GET" for call in provider.router.calls)


@pytest.mark.parametrize(("member", "must"), [(True, True), (False, False), (None, False)])
async def test_whether_answers_must_name_the_issuer_is_the_providers_to_say(
    provider: "Provider", client: OidcClient, member: bool | None, *, must: bool
) -> None:
    published(provider, authorization_response_iss_parameter_supported=member)
    assert await client.must_name_issuer() is must


async def test_discovery_is_read_once_for_many_sign_ins(
    provider: "Provider", client: OidcClient
) -> None:
    published(provider)
    for _ in range(20):
        await client.address(SECRETS)
    assert provider.router.calls.call_count == 2


async def test_a_secret_is_not_shown() -> None:
    assert "hidden" not in repr(Client(ISSUER, "console", "hidden", CALLBACK))
