"""Tokens of direct links: good for one link, for a quarter of an hour, at this gateway alone."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.datastructures import Headers

from adapters.ledger.direct_links import DirectLinkRow, LinkKind
from gateway.identity.door import Door
from gateway.identity.errors import InvalidToken, NotAllowed
from gateway.identity.links import LASTS_SECONDS, LinkTokens
from resolvers.signed_addresses import SignedAddresses
from resolvers.viewer import Link, Viewer, ViewerKind
from tests.gateway.conftest import Clock

SECRET = b"a secret of the tests, thirty-two characters and more"
TENANT = 7
NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
PAYMENT = DirectLinkRow(3, LinkKind.PAYMENT_LINK, (310169,), "sam", NOON, NOON)
ESTIMATES = DirectLinkRow(4, LinkKind.ESTIMATE_LINK, (12, 11), "sam", NOON, NOON)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON.timestamp())


@pytest.fixture
def tokens(clock: Clock) -> LinkTokens:
    return LinkTokens(SECRET, TENANT, clock)


async def refused(tokens: LinkTokens, token: str) -> str:
    with pytest.raises(InvalidToken) as caught:
        await tokens.viewer(token)
    assert token not in caught.value.reason
    return caught.value.reason


def parts(token: str) -> list[dict[str, Any]]:
    return [
        json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        for part in token.split(".")[:2]
    ]


def part(members: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")


def resealed(tokens: LinkTokens, token: str, **changes: object) -> str:
    """Sign other claims with the gateway's own key; a change to None leaves the claim out."""
    header, claims = parts(token)
    told = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(header, told, tokens._key, algorithms=["HS256"])  # noqa: SLF001  # nobody else has it


@pytest.mark.parametrize("link", [PAYMENT, ESTIMATES])
async def test_a_token_speaks_for_its_link_and_nobody_else(
    tokens: LinkTokens, link: DirectLinkRow, clock: Clock
) -> None:
    issued = tokens.issue(link)
    viewer = await tokens.viewer(issued.token)
    kind = ViewerKind(link.kind.value)
    assert issued.seconds == 900
    assert viewer == Viewer(
        kind, viewer.key, link=Link(link.id, kind, link.ids), until=int(clock()) + 930
    )
    again = await tokens.viewer(tokens.issue(link).token)
    assert again.key == viewer.key
    assert (await tokens.viewer(tokens.issue(PAYMENT).token)).key != (
        await tokens.viewer(tokens.issue(ESTIMATES).token)
    ).key


async def test_it_holds_no_more_than_it_must(tokens: LinkTokens, clock: Clock) -> None:
    header, claims = parts(tokens.issue(PAYMENT).token)
    assert header == {"alg": "HS256", "typ": "portal-link+jwt", "kid": "links-1"}
    assert claims == {
        "iss": "urn:portal-gateway:7",
        "aud": "urn:portal-gateway:7:links",
        "sub": claims["sub"],
        "iat": int(clock()),
        "exp": int(clock()) + 900,
        "link": 3,
        "kind": "PAYMENT_LINK",
        "ids": [310169],
    }


async def test_it_ends_after_a_quarter_of_an_hour(tokens: LinkTokens, clock: Clock) -> None:
    token = tokens.issue(PAYMENT).token
    clock.now += LASTS_SECONDS + 29
    assert (await tokens.viewer(token)).link
    clock.now += 2
    assert await refused(tokens, token) == "a claim does not hold: expired_token"


async def test_every_worker_with_the_same_secret_knows_it(tokens: LinkTokens, clock: Clock) -> None:
    other = LinkTokens(SECRET, TENANT, clock)
    assert (await other.viewer(tokens.issue(PAYMENT).token)).link


@pytest.mark.parametrize(("secret", "tenant"), [(SECRET + b"!", TENANT), (SECRET, 8)])
async def test_another_gateway_and_another_tenant_do_not(
    tokens: LinkTokens, clock: Clock, secret: bytes, tenant: int
) -> None:
    other = LinkTokens(secret, tenant, clock)
    assert await refused(other, tokens.issue(PAYMENT).token)
    assert (other.issuer == tokens.issuer) is (tenant == TENANT)


async def test_a_token_that_was_changed_anywhere_is_refused(tokens: LinkTokens) -> None:
    token = tokens.issue(PAYMENT).token
    for place, letter in enumerate(token[:-1]):  # the last letter has bits that say nothing
        other = "A" if letter != "A" else "B"
        await refused(tokens, token[:place] + other + token[place + 1 :])
    header, claims = parts(token)
    for changed in ({"link": 4}, {"ids": [1]}, {"kind": "ESTIMATE_LINK"}, {"exp": 2**40}):
        forged = f"{part(header)}.{part(claims | changed)}.{token.split('.')[2]}"
        assert await refused(tokens, forged) == "its signature does not verify"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS512"},
        {"alg": "RS256"},
        {"typ": "at+jwt"},
        {"typ": "JWT"},
        {"kid": "k1"},
    ],
)
async def test_another_header_is_refused(tokens: LinkTokens, header: dict[str, str]) -> None:
    told, claims = parts(tokens.issue(PAYMENT).token)
    signature = tokens.issue(PAYMENT).token.split(".")[2]
    forged = f"{part(told | header)}.{part(claims)}.{signature}"
    assert await refused(tokens, forged) == "its header is not that of a link's token"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://login.example.com"},
        {"aud": "portal"},
        {"aud": "urn:portal-gateway:8:links"},
        {"sub": None},
        {"iat": None},
        {"exp": None},
        {"exp": 2**40},
        {"link": None},
        {"link": "3"},
        {"kind": "STAFF_LINK"},
        {"ids": "310169"},
        {"ids": None},
        {"nonce": "x"},
    ],
    ids=repr,
)
async def test_claims_that_are_not_a_links_are_refused_though_signed(
    tokens: LinkTokens, changes: dict[str, object]
) -> None:
    token = tokens.issue(PAYMENT).token
    assert (await tokens.viewer(resealed(tokens, token))).link
    assert await refused(tokens, resealed(tokens, token, **changes))


async def test_keys_of_other_purposes_make_no_token(tokens: LinkTokens) -> None:
    header, claims = parts(tokens.issue(PAYMENT).token)
    key = OctKey.import_key(SECRET)
    await refused(tokens, jwt.encode(header, claims, key, algorithms=["HS256"]))
    rsa = RSAKey.generate_key(2048)
    await refused(tokens, jwt.encode(header | {"alg": "RS256"}, claims, rsa, algorithms=["RS256"]))
    address = SignedAddresses(SECRET, "http://gateway")
    assert address.open(tokens.issue(PAYMENT).token, NOON) is None


class Other:
    """A verifier of another issuer, who must not be asked."""

    issuer, audience = "https://login.example.com", "portal"

    async def viewer(self, token: str) -> Viewer:
        """Refuse."""
        raise AssertionError(token)


async def test_the_door_knows_a_links_token_by_its_issuer(tokens: LinkTokens) -> None:
    door = Door([Other(), tokens])
    token = tokens.issue(PAYMENT).token
    viewer = await door.identify(Headers({"authorization": f"Bearer {token}"}), "POST")
    assert viewer.kind is ViewerKind.PAYMENT_LINK
    with pytest.raises(NotAllowed):
        await door.identify(
            Headers({"authorization": f"Bearer {token}", "x-view-as": "pat@example.com"}), "POST"
        )
