"""The identity providers: discovery, keys, code with PKCE, and tokens for anybody who asks."""

from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BACK = "https://portal.example.com/callback?from=sandbox"
ASKED = {
    "response_type": "code",
    "client_id": "portal-site",
    "redirect_uri": BACK,
    "scope": "openid email",
    "state": "s&1",
    "nonce": "n-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
STAFF = ("portal-console", "sandbox-staff-secret-not-for-production")


async def read(st: httpx.AsyncClient, realm: str, token: str) -> tuple[dict[str, Any], Any]:
    """Return header and claims of a token that this realm's published keys verify."""
    keys = KeySet.import_key_set((await st.get(f"/{realm}/jwks")).json())
    known = jwt.decode(token, keys, algorithms=["RS256"])
    return known.header, known.claims


async def code(st: httpx.AsyncClient, realm: str, **change: str) -> dict[str, str]:
    """Return what the provider leads back with when the email is hinted."""
    hint = {"prompt": "none", "login_hint": "pat@example.com"}
    answer = await st.get(f"/{realm}/authorize", params=ASKED | hint | change)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(BACK)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def redeem(st: httpx.AsyncClient, realm: str, given: str, **change: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": given,
        "redirect_uri": BACK,
        "client_id": "portal-site",
        "code_verifier": VERIFIER,
    }
    return await st.post(f"/{realm}/token", data=form | change)


@pytest.mark.parametrize("realm", ["idp", "staff-idp"])
async def test_discovery_leads_to_everything(st: httpx.AsyncClient, realm: str) -> None:
    found = (await st.get(f"/{realm}/.well-known/openid-configuration")).json()
    issuer = f"http://127.0.0.1:8010/{realm}"
    assert found["issuer"] == issuer
    assert found["jwks_uri"] == f"{issuer}/jwks"
    assert found["authorization_endpoint"] == f"{issuer}/authorize"
    assert found["token_endpoint"] == f"{issuer}/token"
    assert found["code_challenge_methods_supported"] == ["S256"]


async def test_the_published_keys_hold_no_private_part(st: httpx.AsyncClient) -> None:
    kids = []
    for realm in ("idp", "staff-idp"):
        (key,) = (await st.get(f"/{realm}/jwks")).json()["keys"]
        assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
        kids.append(key["kid"])
    assert kids[0] != kids[1]


@pytest.mark.parametrize("email", ["pat@example.com", "nobody@nowhere.example"])
async def test_a_token_is_given_to_any_email(
    st: httpx.AsyncClient, moment: list[float], email: str
) -> None:
    answer = (await st.post("/_sandbox/token", json={"email": f" {email} "})).json()
    header, claims = await read(st, "idp", answer["accessToken"])
    assert (header["alg"], header["typ"]) == ("RS256", "at+jwt")
    assert answer["expiresIn"] == 3600
    assert claims == {
        "iss": "http://127.0.0.1:8010/idp",
        "aud": "portal-gateway",
        "sub": claims["sub"],
        "email": email,
        "email_verified": True,
        "iat": int(moment[0]),
        "exp": int(moment[0]) + 3600,
        "client_id": "sandbox",
        "jti": claims["jti"],
    }


async def test_a_person_keeps_one_subject_and_no_two_tokens_are_one(
    st: httpx.AsyncClient,
) -> None:
    claims = []
    for email in ("pat@example.com", "Pat@Example.com", "sam@example.com"):
        token = (await st.post("/_sandbox/token", json={"email": email})).json()["accessToken"]
        claims.append((await read(st, "idp", token))[1])
    assert claims[0]["sub"] == claims[1]["sub"] != claims[2]["sub"]
    assert len({one["jti"] for one in claims}) == 3


@pytest.mark.parametrize(
    ("email", "roles"),
    [
        ("staff@example.com", ["staff", "billing"]),
        ("viewer-only@example.com", ["staff"]),
        ("kim@office.example", ["staff"]),
    ],
)
async def test_staff_tokens_carry_roles(
    st: httpx.AsyncClient, email: str, roles: list[str]
) -> None:
    wish = {"email": email, "staff": True}
    token = (await st.post("/_sandbox/token", json=wish)).json()["accessToken"]
    _, claims = await read(st, "staff-idp", token)
    assert (claims["iss"], claims["roles"]) == ("http://127.0.0.1:8010/staff-idp", roles)


async def test_the_realms_do_not_verify_each_other(st: httpx.AsyncClient) -> None:
    wish = {"email": "pat@example.com"}
    token = (await st.post("/_sandbox/token", json=wish)).json()["accessToken"]
    staff = (await st.get("/staff-idp/jwks")).json()["keys"][0]
    customers = (await st.get("/idp/jwks")).json()["keys"][0]
    forged = KeySet.import_key_set({"keys": [staff | {"kid": customers["kid"]}]})
    with pytest.raises(BadSignatureError):
        jwt.decode(token, forged, algorithms=["RS256"])


async def test_a_hint_is_answered_at_once(st: httpx.AsyncClient) -> None:
    back = await code(st, "idp")
    assert (back["from"], back["state"]) == ("sandbox", "s&1")
    answer = await redeem(st, "idp", back["code"])
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 3600)
    header, claims = await read(st, "idp", body["access_token"])
    assert (header["typ"], claims["email"], claims["aud"]) == (
        "at+jwt",
        "pat@example.com",
        "portal-gateway",
    )
    header, claims = await read(st, "idp", body["id_token"])
    assert (header["typ"], claims["aud"], claims["nonce"]) == ("JWT", "portal-site", "n-1")


async def test_the_page_asks_for_an_email_and_lists_the_people(st: httpx.AsyncClient) -> None:
    page = await st.get("/idp/authorize", params=ASKED | {"state": '"><script>'})
    assert page.status_code == 200
    assert "autofocus" in page.text
    assert 'value="jordan@example.com"' in page.text
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    sent = await st.post("/idp/authorize", data=ASKED | {"email": "morgan@example.com"})
    back = dict(parse_qsl(urlsplit(sent.headers["location"]).query))
    body = (await redeem(st, "idp", back["code"])).json()
    _, claims = await read(st, "idp", body["access_token"])
    assert (sent.status_code, claims["email"]) == (303, "morgan@example.com")


async def test_without_a_hint_silence_is_an_error_for_the_client(st: httpx.AsyncClient) -> None:
    answer = await st.get("/idp/authorize", params=ASKED | {"prompt": "none"})
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert back == {"from": "sandbox", "error": "login_required", "state": "s&1"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_code_with_pkce_is_the_only_flow(
    st: httpx.AsyncClient, change: dict[str, str], error: str
) -> None:
    assert (await code(st, "idp", **change))["error"] == error


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "/callback"},
        {"redirect_uri": "https://[broken"},
        {"redirect_uri": ""},
        {"client_id": ""},
    ],
)
async def test_nobody_is_led_to_a_wrong_address(
    st: httpx.AsyncClient, change: dict[str, str]
) -> None:
    answer = await st.get("/idp/authorize", params=ASKED | change)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": "another"}, "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example.com"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_grant"),
        ({"code": "unknown"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_code_is_for_whom_it_was_given(
    st: httpx.AsyncClient, change: dict[str, str], error: str
) -> None:
    answer = await redeem(st, "idp", (await code(st, "idp"))["code"], **change)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_a_code_is_good_once_and_for_a_minute(
    st: httpx.AsyncClient, moment: list[float]
) -> None:
    first, second = [(await code(st, "idp"))["code"] for _ in range(2)]
    assert (await redeem(st, "idp", first)).status_code == 200
    assert (await redeem(st, "idp", first)).json() == {"error": "invalid_grant"}
    moment[0] += 60
    assert (await redeem(st, "idp", second)).json() == {"error": "invalid_grant"}


async def test_a_code_of_one_realm_is_nothing_in_the_other(st: httpx.AsyncClient) -> None:
    given = (await code(st, "idp"))["code"]
    answer = await redeem(st, "staff-idp", given, client_secret=STAFF[1])
    assert answer.json() == {"error": "invalid_grant"}


async def test_the_console_signs_staff_in_with_its_secret(st: httpx.AsyncClient) -> None:
    async def fresh() -> str:
        back = await code(
            st, "staff-idp", client_id="portal-console", login_hint="staff@example.com"
        )
        return back["code"]

    client = {"client_id": "portal-console"}
    refused = await redeem(st, "staff-idp", await fresh(), **client)
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    posted = await redeem(st, "staff-idp", await fresh(), **client, client_secret=STAFF[1])
    _, claims = await read(st, "staff-idp", posted.json()["id_token"])
    assert (claims["aud"], claims["roles"]) == ("portal-console", ["staff", "billing"])
    st.headers["authorization"] = f"Basic {b64encode(':'.join(STAFF).encode()).decode()}"
    assert (await redeem(st, "staff-idp", await fresh())).status_code == 200
    st.headers["authorization"] = "Basic !"
    assert (await redeem(st, "staff-idp", await fresh())).status_code == 401


async def test_the_staff_realm_knows_the_console_alone(st: httpx.AsyncClient) -> None:
    answer = await st.get("/staff-idp/authorize", params=ASKED)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


async def test_a_front_end_may_ask_from_its_own_origin(st: httpx.AsyncClient) -> None:
    answer = await st.get("/idp/jwks", headers={"origin": "http://localhost:3000"})
    assert answer.headers["access-control-allow-origin"] == "*"
