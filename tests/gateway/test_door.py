"""Who comes in by which door: tokens of two issuers, sessions of staff, through whose eyes."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from joserfc import jwt

from adapters.ledger.tables import STAFF_SESSIONS
from adapters.sandbox.app import create_sandbox
from adapters.sandbox.identity.keys import signing_key
from adapters.sandbox.options import SandboxOptions
from gateway.identity.door import Door
from gateway.identity.errors import InvalidToken
from gateway.identity.keys import Keys
from gateway.identity.people import digest
from gateway.identity.same_origin import own_origin
from resolvers.viewer import Viewer, ViewerKind
from tests.gateway.conftest import Provider
from tests.gateway.front import GIVEN, HERE, SANDBOX, Front, cookies_of, open_front
from tests.gateway.verifiers import ISSUER, bearer_of, staff_rules

FROM_OUR_PAGE = ("sec-fetch-site", "same-origin")
ENDED = "__Host-staff=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    async with open_front() as front:
        yield front


def refused(front: Front, reason: str) -> bool:
    """Was this the one event, and was the graph not asked?"""
    told = front.events("credentials refused", "access denied")
    events = [(line["log_level"], line["reason"]) for line in told]
    return (events, front.seen) == ([("warning", reason)], [])


# Tokens of two issuers.


async def test_each_issuers_tokens_make_their_own_viewers(front: Front) -> None:
    for email, staff in (("pat@example.com", False), ("staff@example.com", True)):
        assert (await front.post(await front.token(email, staff=staff))).is_success
    pat, member = front.seen
    assert (pat.kind, pat.email, pat.staff) == (ViewerKind.CUSTOMER, "pat@example.com", None)
    assert member.staff is not None
    assert (member.kind, member.key, member.email) == (
        ViewerKind.STAFF,
        member.staff.key,
        "staff@example.com",
    )
    assert member.staff.may_bill


async def test_the_same_email_is_another_person_at_the_other_issuer(front: Front) -> None:
    for staff in (False, True):
        await front.post(await front.token("staff@example.com", staff=staff))
    assert [viewer.kind for viewer in front.seen] == [ViewerKind.CUSTOMER, ViewerKind.STAFF]
    assert front.seen[0].key != front.seen[1].key


@pytest.mark.parametrize(
    "issuer",
    [
        "https://evil.example",
        f"{ISSUER}/",
        f"{ISSUER}.evil.example",
        ISSUER.replace("https:", "http:"),
        ISSUER.upper(),
        "",
    ],
)
async def test_jw11_an_issuer_that_is_not_ours_has_no_verifier(
    provider: Provider, keys: Keys, issuer: str
) -> None:
    provider.publish()
    door = Door([bearer_of(keys, provider.clock)])
    with pytest.raises(InvalidToken) as caught:
        await door.verified(provider.token(provider.claims(iss=issuer)))
    assert caught.value.reason == "its issuer and audience are not accepted"
    assert provider.router.calls.call_count == 0


def signed(key: str, kid_of: str | None = None, **changes: object) -> tuple[str, str]:
    """Return a header with claims of staff, changed, signed with a key of the sandbox's."""
    now = int(time.time())
    claims: dict[str, object] = {
        "iss": GIVEN["staffIssuer"],
        "aud": GIVEN["audience"],
        "sub": "person-1",
        "iat": now,
        "exp": now + 900,
        "email": "staff@example.com",
        "email_verified": True,
        "roles": ["staff", "billing"],
    }
    header = {"alg": "RS256", "typ": "at+jwt", "kid": signing_key(kid_of or key).kid}
    token = jwt.encode(header, claims | changes, signing_key(key), algorithms=["RS256"])
    return "Authorization", f"Bearer {token}"


@pytest.mark.parametrize(
    ("kid_of", "reason"),
    [
        ("customers", "signed by a key that is not published"),
        ("staff", "its signature does not verify"),
    ],
)
async def test_customers_keys_sign_nothing_of_staff(front: Front, kid_of: str, reason: str) -> None:
    assert (await front.post(signed("customers", kid_of))).status_code == 401
    assert refused(front, reason)
    assert (await front.post(signed("staff"))).status_code == 200


async def test_one_issuer_may_be_configured_for_both_and_is_read_once() -> None:
    sandbox = httpx.ASGITransport(create_sandbox(SandboxOptions(public_url=SANDBOX, homes=0)))
    asked: list[str] = []

    async def counted(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return await sandbox.handle_async_request(request)

    issuer = str(GIVEN["issuer"])
    async with open_front(
        httpx.MockTransport(counted), staff_oidc_issuer=issuer, staff_oidc_audience="console"
    ) as front:
        await front.post(signed("customers", iss=issuer))
        await front.post(signed("customers", iss=issuer, aud="console"))
        await front.post(signed("customers", iss=issuer, aud="console", roles=["billing"]))
        await front.post(signed("staff"))
        assert [viewer.kind for viewer in front.seen] == [ViewerKind.CUSTOMER, ViewerKind.STAFF]
        assert [line["reason"] for line in front.events("credentials refused")] == [
            "it carries no role of staff",
            "its issuer and audience are not accepted",
        ]
    assert asked == ["/idp/.well-known/openid-configuration", "/idp/jwks"]


@pytest.mark.parametrize(
    ("audience", "kind"),
    [("portal", ViewerKind.CUSTOMER), (["console"], ViewerKind.STAFF), (["x", "console"], "STAFF")],
    ids=repr,
)
async def test_one_issuer_for_both_is_told_apart_by_audience(
    provider: Provider, keys: Keys, audience: object, kind: ViewerKind | str
) -> None:
    provider.publish()
    door = Door(
        [
            bearer_of(keys, provider.clock),
            bearer_of(keys, provider.clock, audience="console", whose=staff_rules().viewer),
        ]
    )
    viewer = await door.verified(provider.token(provider.claims(aud=audience)))
    assert viewer.kind is ViewerKind(kind)


@pytest.mark.parametrize(
    ("audience", "reason"),
    [
        (["portal", "console"], "it is for more than one audience of ours"),
        ("other", "its issuer and audience are not accepted"),
        ([], "its issuer and audience are not accepted"),
        (None, "its issuer and audience are not accepted"),
        ({"console": True}, "its claims cannot be read"),
        (["console", 7], "its claims cannot be read"),
    ],
    ids=repr,
)
async def test_one_issuer_for_both_and_an_audience_that_tells_nothing(
    provider: Provider, keys: Keys, audience: object, reason: str
) -> None:
    provider.publish()
    staff = bearer_of(keys, provider.clock, audience="console", whose=staff_rules().viewer)
    door = Door([bearer_of(keys, provider.clock), staff])
    with pytest.raises(InvalidToken) as caught:
        await door.verified(provider.token(provider.claims(aud=audience)))
    assert caught.value.reason == reason


async def test_authorization_wins_over_a_cookie(front: Front) -> None:
    await front.sign_in()
    await front.post(await front.token("pat@example.com", staff=False), FROM_OUR_PAGE)
    assert [viewer.kind for viewer in front.seen] == [ViewerKind.CUSTOMER]
    front.seen.clear()
    answer = await front.post(("authorization", "Bearer a.b.c"), FROM_OUR_PAGE)
    assert answer.status_code == 401
    assert cookies_of(answer) == []
    assert refused(front, "its claims cannot be read")


# JW-19, JW-20, AZ-20: where a request does not say who is asking.


async def test_jw19_a_token_in_the_address_or_the_body_says_nothing(front: Front) -> None:
    _, value = await front.token("pat@example.com", staff=False)
    token = value.removeprefix("Bearer ")
    body = {"query": "{a}", "access_token": token}
    await front.browser.post("/graphql", params={"access_token": token}, json=body)
    await front.browser.get("/graphql", params={"access_token": token, "query": "{a}"})
    assert [viewer.kind for viewer in front.seen] == [ViewerKind.ANONYMOUS] * 2


@pytest.mark.parametrize("as_whom", ["pat", "nobody"])
async def test_az20_other_headers_say_nothing(front: Front, as_whom: str) -> None:
    forged = [
        ("x-user-role", "staff"),
        ("x-forwarded-user", "staff@example.com"),
        ("x-forwarded-email", "staff@example.com"),
        ("x-remote-user", "staff@example.com"),
        ("x-customer-id", "202"),
        ("x-portal-console", "1"),
        ("forwarded", "for=127.0.0.1;by=staff"),
    ]
    token = [await front.token("pat@example.com", staff=False)] if as_whom == "pat" else []
    params = {"as": "morgan@example.com", "x-view-as": "morgan@example.com"}
    body = {"query": "{a}"}
    await front.browser.post("/graphql", params=params, json=body, headers=[*token])
    await front.browser.post("/graphql", params=params, json=body, headers=[*token, *forged])
    plain, dressed = front.seen
    assert plain == dressed
    assert plain.email == ("pat@example.com" if as_whom == "pat" else None)


# A session's cookie at /graphql (HT-5).


@pytest.mark.parametrize(
    "headers",
    [
        [FROM_OUR_PAGE],
        [FROM_OUR_PAGE, ("origin", HERE)],
        [FROM_OUR_PAGE, ("origin", "null")],
        [("origin", HERE)],
        [("x-portal-console", "1")],
    ],
    ids=repr,
)
async def test_a_session_counts_for_a_page_of_ours(
    front: Front, headers: list[tuple[str, str]]
) -> None:
    await front.sign_in()
    assert (await front.post(*headers)).status_code == 200
    (viewer,) = front.seen
    assert viewer.staff is not None
    assert viewer == Viewer(
        ViewerKind.STAFF, viewer.staff.key, "staff@example.com", staff=viewer.staff
    )
    assert viewer.staff.may_bill


async def test_a_session_and_a_token_are_the_same_person(front: Front) -> None:
    await front.sign_in("viewer-only@example.com")
    await front.post(FROM_OUR_PAGE)
    await front.post(await front.token("viewer-only@example.com", staff=True))
    by_session, by_token = front.seen[0], front.seen[1]
    assert by_token.until is not None  # a session is asked for anew each time
    assert by_session == replace(by_token, until=None)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("sec-fetch-site", "none")],
        [("sec-fetch-site", "")],
        [("sec-fetch-site", "Same-Origin")],
        [FROM_OUR_PAGE, ("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "cross-site"), ("origin", HERE), ("x-portal-console", "1")],
        [("origin", "https://evil.example")],
        [("origin", "null")],
        [("origin", "http://gateway.test")],
        [("origin", f"{HERE}:8443")],
        [("origin", f"{HERE}.evil.example")],
        [("origin", HERE), ("origin", "https://evil.example")],
        [("origin", "https://evil.example"), ("x-portal-console", "1")],
        [("x-portal-console", "0")],
        [("x-portal-console", "")],
    ],
    ids=repr,
)
async def test_a_session_does_not_count_for_what_may_be_forged(
    front: Front, headers: list[tuple[str, str]]
) -> None:
    await front.sign_in()
    answer = await front.post(*headers)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert cookies_of(answer) == []
    assert refused(front, "a session cookie on a request that may be forged")


@pytest.mark.parametrize("headers", [{}, dict([FROM_OUR_PAGE])], ids=repr)
async def test_ht5_a_session_does_not_count_for_get(front: Front, headers: dict[str, str]) -> None:
    await front.sign_in()
    answer = await front.browser.get("/graphql", params={"query": "{a}"}, headers=headers)
    assert answer.status_code == 403
    assert refused(front, "a session cookie on a request that may be forged")


async def test_a_form_of_another_site_is_no_json(front: Front) -> None:
    await front.sign_in()
    answer = await front.browser.post(
        "/graphql", content='{"query":"{a}"}', headers={"content-type": "text/plain"}
    )
    assert (answer.status_code, front.seen) == (415, [])


@pytest.mark.parametrize(
    "secret", ["A" * 43, "A" * 42, "é" * 43, "A" * 5000, "' OR 1=1 --"], ids=lambda told: told[:12]
)
async def test_a_session_that_is_unknown_is_401_and_its_cookie_is_taken(
    front: Front, secret: str
) -> None:
    cookie = (b"cookie", f"__Host-staff={secret}".encode())
    ours = (b"sec-fetch-site", b"same-origin")
    answer = await front.browser.post("/graphql", json={"query": "{a}"}, headers=[cookie, ours])
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert cookies_of(answer) == [ENDED]
    assert refused(front, "its session has ended")
    assert secret not in repr([*front.logs])


async def test_what_cannot_be_a_sessions_secret_is_not_looked_up(front: Front) -> None:
    await front.ledger.write(lambda connection: connection.run_sync(STAFF_SESSIONS.drop))
    answer = await front.post(("cookie", f"__Host-staff={'A' * 42}"), FROM_OUR_PAGE)
    assert (answer.status_code, cookies_of(answer)) == (401, [ENDED])


async def test_a_session_that_is_over_is_401_and_its_cookie_is_taken(front: Front) -> None:
    await front.sign_in()
    front.now += timedelta(hours=8)
    answer = await front.post(FROM_OUR_PAGE)
    assert (answer.status_code, cookies_of(answer)) == (401, [ENDED])
    assert [*front.browser.cookies] == []
    assert (await front.post(FROM_OUR_PAGE)).status_code == 200
    assert [viewer.kind for viewer in front.seen] == [ViewerKind.ANONYMOUS]


async def test_two_sessions_at_once_are_nobodys(front: Front) -> None:
    await front.sign_in()
    secret = front.browser.cookies["__Host-staff"]
    front.browser.cookies.clear()
    cookie = ("cookie", f"__Host-staff=planted; __Host-staff={secret}")
    assert (await front.post(cookie, FROM_OUR_PAGE)).status_code == 401
    assert refused(front, "more than one session cookie")


async def test_cookies_that_are_not_ours_say_nothing(front: Front) -> None:
    await front.sign_in()
    secret = front.browser.cookies["__Host-staff"]
    front.browser.cookies.clear()
    cookie = ("cookie", f"staff={secret}; x__Host-staff={secret}; __host-staff={secret}; a; =b")
    assert (await front.post(cookie, FROM_OUR_PAGE)).status_code == 200
    assert [viewer.kind for viewer in front.seen] == [ViewerKind.ANONYMOUS]


async def test_without_the_ledger_a_session_is_503(front: Front) -> None:
    await front.sign_in()
    await front.ledger.write(lambda connection: connection.run_sync(STAFF_SESSIONS.drop))
    answer = await front.post(FROM_OUR_PAGE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert (cookies_of(answer), front.seen) == ([], [])


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://Gateway.Example", "https://gateway.example"),
        ("https://gateway.example:443/portal", "https://gateway.example"),
        ("https://gateway.example:8443", "https://gateway.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_our_origin_is_spelled_as_a_browser_spells_it(public_url: str, origin: str) -> None:
    assert own_origin(public_url).origin == origin


# A provider that is away.


async def test_customers_do_not_wait_for_the_staffs_provider() -> None:
    sandbox = httpx.ASGITransport(create_sandbox(SandboxOptions(public_url=SANDBOX, homes=0)))

    async def half(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/staff-idp/"):
            raise httpx.ConnectError("refused", request=request)
        return await sandbox.handle_async_request(request)

    async with open_front(httpx.MockTransport(half)) as front:
        staff = await front.post(await front.token("staff@example.com", staff=True))
        assert (staff.status_code, front.seen) == (503, [])
        assert (await front.post(await front.token("pat@example.com", staff=False))).is_success


# Through a customer's eyes.


@pytest.mark.parametrize("by", ["token", "session"])
async def test_staff_look_through_a_customers_eyes(front: Front, by: str) -> None:
    headers = FROM_OUR_PAGE
    if by == "session":
        await front.sign_in()
    else:
        headers = await front.token("staff@example.com", staff=True)
    assert (await front.post(headers)).is_success
    assert (await front.post(headers, ("x-view-as", "  Pat@Example.COM "))).is_success
    staff, looking = front.seen
    assert looking == Viewer(
        kind=ViewerKind.CUSTOMER,
        key=digest("view-as", staff.key, "pat@example.com"),
        email="pat@example.com",
        staff=staff.staff,
        until=staff.until,
    )
    assert looking.only_looks
    assert looking.key != staff.key


@pytest.mark.parametrize("email", ["pat@example.com", "staff@example.com", "", "no email"])
@pytest.mark.parametrize("who", ["customer", "nobody"])
async def test_nobody_but_staff_looks_through_others_eyes(
    front: Front, who: str, email: str
) -> None:
    token = [await front.token("staff@example.com", staff=False)] if who == "customer" else []
    answer = await front.post(*token, ("x-view-as", email))
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    kind = "CUSTOMER" if who == "customer" else "ANONYMOUS"
    assert refused(front, f"X-View-As by {kind}")
    assert "@" not in repr([*front.logs])


async def test_credentials_are_refused_before_the_header_is_read(front: Front) -> None:
    answer = await front.post(("authorization", "Bearer a.b.c"), ("x-view-as", "pat@example.com"))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "told",
    [
        ["pat@example.com", "morgan@example.com"],
        ["pat@example.com", "pat@example.com"],
        ["pat@example.com, morgan@example.com"],
        ["pat@example.com,morgan@example.com"],
        ["Pat <pat@example.com>"],
        ["pat"],
        ["@example.com"],
        ["pat@"],
        ["pat@@example.com"],
        ["pat@example.com\xff"],
        [""],
        [" "],
        ["p@" + "x" * 253],
    ],
    ids=repr,
)
async def test_a_header_that_is_not_one_email_is_400(front: Front, told: list[str]) -> None:
    token = await front.token("staff@example.com", staff=True)
    headers = [(b"x-view-as", text.encode("latin-1")) for text in told]
    name, value = (part.encode() for part in token)
    answer = await front.browser.post(
        "/graphql", json={"query": "{a}"}, headers=[(name, value), *headers]
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert front.seen == []


async def test_an_email_may_be_written_in_any_script(front: Front) -> None:
    name, value = (part.encode() for part in await front.token("staff@example.com", staff=True))
    headers = [(name, value), (b"x-view-as", "Jürgen@Bücher.example".encode())]
    await front.browser.post("/graphql", json={"query": "{a}"}, headers=headers)
    assert [viewer.email for viewer in front.seen] == ["jürgen@bücher.example"]


async def test_a_front_end_elsewhere_may_send_the_header_and_no_cookie() -> None:
    origin = "https://portal.example"
    async with open_front(cors_origins=(origin,)) as front:
        asked = {
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization, content-type, x-view-as",
        }
        answer = await front.browser.options("/graphql", headers=asked)
        assert answer.status_code == 200
        assert "access-control-allow-credentials" not in answer.headers
        console = asked | {"access-control-request-headers": "content-type, x-portal-console"}
        assert (await front.browser.options("/graphql", headers=console)).status_code == 400
