"""Tokens forged one thing at a time (security.md, A3 and JW-1 to JW-17)."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwe, jws

from gateway.identity.bearer import Bearer
from gateway.identity.errors import InvalidToken
from gateway.identity.keys import Keys
from gateway.identity.staff import StaffRules
from resolvers.policy import StaffSignIn
from resolvers.viewer import Staff, Viewer, ViewerKind
from tests.gateway.verifiers import bearer_of, staff_rules

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def raw(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"x") -> str:
    """Put a token together that no library would."""
    return ".".join(b64(json.dumps(part).encode()) for part in (header, claims)) + (
        f".{b64(signature)}"
    )


async def refusal(bearer: Bearer, token: str) -> str:
    with pytest.raises(InvalidToken) as caught:
        await bearer.viewer(token)
    return caught.value.reason


def key_of(*names: str) -> str:
    return b64(hashlib.sha256(json.dumps(names).encode()).digest())


async def test_jw16_a_good_token_of_customers_makes_a_customer_whatever_its_roles(
    provider: "Provider", keys: Keys
) -> None:
    provider.publish()
    assert provider.claims()["roles"] == ["staff", "billing"]
    assert await bearer_of(keys, provider.clock).viewer(provider.token()) == Viewer(
        kind=ViewerKind.CUSTOMER,
        key=key_of(provider.issuer, "person-1"),
        email="pat@example.com",
        until=provider.claims()["exp"] + 30,
    )


@pytest.mark.parametrize(
    ("roles", "may_bill"),
    [
        (["staff"], False),
        (["billing", "staff"], True),
        (["staff", 7, None], False),
        ("staff", False),
    ],
    ids=repr,
)
async def test_a_good_token_of_staff_makes_a_member_of_staff(
    provider: "Provider", keys: Keys, roles: object, *, may_bill: bool
) -> None:
    provider.publish()
    bearer = bearer_of(keys, provider.clock, whose=staff_rules().viewer)
    key = key_of(provider.issuer, "person-1")
    assert await bearer.viewer(provider.token(provider.claims(roles=roles))) == Viewer(
        kind=ViewerKind.STAFF,
        key=key,
        email="pat@example.com",
        staff=Staff(key, "pat@example.com", may_bill=may_bill),
        until=provider.claims()["exp"] + 30,
    )


@pytest.mark.parametrize(
    "roles",
    [None, [], ["billing"], ["Staff"], ["staff "], [["staff"]], "staff billing", {"staff": 1}, 7],
    ids=repr,
)
async def test_a_token_without_the_role_of_staff_is_nobodys(
    provider: "Provider", keys: Keys, roles: object
) -> None:
    provider.publish()
    bearer = bearer_of(keys, provider.clock, whose=staff_rules().viewer)
    token = provider.token(provider.claims(roles=roles))
    assert await refusal(bearer, token) == "it carries no role of staff"


async def test_roles_are_called_what_the_policy_and_the_settings_call_them(
    provider: "Provider", keys: Keys
) -> None:
    provider.publish()
    rules = StaffRules(
        "https://example.com/groups", lambda: StaffSignIn(role="office", billing_role="money")
    )
    bearer = bearer_of(keys, provider.clock, whose=rules.viewer)
    groups: dict[str, object] = {"https://example.com/groups": ["office", "money"]}
    viewer = await bearer.viewer(provider.token(provider.claims(roles=None, **groups)))
    assert viewer.staff is not None
    assert viewer.staff.may_bill
    assert await refusal(bearer, provider.token()) == "it carries no role of staff"


async def test_the_key_is_the_subjects_whatever_the_email(
    provider: "Provider", bearer: Bearer
) -> None:
    provider.publish()
    first = await bearer.viewer(provider.token())
    second = await bearer.viewer(provider.token(provider.claims(email="new@example.com")))
    other = await bearer.viewer(provider.token(provider.claims(sub="person-2")))
    assert (first.key == second.key, second.email) == (True, "new@example.com")
    assert other.key != first.key


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+JWT"])
async def test_the_type_is_read_as_a_media_type(
    provider: "Provider", bearer: Bearer, typ: str
) -> None:
    provider.publish()
    assert (await bearer.viewer(provider.token(typ=typ))).email == "pat@example.com"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["other", "portal"]},
        {"exp": -29},
        {"nbf": 29},
        {"iat": 29, "exp": 900},
        {"exp": 3600},
        {"exp": 900.5},
        {"sub": "x" * 1000},
    ],
    ids=repr,
)
async def test_claims_on_the_good_side_of_the_edge(
    provider: "Provider", bearer: Bearer, changes: dict[str, Any]
) -> None:
    provider.publish()
    token = provider.token(moved(provider, changes))
    assert (await bearer.viewer(token)).email == "pat@example.com"


TIME = {"exp", "iat", "nbf"}
LIFETIME = "it lives longer than the gateway accepts"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://login.example.com"}, "a claim does not hold: invalid_claim"),
        ({"iss": "https://login.example.com/tenant/"}, "a claim does not hold: invalid_claim"),
        ({"iss": "http://login.example.com/tenant"}, "a claim does not hold: invalid_claim"),
        ({"iss": "https://login.example.com/tenant.evil"}, "a claim does not hold: invalid_claim"),
        ({"iss": ["https://login.example.com/tenant"]}, "a claim does not hold: invalid_claim"),
        ({"iss": None}, "a claim does not hold: missing_claim"),
        ({"aud": "other"}, "a claim does not hold: invalid_claim"),
        ({"aud": "porta"}, "a claim does not hold: invalid_claim"),
        ({"aud": ["portal2"]}, "a claim does not hold: invalid_claim"),
        ({"aud": []}, "a claim does not hold: invalid_claim"),
        ({"aud": {"portal": True}}, "a claim does not hold: invalid_claim"),
        ({"aud": None}, "a claim does not hold: missing_claim"),
        ({"sub": ""}, "a claim does not hold: invalid_claim"),
        ({"sub": 7}, "a claim does not hold: invalid_claim"),
        ({"sub": None}, "a claim does not hold: missing_claim"),
        ({"exp": -31}, "a claim does not hold: expired_token"),
        ({"exp": None}, "a claim does not hold: missing_claim"),
        ({"exp": "9999999999"}, "a claim does not hold: invalid_claim"),
        ({"exp": True}, "a claim does not hold: invalid_claim"),
        ({"exp": float("inf")}, "a claim does not hold: invalid_claim"),
        ({"exp": float("nan")}, "a claim does not hold: invalid_claim"),
        ({"exp": 10**30}, LIFETIME),
        ({"exp": 3601}, LIFETIME),
        ({"iat": -3600, "exp": 1}, LIFETIME),
        ({"iat": 31}, "a claim does not hold: invalid_claim"),
        ({"iat": None}, "a claim does not hold: missing_claim"),
        ({"iat": "0"}, "a claim does not hold: invalid_claim"),
        ({"nbf": 31}, "a claim does not hold: invalid_claim"),
        ({"nbf": "0"}, "a claim does not hold: invalid_claim"),
        ({"nonce": "n"}, "it is an ID token or a logout token"),
        ({"events": {}}, "it is an ID token or a logout token"),
        ({"email": None}, "it carries no email"),
        ({"email": ""}, "it carries no email"),
        ({"email": "   "}, "it carries no email"),
        ({"email": "pat"}, "it carries no email"),
        ({"email": ["pat@example.com"]}, "it carries no email"),
        ({"email": "p@" + "x" * 253}, "it carries no email"),
        ({"email": "pat\n@example.com"}, "it carries no email"),
        ({"email_verified": None}, "its email is not verified"),
        ({"email_verified": False}, "its email is not verified"),
        ({"email_verified": "true"}, "its email is not verified"),
        ({"email_verified": 1}, "its email is not verified"),
    ],
    ids=repr,
)
async def test_one_claim_forged(
    provider: "Provider", bearer: Bearer, changes: dict[str, Any], reason: str
) -> None:
    provider.publish()
    assert await refusal(bearer, provider.token(moved(provider, changes))) == reason


def moved(provider: "Provider", changes: dict[str, Any]) -> dict[str, Any]:
    """Read small plain numbers of time claims as seconds from now."""
    now = int(provider.clock())
    return provider.claims(
        **{
            name: now + value
            if name in TIME and type(value) in {int, float} and abs(value) < 10_000
            else value
            for name, value in changes.items()
        }
    )


UNSIGNED = "its signature does not verify"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "its algorithm is not accepted"),
        ({"alg": "NoNe"}, "its algorithm is not accepted"),
        ({"alg": "rs256"}, "its algorithm is not accepted"),
        ({"alg": "HS256"}, "its algorithm is not accepted"),
        ({"alg": "PS256"}, "its algorithm is not accepted"),
        ({"alg": "ES256"}, "its algorithm is not accepted"),
        ({"alg": None}, "its header cannot be read"),
        ({"alg": ["RS256"]}, "its header cannot be read"),
        ({"typ": None}, "its type is not accepted"),
        ({"typ": 7}, "its header cannot be read"),
        ({"typ": "JWT"}, "its type is not accepted"),
        ({"typ": "dpop+jwt"}, "its type is not accepted"),
        ({"typ": "logout+jwt"}, "its type is not accepted"),
        ({"typ": ""}, "its type is not accepted"),
        ({"kid": None}, "its header cannot be read"),
        ({"kid": 1}, "its header cannot be read"),
        ({"kid": ""}, "signed by a key that is not published"),
        ({"kid": "k2"}, "signed by a key that is not published"),
        ({"kid": "../../dev/null"}, "signed by a key that is not published"),
        ({"kid": "' OR 1=1 --"}, "signed by a key that is not published"),
        ({"kid": "k" * 10_000}, "it is larger than 8 KiB"),
        ({"crit": ["exp"]}, "its header demands what is not known"),
        ({"crit": []}, "its header demands what is not known"),
        ({"crit": None, "b64": False}, "its header demands what is not known"),
        ({}, UNSIGNED),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_one_header_member_forged(
    provider: "Provider", bearer: Bearer, header: dict[str, Any], reason: str
) -> None:
    provider.publish()
    members = {"alg": "RS256", "kid": "k1", "typ": "at+jwt"} | header
    kept = {name: value for name, value in members.items() if value is not None}
    assert await refusal(bearer, raw(kept, provider.claims())) == reason


async def test_the_public_key_is_no_shared_secret(provider: "Provider", bearer: Bearer) -> None:
    provider.publish()
    for text in (provider.signing.as_pem(private=False), json.dumps(provider.document("k1"))):
        secret = text if isinstance(text, bytes) else text.encode()
        header = {"alg": "HS256", "kid": "k1", "typ": "at+jwt"}
        unsigned = raw(header, provider.claims()).rpartition(".")[0]
        signature = b64(hmac.digest(secret, unsigned.encode(), "sha256"))
        reason = await refusal(bearer, f"{unsigned}.{signature}")
        assert reason == "its algorithm is not accepted"


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c"])
async def test_a_key_the_token_brings_along_is_not_used(
    provider: "Provider", bearer: Bearer, member: str
) -> None:
    provider.publish()
    brought: dict[str, object] = {
        "jwk": provider.stranger.as_dict(private=False),
        "jku": "https://evil.example/keys",
        "x5u": "https://evil.example/cert",
        "x5c": ["AAAA"],
    }
    forged: dict[str, Any] = {member: brought[member]}
    token = provider.token(key=provider.stranger, **forged)
    assert await refusal(bearer, token) == UNSIGNED
    assert {call.request.url.host for call in provider.router.calls} == {"login.example.com"}


async def test_another_key_with_the_same_id_does_not_verify(
    provider: "Provider", bearer: Bearer
) -> None:
    provider.publish()
    assert await refusal(bearer, provider.token(key=provider.stranger)) == UNSIGNED


async def test_changed_claims_do_not_verify(provider: "Provider", bearer: Bearer) -> None:
    provider.publish()
    header, _, signature = provider.token().split(".")
    other = b64(json.dumps(provider.claims(email="morgan@example.com")).encode())
    assert await refusal(bearer, f"{header}.{other}.{signature}") == UNSIGNED


async def test_es256_is_for_those_who_configure_it(provider: "Provider", keys: Keys) -> None:
    provider.publish({**provider.elliptic.as_dict(private=False), "kid": "e1", "use": "sig"})
    bearer = bearer_of(keys, provider.clock, algorithms=["ES256"])
    good = provider.token(key=provider.elliptic, alg="ES256", kid="e1")
    assert (await bearer.viewer(good)).email == "pat@example.com"
    assert await refusal(bearer, provider.token()) == "its algorithm is not accepted"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "a.b",
        "a.b.c.d",
        "a.b.c.d.e",
        "..",
        "a..c",
        "a.b.c\n",
        "é.b.c",
        "a.b.c=",
        '{"payload":"e30","signatures":[]}',
    ],
)
async def test_what_has_not_three_parts(bearer: Bearer, token: str) -> None:
    assert await refusal(bearer, token) == "it has not three parts"


async def test_jw17_what_is_packed_is_not_unpacked(provider: "Provider", bearer: Bearer) -> None:
    provider.publish()
    bomb = jwe.encrypt_compact(
        {"alg": "RSA-OAEP", "enc": "A128GCM", "zip": "DEF", "kid": "k1", "typ": "at+jwt"},
        b"0" * 1_000_000,
        provider.signing,
        algorithms=["RSA-OAEP", "A128GCM", "DEF"],
    )
    assert len(bomb) < 8 * 1024
    assert await refusal(bearer, bomb) == "it has not three parts"
    assert await refusal(bearer, "a" * 10_000_000) == "it is larger than 8 KiB"
    assert provider.router.calls.call_count == 0


@pytest.mark.parametrize(
    "header",
    [b"", b"[]", b"null", b"{", b"\xff", b"[" * 4000, b'{"alg":"RS256"}', b'{"alg":"\\ud800"}'],
    ids=lambda value: repr(value)[:20],
)
async def test_a_header_that_cannot_be_read(bearer: Bearer, header: bytes) -> None:
    token = f"{b64(header) or 'A'}.e30.AAAA"
    assert await refusal(bearer, token) == "its header cannot be read"


@pytest.mark.parametrize("payload", [b"[]", b"null", b"{", b"\xff", b'"x"', b"[" * 3000])
async def test_a_signed_payload_that_is_no_object(
    provider: "Provider", bearer: Bearer, payload: bytes
) -> None:
    provider.publish()
    header = {"alg": "RS256", "kid": "k1", "typ": "at+jwt"}
    token = jws.serialize_compact(header, payload, provider.signing, algorithms=["RS256"])
    assert await refusal(bearer, token) == UNSIGNED


async def test_half_a_character_is_no_email(provider: "Provider", bearer: Bearer) -> None:
    provider.publish()
    header = {"alg": "RS256", "kid": "k1", "typ": "at+jwt"}
    payload = json.dumps(provider.claims(email="\ud800@example.com")).encode()
    token = jws.serialize_compact(header, payload, provider.signing, algorithms=["RS256"])
    assert await refusal(bearer, token) == "it carries no email"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
async def test_no_text_is_a_token_or_an_accident(bearer: Bearer, text: str) -> None:
    with pytest.raises(InvalidToken):
        await bearer.viewer(text)
